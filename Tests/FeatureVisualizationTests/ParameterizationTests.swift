@testable import GinghamFeatureVisualization
import GinghamTensors
import Testing

@Suite struct ParameterizationTests {
  private func space(_ name: String, _ shape: Shape) -> any SpatialParameterization {
    switch name {
    case "fourier-steep": FourierParameterization(shape: shape, decay: 1.5)
    case "maco": MagnitudeConstrained(shape: shape)
    case "laplacian": LaplacianPyramid(shape: shape, levels: 3)
    default: FourierParameterization(shape: shape)
    }
  }

  @Test(arguments: ["fourier-even", "fourier-odd", "fourier-steep", "maco", "laplacian"])
  func mapsAndGradientsAreThoseOfPyTorch(name: String) throws {
    let golden = try goldenArrays()
    let expected = try #require(golden["\(name).maps"])
    let space = space(name, expected.shape)
    let parameters = try #require(golden["\(name).parameters"])
    #expect(space.parameterShape == parameters.shape)
    expectClose(space.maps(parameters), expected, tolerance: 1e-5)
    let gradient = space.gradient(try #require(golden["\(name).cotangent"]), at: parameters)
    expectClose(gradient, try #require(golden["\(name).gradient"]), tolerance: 2e-5)
  }

  @Test func coloursAndRangeAreThoseOfPyTorch() throws {
    let golden = try goldenArrays()
    let expected = try #require(golden["canvas.maps"])
    let canvas = try Canvas(FourierParameterization(shape: expected.shape), colour: .imageNet)
    let parameters = try #require(golden["canvas.parameters"])
    let pictures = canvas.pictures(parameters)
    expectClose(pictures, expected, tolerance: 1e-6)
    let gradient = canvas.gradient(
      try #require(golden["canvas.cotangent"]), at: parameters, pictures: pictures)
    expectClose(gradient, try #require(golden["canvas.gradient"]))
  }

  @Test func aFourierMeanOfOneIsAQuarter() {
    let space = FourierParameterization(shape: [1, 1, 16, 16])
    var parameters = Tensor(space.parameterShape)
    parameters[0, 0, 0, 0, 0] = 1
    #expect(space.maps(parameters).scalars.allSatisfy { abs($0 - 0.25) < 1e-6 })
  }

  @Test func theLowestFourierCoefficientIsHalfACosine() {
    let space = FourierParameterization(shape: [1, 1, 16, 16])
    var parameters = Tensor(space.parameterShape)
    parameters[0, 0, 0, 1, 0] = 1
    let maps = space.maps(parameters)
    for x in 0..<16 {
      let expected = 0.5 * Float(cosine(2 * Double.pi * Double(x) / 16))
      #expect(abs(maps[0, 0, 3, x] - expected) < 1e-6)
    }
  }

  @Test(arguments: [(64, 1.0, 0.0173), (128, 1, 0.0185), (224, 1, 0.0201), (512, 1, 0.0216), (224, 1.5, 0.149)])
  func theStartHasItsKnownDeviation(side: Int, decay: Double, expected: Double) {
    let space = FourierParameterization(shape: [1, 3, side, side], decay: decay)
    var total = 0.0
    for seed in 0..<4 {
      let maps = space.maps(space.initial(seed: UInt64(seed)))
      total += Double(maps.rootMeanSquare * maps.rootMeanSquare)
    }
    let found = (total / 4).squareRoot()
    #expect(abs(found - expected) < (decay > 1 ? 0.25 : 0.08) * expected, "\(found)")
  }

  @Test func pixelsStartAroundZeroWithTheirDeviation() {
    let space = PixelParameterization(shape: [2, 3, 64, 64])
    let values = space.initial(seed: 3).scalars.map(Double.init)
    let mean = values.reduce(0, +) / Double(values.count)
    let deviation = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)).squareRoot()
    // Libraries have passed the deviation where the mean belongs: 0.01 ± 0 instead of 0 ± 0.01.
    #expect(abs(mean) < 0.0005)
    #expect(abs(deviation - 0.01) < 0.0003)
  }

  @Test func macoMapsHaveMeanZeroAndDeviationOne() {
    let space = MagnitudeConstrained(shape: [2, 3, 20, 17])
    let maps = space.maps(space.initial(seed: 1))
    for picture in 0..<2 {
      let values = maps.sample(picture)
      #expect(abs(dot(values, Tensor(values.shape, repeating: 1))) / Double(values.count) < 1e-5)
      #expect(abs(values.rootMeanSquare - 1) < 1e-4)
    }
  }

  @Test func macoKeepsTheSpectrumItIsGiven() throws {
    let pictures = (0..<3).map { noise([3, 16, 16], seed: UInt64($0), mean: 0.5, deviation: 0.1) }
    let magnitude = try MagnitudeConstrained.magnitude(of: pictures)
    let given = MagnitudeConstrained(shape: [1, 3, 16, 16], magnitude: magnitude)
    let plain = MagnitudeConstrained(shape: [1, 3, 16, 16])
    let start = given.initial(seed: 4)
    func rows(_ space: MagnitudeConstrained) throws -> Tensor {
      try MagnitudeConstrained.magnitude(of: [space.maps(start).reshaped(to: [3, 16, 16])])
    }
    // The mean apart, magnitudes are those given up to one factor: white noise here, 1/f without.
    let (found, other) = (try rows(given), try rows(plain))
    let factor = found[0, 3, 4] / magnitude[0, 3, 4]
    #expect(abs(found[1, 6, 2] / magnitude[1, 6, 2] - factor) < 1e-3 * factor)
    #expect(abs(found[2, 9, 7] / magnitude[2, 9, 7] - factor) < 1e-3 * factor)
    #expect(other[0, 0, 1] / other[0, 0, 7] > 6)
  }

  @Test(arguments: ["fourier-even", "laplacian", "pixel"])
  func picturesComeBackFromTheirParameters(name: String) throws {
    let shape: Shape = [2, 3, 13, 10]
    let space: any SpatialParameterization = name == "pixel" ? PixelParameterization(shape: shape) : space(name, shape)
    let pictures = noise(shape, mean: 0.5, deviation: 0.1).map { min(max($0, 0.02), 0.98) }
    let canvas = try Canvas(space, colour: .imageNet)
    expectClose(canvas.pictures(try canvas.parameters(for: pictures)), pictures, tolerance: 1e-4)
  }

  @Test func anySizeAndAnyNumberOfChannels() throws {
    for shape: Shape in [[1, 1, 5, 7], [2, 4, 1, 9], [1, 2, 31, 2]] {
      let spaces: [any SpatialParameterization] = [
        PixelParameterization(shape: shape), FourierParameterization(shape: shape), LaplacianPyramid(shape: shape),
        MagnitudeConstrained(shape: shape),
      ]
      for space in spaces {
        let canvas = try Canvas(space)
        let start = space.initial(seed: 2)
        let pictures = canvas.pictures(start)
        #expect(pictures.shape == shape)
        #expect(pictures.scalars.allSatisfy { $0 > 0 && $0 < 1 })
        #expect(canvas.gradient(noise(shape), at: start, pictures: pictures).isFinite)
      }
    }
  }

  @Test func aPictureStartsTheSameWhateverTheBatch() {
    let (one, many) = (
      FourierParameterization(shape: [1, 3, 8, 8]).initial(seed: 9),
      FourierParameterization(shape: [4, 3, 8, 8]).initial(seed: 9)
    )
    #expect(many.sample(0) == one)
    #expect(many.sample(1) != one)
  }

  @Test func theColourMatrixIsScaledToItsLongestColumn() {
    let matrix = ColourCorrelation.imageNet.matrix
    let first = (matrix[0] * matrix[0] + matrix[3] * matrix[3] + matrix[6] * matrix[6]).squareRoot()
    #expect(abs(first - 1) < 1e-6)
    // Row-major: red reads 0.26, 0.09, 0.02, not its transpose's 0.26, 0.27, 0.27.
    #expect(abs(matrix[1] - 0.09 / 0.4619524) < 1e-7)
  }

  @Test func measuredColoursMultiplyToTheCovariance() throws {
    // Pictures mixed by a known matrix have its product as covariance.
    let mixing: [Float] = [0.2, 0.05, 0.01, 0.2, 0, -0.03, 0.2, -0.06, 0.02]
    let pictures = (0..<6).map { seed -> Tensor in
      let free = noise([3, 60, 60], seed: UInt64(seed))
      return Tensor(
        [3, 60, 60],
        (0..<10800).map { index in
          let (row, pixel) = (index / 3600, index % 3600)
          return 0.5 + (0..<3).reduce(0) { $0 + mixing[row * 3 + $1] * free.scalars[$1 * 3600 + pixel] }
        })
    }
    let found = try ColourCorrelation(measuring: pictures).matrix
    func product(_ m: [Float], _ a: Int, _ b: Int) -> Float { (0..<3).reduce(0) { $0 + m[a * 3 + $1] * m[b * 3 + $1] } }
    let scale = product(mixing, 0, 0) / product(found, 0, 0)
    for a in 0..<3 {
      for b in 0..<3 {
        #expect(abs(product(found, a, b) * scale - product(mixing, a, b)) < 0.03 * product(mixing, 0, 0))
      }
    }
    #expect(throws: VisualizationError.self) { try ColourCorrelation(measuring: [Tensor([3, 4, 4], repeating: 0.5)]) }
  }

  @Test func theLogisticFunctionIsAccurate() {
    for index in -400...400 {
      let x = Float(index) / 10
      let expected = 1 / (1 + exponential(-Double(x)))
      #expect(abs(Double(LogisticFunction.value(x)) - expected) <= 4e-7 * expected)
    }
    #expect(LogisticFunction.value(1000) == 1)
    #expect(LogisticFunction.value(-1000) >= 0)
  }

  @Test func coloursThatDoNotFitAreRefused() {
    #expect(throws: VisualizationError.self) {
      try Canvas(PixelParameterization(shape: [1, 1, 4, 4]), colour: .imageNet)
    }
    #expect(throws: VisualizationError.self) {
      try Canvas(FourierParameterization(shape: [1, 3, 4, 4]), range: .clipped)
    }
  }
}
