import GinghamDifferentiation
import GinghamNetworks
import GinghamTensors
import Testing

/// Each operator that the engine does in its own way, forward and backward, against the Float64 reference.
@Suite struct OperatorTests {
  struct ConvolutionCase: Sendable {
    var shape: Shape
    var outputs: Int
    var window: Window
    var groups = 1
  }

  static let convolutions: [ConvolutionCase] = [
    // First layers: few channels, where the input gradient is a sub-pixel convolution.
    .init(shape: [1, 3, 23, 19], outputs: 16, window: Window(7, stride: 2, padding: 3)),
    .init(shape: [1, 3, 24, 24], outputs: 20, window: Window(3, stride: 2)),
    .init(shape: [1, 3, 17, 16], outputs: 8, window: Window(3, padding: 1)),
    .init(shape: [2, 1, 12, 13], outputs: 6, window: Window(5)),
    .init(shape: [1, 3, 35, 35], outputs: 16, window: Window(11, stride: 4, padding: 2)),
    .init(shape: [1, 4, 15, 14], outputs: 16, window: Window(3, padding: 2, dilation: 2)),
    .init(shape: [1, 3, 16, 18], outputs: 16, window: Window(1)),
    .init(
      shape: [1, 3, 16, 15], outputs: 24,
      window: Window(
        kernel: [3, 3], strides: [2, 2], padding: .explicit(before: [0, 0], after: [1, 1]))),
    // Strides of one: flipped.
    .init(shape: [1, 32, 9, 11], outputs: 48, window: Window(3, padding: 1)),
    .init(shape: [1, 5, 9, 9], outputs: 17, window: Window(3)),
    .init(shape: [3, 48, 7, 7], outputs: 5, window: Window(1)),
    .init(shape: [1, 17, 12, 10], outputs: 3, window: Window(3, padding: 2, dilation: 2)),
    .init(
      shape: [1, 16, 8, 9], outputs: 16,
      window: Window(kernel: [1, 7], padding: .explicit(before: [0, 3], after: [0, 3]))),
    .init(shape: [1, 16, 8, 9], outputs: 32, window: Window(kernel: [2, 4], padding: .sameUpper)),
    .init(shape: [1, 16, 6, 6], outputs: 16, window: Window(1, padding: 1)),
    // Many positions: Winograd's algorithm.
    .init(shape: [1, 32, 28, 31], outputs: 48, window: Window(3, padding: 1)),
    // Strided.
    .init(shape: [1, 32, 11, 12], outputs: 32, window: Window(3, stride: 2, padding: 1)),
    .init(shape: [1, 32, 14, 14], outputs: 64, window: Window(1, stride: 2)),
    .init(shape: [2, 24, 13, 9], outputs: 40, window: Window(5, stride: 3, padding: 1)),
    .init(shape: [1, 16, 9, 9], outputs: 16, window: Window(2, stride: 2, dilation: 2)),
    // Groups and depth.
    .init(shape: [1, 32, 10, 10], outputs: 32, window: Window(3, padding: 1), groups: 32),
    .init(shape: [1, 24, 10, 11], outputs: 24, window: Window(3, stride: 2, padding: 1), groups: 24),
    .init(shape: [1, 32, 8, 8], outputs: 64, window: Window(3, padding: 1), groups: 2),
    .init(shape: [1, 12, 8, 8], outputs: 6, window: Window(3, padding: 1), groups: 3),
    .init(shape: [1, 16, 8, 8], outputs: 32, window: Window(3, padding: 1), groups: 16),
  ]

  @Test(arguments: convolutions) func convolution(_ item: ConvolutionCase) throws {
    var chain = Chain(item.shape)
    chain.convolve(item.shape[1], item.outputs, item.window, groups: item.groups)
    try chain.expectAgreement(item.shape)
    chain.append(.pointwise(.relu))
    try chain.expectAgreement(item.shape)
  }

  @Test func convolutionsOfOneAndThreeAxes() throws {
    for kernel in [[3], [3, 3, 3]] {
      let shape = Shape([1, 16] + kernel.map { _ in 9 })
      var chain = Chain(shape)
      chain.convolve(16, 32, Window(kernel: kernel))
      try chain.expectAgreement(shape)
    }
  }

  @Test(arguments: [
    Pointwise.relu, .clip(minimum: 0, maximum: 0.3), .clip(minimum: -0.5, maximum: 0.5), .sigmoid, .tanh,
  ])
  func activationsFusedAndAlone(_ function: Pointwise) throws {
    for channels in [16, 5] {
      let shape: Shape = [1, channels, 6, 7]
      var alone = Chain(shape)
      alone.append(.pointwise(function))
      try alone.expectAgreement(shape)
      var fused = Chain(shape)
      fused.convolve(channels, channels, Window(3, padding: 1))
      fused.append(.pointwise(function))
      fused.convolve(channels, 8, Window(1))
      try fused.expectAgreement(shape)
    }
  }

  @Test(arguments: [
    Pointwise.leakyReLU(slope: 0.2), .elu(alpha: 1), .elu(alpha: 0.5), .silu, .hardSwish, .gelu(approximate: false),
    .gelu(approximate: true), .hardSigmoid(alpha: 0.2, beta: 0.5),
  ])
  func activationsOfTheirInput(_ function: Pointwise) throws {
    for channels in [16, 5] {
      let shape: Shape = [2, channels, 6, 7]
      var chain = Chain(shape)
      chain.convolve(channels, channels, Window(3, padding: 1))
      chain.append(.pointwise(function))
      chain.convolve(channels, 8, Window(1))
      try chain.expectAgreement(shape)
    }
  }

  @Test func gatesByEqualAndByPooledTensors() throws {
    for channels in [32, 21] {
      let shape: Shape = [2, channels, 6, 5]
      var gate = Chain(shape)
      let value = gate.convolve(channels, channels, Window(3, padding: 1))
      gate.append(.pointwise(.sigmoid))
      gate.append(.elementwise(.multiply), value)
      gate.convolve(channels, 4, Window(1))
      try gate.expectAgreement(shape)

      var square = Chain(shape)
      let factor = square.convolve(channels, channels, Window(1))
      square.append(.elementwise(.multiply), factor)
      try square.expectAgreement(shape)

      for scaleFirst in [true, false] {
        var excitation = Chain(shape)
        let features = excitation.convolve(channels, channels, Window(3, padding: 1))
        excitation.append(.reduce(Reduction(.mean, axes: .spatial)))
        excitation.convolve(channels, channels, Window(1))
        let scale = excitation.append(.pointwise(.sigmoid))
        excitation.append(
          .elementwise(.multiply), scaleFirst ? features : scale, reading: scaleFirst ? scale : features)
        excitation.convolve(channels, 8, Window(1))
        try excitation.expectAgreement(shape)
      }
    }
  }

  struct TransposedCase: Sendable {
    var shape: Shape
    var outputs: Int
    var convolution: TransposedConvolution
  }

  static let transposed: [TransposedCase] = [
    .init(shape: [2, 20, 1, 1], outputs: 32, convolution: .init(Window(4))),
    .init(shape: [1, 32, 5, 6], outputs: 16, convolution: .init(Window(4, stride: 2, padding: 1))),
    .init(
      shape: [1, 16, 5, 4], outputs: 3, convolution: .init(Window(3, stride: 2, padding: 1), outputPadding: [1, 1])),
    .init(shape: [1, 17, 6, 6], outputs: 21, convolution: .init(Window(5, stride: 3))),
    .init(shape: [1, 16, 6, 6], outputs: 16, convolution: .init(Window(3, padding: 1))),
    .init(shape: [1, 32, 6, 6], outputs: 32, convolution: .init(Window(4, stride: 2, padding: 1), groups: 32)),
    .init(shape: [1, 8, 6, 6], outputs: 12, convolution: .init(Window(3, stride: 2, dilation: 2), groups: 2)),
    .init(shape: [2, 16, 7], outputs: 16, convolution: .init(Window(kernel: [4], strides: [2]))),
  ]

  @Test(arguments: transposed) func transposedConvolution(_ item: TransposedCase) throws {
    for hasBias in [true, false] {
      var chain = Chain(item.shape)
      chain.convolve(item.shape[1], item.shape[1], Window(kernel: item.shape.spatial.map { _ in 1 }))
      let groups = item.convolution.groups
      let weights = chain.weight(
        Shape([item.shape[1], item.outputs / groups] + item.convolution.window.kernel), scale: 0.5)
      let bias = hasBias ? chain.weight([item.outputs]) : nil
      chain.append(.transposedConvolution(item.convolution), weights, bias)
      chain.append(.pointwise(.tanh))
      try chain.expectAgreement(item.shape)
    }
  }

  @Test func residualBlocks() throws {
    let shape: Shape = [1, 16, 9, 8]
    for channels in [16, 21] {
      var chain = Chain(shape)
      chain.convolve(16, channels, Window(1))
      for _ in 0..<2 {
        let start = chain.append(.pointwise(.relu))
        chain.convolve(channels, channels, Window(3, padding: 1))
        chain.append(.pointwise(.relu))
        let branch = chain.convolve(channels, channels, Window(3, padding: 1))
        let shortcut = chain.convolve(channels, channels, Window(1), reading: start)
        chain.append(.elementwise(.add), shortcut, reading: branch)
        let block = chain.append(.pointwise(.relu))
        chain.convolve(channels, channels, Window(1), hasBias: false)
        chain.append(.elementwise(.add), block)
      }
      try chain.expectAgreement(shape)
    }
  }

  @Test func sumsOfOneValueWithItself() throws {
    let shape: Shape = [1, 16, 5, 5]
    var chain = Chain(shape)
    let value = chain.convolve(16, 16, Window(1))
    chain.append(.elementwise(.add), value)
    chain.append(.pointwise(.relu))
    let middle = chain.last
    chain.convolve(16, 16, Window(3, padding: 1))
    chain.append(.elementwise(.add), middle)
    try chain.expectAgreement(shape)
  }

  @Test(arguments: [
    Window(3, stride: 2, padding: 1), Window(3, stride: 2, ceilMode: true), Window(2, stride: 2), Window(3, padding: 1),
    Window(3, stride: 2, padding: 1, ceilMode: true), Window(2, stride: 1, dilation: 2),
    Window(kernel: [2, 3], strides: [2, 1], padding: .explicit(before: [0, 1], after: [1, 0])),
  ]) func pools(_ window: Window) throws {
    for (channels, size) in [(16, 12), (5, 13)] {
      let shape: Shape = [1, channels, size, size + 1]
      var operations: [Operation] = [.maxPool(MaxPool(window))]
      for countsPadding in [true, false] {
        operations.append(.averagePool(AveragePool(window, countsPadding: countsPadding)))
      }
      for operation in operations {
        var chain = Chain(shape)
        chain.append(operation)
        try chain.expectAgreement(shape)
      }
    }
  }

  @Test func maxPoolSendsTiesToTheFirst() throws {
    // After a rectifier most windows hold several zeros, and equal values elsewhere.
    let shape: Shape = [1, 16, 8, 8]
    var chain = Chain(shape)
    chain.append(.pointwise(.sign))
    chain.append(.maxPool(MaxPool(Window(3, stride: 2, padding: 1))))
    try expectAgreement(chain.network, shape, targets: [chain.last], gradients: [chain.network.nodes[0].outputs[0]])
  }

  @Test func headsOfClassifiers() throws {
    for (channels, batch) in [(16, 1), (20, 3)] {
      let shape: Shape = [batch, channels, 4, 5]
      for global in [true, false] {
        var chain = Chain(shape)
        chain.convolve(channels, channels, Window(1))
        if global { chain.append(.reduce(Reduction(.mean, axes: .spatial))) }
        chain.append(.flatten(axis: 1))
        let features = global ? channels : channels * 20
        let weights = chain.weight([11, features])
        let bias = chain.weight([11])
        chain.append(.generalMatrixMultiply(GeneralMatrixMultiply(transposesB: true)), weights, bias)
        let square = chain.weight([11, 7])
        chain.append(.matrixMultiply, square)
        try chain.expectAgreement(shape)
        // Tokens: every position is a row.
        chain = Chain(shape)
        for width in [11, 3] {
          let weights = chain.weight([width, width == 11 ? 5 : 11])
          let bias = chain.weight([width])
          chain.append(.generalMatrixMultiply(GeneralMatrixMultiply(transposesB: true)), weights, bias)
        }
        try chain.expectAgreement(shape)
      }
    }
  }

  @Test func batchNormalizationInFrontOfConvolutions() throws {
    for channels in [32, 5] {
      let shape: Shape = [1, channels, 6, 6]
      var chain = Chain(shape)
      let parameters = (0..<3).map { _ in chain.weight([channels]) }
      let variance = chain.network.addConstant(
        "variance", .float(noise([channels], seed: 5).map { abs($0) + 0.5 }))
      chain.append(
        .batchNormalization(epsilon: 1e-3), parameters[0], parameters[1], parameters[2], variance)
      chain.append(.pointwise(.relu))
      chain.convolve(channels, 16, Window(3, padding: 1))
      try chain.expectAgreement(shape)
    }
  }

  @Test func concatenationsOfBranchesAndGrowingOnes() throws {
    for channels in [16, 7] {
      let shape: Shape = [1, 3, 10, 9]
      var chain = Chain(shape)
      let stem = chain.convolve(3, channels, Window(3, padding: 1))
      let first = chain.convolve(channels, channels, Window(1), reading: stem)
      let joined = chain.append(.concatenate(axis: 1), first, reading: stem)
      chain.append(.pointwise(.relu))
      let second = chain.convolve(2 * channels, channels, Window(3, padding: 1))
      let longer = chain.append(.concatenate(axis: 1), first, second, reading: stem)
      let pooled = chain.append(.maxPool(MaxPool(Window(3, padding: 1))), reading: longer)
      let third = chain.convolve(3 * channels, channels, Window(1), reading: longer)
      chain.append(.concatenate(axis: 1), third, joined, reading: pooled)
      chain.convolve(6 * channels, 8, Window(1))
      try chain.expectAgreement(shape)
    }
  }

  @Test func pixelNormalization() throws {
    let shape: Shape = [2, 3, 9, 8]
    var chain = Chain(shape)
    chain.append(
      .pixelNormalization(PixelNormalization(source: [2, 1, 0, 0], scale: [2, 3, 4, -1], shift: [0, 1, 2, 3])))
    chain.convolve(4, 16, Window(3, padding: 1))
    try chain.expectAgreement(shape)
  }

  @Test func operatorsWithoutAFastKernelBetweenThoseThatHaveOne() throws {
    let shape: Shape = [2, 16, 8, 8]
    var chain = Chain(shape)
    chain.convolve(16, 24, Window(3, padding: 1))
    chain.append(.pointwise(.softplus))
    chain.convolve(24, 16, Window(3, padding: 1))
    let value = chain.append(.pointwise(.mish))
    let gate = chain.append(.reduce(Reduction(.mean, axes: .spatial)))
    chain.append(.elementwise(.multiply), gate, reading: value)
    chain.append(.softmax(Softmax(axis: 1)))
    try chain.expectAgreement(shape)
  }
}
