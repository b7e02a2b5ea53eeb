import GinghamNetworks
import GinghamTensors
import Testing

/// Every kernel's gradient against central differences of its own forward pass, in double precision, away from kinks.
@Suite struct FiniteDifferenceTests {
  private func check(
    _ operation: Operation, _ shapes: [Shape], in range: ClosedRange<Double> = -2...2, outputs: Int = 1,
    constants: [Constant] = [], only wanted: [Int]? = nil, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    var numbers = Numbers(seed: 7)
    let node = try SingleNode<Double>(operation, shapes, constants: constants, outputs: outputs, wanted: wanted)
    var inputs = shapes.map { numbers.uniform($0, in: range) }
    let cotangents = node.plan.targetShapes.map { numbers.uniform($0) }
    let gradients = try node.gradients(inputs, cotangents)
    func objective() throws -> Double {
      zip(try node.value(inputs), cotangents).reduce(0) { $0 + inner($1.0, $1.1) }
    }
    let step = 1e-6
    for (index, gradient) in zip(wanted ?? Array(shapes.indices), gradients) {
      for place in gradient.indices {
        let middle = inputs[index][place]
        inputs[index][place] = middle + step
        let above = try objective()
        inputs[index][place] = middle - step
        let difference = (above - (try objective())) / (2 * step)
        inputs[index][place] = middle
        #expect(
          abs(gradient[place] - difference) <= 1e-5 + 1e-3 * abs(difference),
          "\(operation.name) of \(shapes): input \(index)[\(place)] has \(gradient[place]), differences say \(difference)",
          sourceLocation: sourceLocation)
      }
    }
  }

  @Test func windows() throws {
    for (kernel, stride) in [(1, 1), (2, 2), (3, 2)] {
      for padding in 0..<min(kernel, 2) {
        let window = Window(kernel, stride: stride, padding: padding)
        try check(.convolution(Convolution(window, groups: 2)), [[2, 4, 5, 4], [2, 2, kernel, kernel], [2]])
        try check(
          .transposedConvolution(TransposedConvolution(window, groups: 2)),
          [[2, 4, 3, 2], [4, 1, kernel, kernel], [2]])
        try check(.maxPool(MaxPool(window)), [[2, 2, 5, 4]])
        for counts in [true, false] {
          try check(.averagePool(AveragePool(window, countsPadding: counts)), [[2, 2, 5, 4]])
        }
      }
    }
  }

  @Test func pointwiseFunctions() throws {
    let everywhere: [Pointwise] = [
      .relu, .leakyReLU(slope: 0.2), .clip(minimum: -1, maximum: 1), .sigmoid, .tanh, .hardSwish,
      .hardSigmoid(alpha: 0.2, beta: 0.5), .gelu(approximate: false), .gelu(approximate: true), .erf, .elu(alpha: 0.7),
      .selu(alpha: 1.67, gamma: 1.05), .celu(alpha: 0.5), .softplus, .softsign, .mish, .silu,
      .thresholdedReLU(alpha: 0.5), .shrink(lambda: 0.5, bias: 0.25), .exp, .absolute, .negate, .sign, .ceil, .floor,
      .round, .sin, .cos, .atan, .sinh, .cosh, .asinh, .not,
    ]
    for function in everywhere { try check(.pointwise(function), [[3, 7]]) }
    for function in [Pointwise.log, .sqrt, .reciprocal] { try check(.pointwise(function), [[11]], in: 0.3...3) }
    for function in [Pointwise.asin, .acos, .atanh, .tan] { try check(.pointwise(function), [[11]], in: -0.9...0.9) }
    try check(.pointwise(.acosh), [[11]], in: 1.2...3)
  }

  @Test func functionsOfSeveralTensors() throws {
    let shapes: [[Shape]] = [[[2, 3, 2], [2, 3, 2]], [[2, 3, 2], [3, 1]], [[1, 3], [2, 1, 1]], [[4], []]]
    for pair in shapes {
      // Those of bits take integers only.
      let ofBits: [Elementwise] = [.bitwiseAnd, .bitwiseOr, .bitwiseXor, .shiftLeft, .shiftRight]
      for function in Elementwise.allCases where !ofBits.contains(function) {
        try check(.elementwise(function), pair, in: 0.5...3)
      }
    }
    for function in [Elementwise.add, .multiply, .minimum, .maximum, .mean] {
      try check(.elementwise(function), [[2, 3], [3], [2, 1], []])
    }
    try check(.parametricReLU, [[2, 3, 4], [3, 1]])
    try check(.select, [[3], [2, 3], [2, 1]], only: [1, 2])
    let pixels = PixelNormalization(mean: [0.4, 0.5], deviation: [0.2, 0.3])
    try check(.pixelNormalization(pixels), [[2, 2, 2, 3]])
  }

  @Test func normalizations() throws {
    try check(.batchNormalization(epsilon: 1e-3), [[2, 3, 2, 2], [3], [3], [3], [3]], in: 0.5...2)
    try check(.instanceNormalization(epsilon: 1e-3), [[2, 3, 2, 3], [3], [3]])
    try check(.layerNormalization(axis: 1, epsilon: 1e-3), [[2, 3, 4], [3, 4], [3, 4]])
    try check(.groupNormalization(groups: 2, epsilon: 1e-3), [[2, 4, 3], [4], [4]])
    try check(.groupNormalization(groups: 2, epsilon: 1e-3), [[2, 4, 3], [2], [2]])
    for size in 1...4 {
      let attributes = LocalResponseNormalization(size: size, alpha: 0.5, beta: 0.75, bias: 1)
      try check(.localResponseNormalization(attributes), [[2, 5, 2, 2]])
    }
  }

  @Test func reductionsAndProducts() throws {
    for kind in Reduction.Kind.allCases {
      for axes in [[0], [1, 2], [0, 2]] {
        try check(.reduce(Reduction(kind, axes: .listed(axes), keepsDimensions: false)), [[2, 3, 2]], in: 0.5...3)
      }
    }
    for isLogarithmic in [true, false] {
      for axis in 0..<3 {
        for flattens in [true, false] {
          let softmax = Softmax(axis: axis, isLogarithmic: isLogarithmic, flattensBehindAxis: flattens)
          try check(.softmax(softmax), [[2, 3, 2]])
        }
      }
    }
    try check(.matrixMultiply, [[2, 3, 4], [4, 2]])
    try check(.matrixMultiply, [[1, 3, 4], [2, 4, 2]])
    for (transposesA, transposesB) in [(false, false), (true, false), (false, true), (true, true)] {
      let product = GeneralMatrixMultiply(alpha: 0.5, beta: 2, transposesA: transposesA, transposesB: transposesB)
      try check(
        .generalMatrixMultiply(product), [transposesA ? [4, 3] : [3, 4], transposesB ? [2, 4] : [4, 2], [2]])
      guard !transposesA else { continue }
      try check(.generalMatrixMultiply(product), [[2, 3, 2, 4], transposesB ? [5, 4] : [4, 5], [5]])
    }
  }

  @Test func movements() throws {
    try check(.concatenate(axis: 1), [[2, 1, 2], [2, 3, 2]])
    try check(.split(Split(axis: 1, sizes: [1, 3])), [[2, 4, 2]], outputs: 2)
    try check(.slice(Slice(starts: [3, 1], ends: [0, 4], axes: [0, 1], steps: [-2, 1])), [[4, 5]])
    for mode in [Pad.Mode.constant, .reflect, .edge, .wrap] {
      try check(.pad(Pad(mode: mode, before: [0, 2], after: [0, 1], value: 3)), [[2, 4]])
    }
    try check(.transpose(permutation: [2, 0, 1]), [[2, 3, 2]])
    try check(.gather(axis: 1), [[2, 3]], constants: [.integer(IntegerArray([4], [0, 2, 2, -1]))])
    try check(.expand(shape: [3, 2, 4]), [[2, 1]])
    try check(.tile(repeats: [2, 3]), [[2, 2]])
    try check(.reshape(Reshape(shape: [-1, 2])), [[2, 3]])
    try check(.depthToSpace(blockSize: 2, order: .depthFirst), [[1, 8, 2, 1]])
    try check(.depthToSpace(blockSize: 2, order: .columnFirst), [[1, 8, 2, 1]])
    try check(.spaceToDepth(blockSize: 2), [[1, 2, 2, 4]])
    // Short floats are steps at the scale of a difference, whose gradient passes straight through.
    for type in [ElementType.float64, .int32, .boolean] { try check(.cast(type), [[6]]) }
    try check(.identity, [[6]])
    try check(.dropout, [[6]])
  }

  @Test func interpolations() throws {
    let modes: [Resize.Mode] = [.nearest, .linear, .cubic]
    let coordinates: [Resize.Coordinates] = [
      .halfPixel, .halfPixelSymmetric, .pytorchHalfPixel, .alignCorners, .asymmetric, .cropAndResize,
    ]
    for mode in modes {
      for place in coordinates {
        for sizes in [[1, 1, 7, 2], [1, 1, 3, 9], [1, 1, 1, 4]] {
          for (antialiases, excludes) in [(false, false), (true, true)] {
            var resize = Resize(
              mode: mode, coordinates: place, excludesOutside: excludes, antialiases: antialiases,
              extrapolationValue: 9, sizes: sizes)
            if place == .cropAndResize { resize.region = [0, 0, 0.2, -0.3, 1, 1, 0.9, 1.1] }
            try check(.resize(resize), [[1, 1, 4, 5]])
          }
        }
      }
    }
  }
}
