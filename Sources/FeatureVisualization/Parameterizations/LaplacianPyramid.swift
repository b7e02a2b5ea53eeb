import GinghamSignals
import GinghamTensors

/// A sum of maps of falling resolution, each half as large as the one before and brought to full size bilinearly, so
/// that coarse structure has parameters of its own.
public struct LaplacianPyramid: SpatialParameterization {
  /// N×C×H×W of the maps.
  public let shape: Shape
  /// Of the pyramid, the full size included.
  public let levels: Int
  /// Standard deviation of every level's start.
  public var deviation: Float

  /// All levels behind each other.
  public let parameterShape: Shape
  private let sizes: [PictureSize]
  /// `nil` for the finest level, which is there already.
  private let enlargements: [SeparableMap?]

  /// - Parameter levels: cut off where a level would have less than one pixel.
  public init(shape: Shape, levels: Int = 4, deviation: Float = 0.01) {
    self.shape = shape
    self.deviation = deviation
    let (height, width) = (shape[2], shape[3])
    var sizes: [PictureSize] = []
    for level in 0..<max(levels, 1) {
      let size = PictureSize(height: height >> level, width: width >> level)
      guard size.height > 0, size.width > 0 else { break }
      sizes.append(size)
    }
    self.sizes = sizes
    self.levels = sizes.count
    enlargements = sizes.map { size in
      size.height == height && size.width == width
        ? nil
        : SeparableMap.resampling(
          from: (size.height, size.width), to: (height, width), kernel: .bilinear)
    }
    parameterShape = [shape[0], shape[1] * sizes.reduce(0) { $0 + $1.area }]
  }

  /// Parameters to begin with.
  public func initial(seed: UInt64) -> Tensor { normal(seed: seed, deviation: deviation) }

  /// N×C×H×W of the parameters.
  public func maps(_ parameters: Tensor) -> Tensor {
    var sum = Tensor(shape)
    for (index, level) in split(parameters).enumerated() {
      sum.add(enlargements[index].map { $0(level) } ?? level)
    }
    return sum
  }

  /// The transpose of ``maps(_:)``: from a slope at the maps to one at the parameters.
  public func gradient(_ cotangent: Tensor, at parameters: Tensor) -> Tensor {
    joined(enlargements.map { $0?.adjoint(cotangent) ?? cotangent })
  }

  /// Everything goes to the finest level.
  public func parameters(for maps: Tensor) -> Tensor {
    joined(
      sizes.enumerated().map { index, size in
        index == 0 ? maps : Tensor([shape[0], shape[1], size.height, size.width])
      })
  }

  /// A picture's parameters are its levels, the finest first.
  private func split(_ parameters: Tensor) -> [Tensor] {
    var start = 0
    return sizes.map { size in
      let count = shape[1] * size.area
      defer { start += count }
      return parameters.slice(axis: 1, start..<(start + count))
        .reshaped(to: [shape[0], shape[1], size.height, size.width])
    }
  }

  private func joined(_ levels: [Tensor]) -> Tensor {
    let total = parameterShape[1]
    return Tensor(parameterShape) { target in
      var start = 0
      for level in levels {
        let count = level.count / shape[0]
        level.withUnsafeBufferPointer { source in
          for picture in 0..<shape[0] {
            for index in 0..<count { target[picture * total + start + index] = source[picture * count + index] }
          }
        }
        start += count
      }
    }
  }
}

extension Tensor {
  /// Adds another tensor of the same shape in place.
  mutating func add(_ other: Tensor, times factor: Float = 1) {
    other.withUnsafeBufferPointer { source in
      withUnsafeMutableBufferPointer { target in
        for index in target.indices { target[index] += factor * source[index] }
      }
    }
  }
}

/// ``LaplacianPyramid`` as recipes name it.
public struct PyramidSpace: ParameterizationPart {
  /// What settings, manifests and findings call it.
  public static let name = "laplacian"
  /// In a line of the help text.
  public static let summary = "a pyramid of maps, each half as large as the one before"

  /// Of the pyramid, the full size included.
  public var levels: Int
  /// Standard deviation of the start.
  public var deviation: Double

  /// With the properties of the same names.
  public init(levels: Int = 4, deviation: Double = 0.01) {
    self.levels = levels
    self.deviation = deviation
  }

  /// Its settings, a row each.
  public static let settings = [
    RecipeSetting(
      "levels", \PyramidSpace.levels, help: "Levels of a Laplacian pyramid.", takes: "a number from 1 to 16"
    ) { (1...16).contains($0) },
    deviationSetting(\PyramidSpace.deviation),
  ]

  /// From what a recipe says behind its name.
  ///
  /// - Throws: ``DocumentError`` where that is not of its kind.
  public init(reading value: PartValue) throws {
    try value.none()
    self.init()
  }

  /// The space itself, for maps N×C×H×W.
  public func space(shape: Shape, materials: Renderer.Materials, team: ThreadTeam) -> any SpatialParameterization {
    LaplacianPyramid(shape: shape, levels: levels, deviation: Float(deviation))
  }
}

extension ParameterizationKind {
  /// A pyramid of so many levels; starts with this standard deviation.
  public static func laplacian(levels: Int = 4, deviation: Double = 0.01) -> Self {
    Self(PyramidSpace(levels: levels, deviation: deviation))
  }
}
