import GinghamNetworks
import GinghamTensors
import Testing

/// What transformers are made of, forward and backward, against the Float64 reference.
@Suite struct TransformerTests {
  @Test(arguments: [[2, 7, 20], [1, 33, 40], [3, 20], [2, 3, 4, 17]])
  func productsWithConstantMatrices(_ dimensions: [Int]) throws {
    let (shape, inner) = (Shape(dimensions), dimensions[dimensions.count - 1])
    var chain = Chain(shape)
    chain.append(.pointwise(.silu))
    chain.append(.matrixMultiply, chain.weight([inner, 24]))
    chain.append(.elementwise(.add), chain.weight([24]))
    chain.append(.pointwise(.gelu(approximate: false)))
    chain.append(.matrixMultiply, chain.weight([24, inner]))
    let bias = chain.weight([inner])
    let hidden = chain.append(.elementwise(.add), chain.last, reading: bias)
    chain.append(.elementwise(.multiply), chain.weight([inner]))
    chain.append(.elementwise(.add), chain.input)
    chain.append(.matrixMultiply, chain.weight([inner, 9]))
    chain.append(.elementwise(.add), chain.weight([9]))
    chain.append(.pointwise(.relu))
    chain.append(.matrixMultiply, chain.weight([9, 6]))
    try chain.expectFastAgreement(shape)
    try expectAgreement(chain.network, shape, targets: [chain.last, hidden], gradients: [hidden, chain.input])
  }

  @Test func generalProducts() throws {
    for rows in [3, 11] {
      for transposes in [true, false] {
        let shape: Shape = [rows, 13]
        var chain = Chain(shape)
        chain.append(.pointwise(.silu))
        chain.append(
          .generalMatrixMultiply(GeneralMatrixMultiply(alpha: 0.5, beta: 2, transposesB: transposes)),
          chain.weight(transposes ? [21, 13] : [13, 21]), chain.weight([21]))
        try chain.expectFastAgreement(shape)
        chain.append(.elementwise(.multiply), chain.weight([1, 21]))
        try chain.expectFastAgreement(shape)
      }
    }
  }

  @Test func productsOfActivations() throws {
    let shape: Shape = [2, 3, 7, 5]
    for isTransposed in [true, false] {
      var chain = Chain(shape)
      let left = chain.append(.pointwise(.silu))
      var right = chain.append(.pointwise(.tanh), reading: chain.input)
      right = chain.append(.transpose(permutation: [0, 1, 3, 2]), reading: right)
      if isTransposed {
        chain.append(.matrixMultiply, left, reading: right)
      } else {
        chain.append(.matrixMultiply, right, reading: left)
      }
      try chain.expectFastAgreement(shape)
    }
    // One matrix for all, and a constant on the left.
    var chain = Chain(shape)
    let value = chain.append(.pointwise(.silu))
    let mean = chain.append(.reduce(Reduction(.mean, axes: .listed([1]))))
    let turned = chain.append(.transpose(permutation: [0, 1, 3, 2]), reading: mean)
    chain.append(.matrixMultiply, turned, reading: value)
    chain.append(.matrixMultiply, chain.last, reading: chain.weight([3, 4, 7]))
    try chain.expectFastAgreement(shape)
    // A value times itself.
    var square = Chain([2, 6, 6])
    let factor = square.append(.pointwise(.silu))
    square.append(.matrixMultiply, factor)
    try square.expectFastAgreement([2, 6, 6])
  }

  @Test(arguments: [(tokens: 19, heads: 3, depth: 8, batch: 1), (tokens: 5, heads: 2, depth: 3, batch: 2)])
  func selfAttention(_ extents: (tokens: Int, heads: Int, depth: Int, batch: Int)) throws {
    let (tokens, heads, depth, batch) = extents
    let width = heads * depth
    let shape: Shape = [batch, tokens, width]
    var chain = Chain(shape)
    let start = chain.append(.layerNormalization(axis: -1, epsilon: 1e-5), chain.weight([width]), chain.weight([width]))
    chain.append(.matrixMultiply, chain.weight([width, 3 * width]), reading: start)
    chain.append(.elementwise(.add), chain.weight([3 * width]))
    chain.append(.reshape(Reshape(shape: [batch, tokens, 3, heads, depth])))
    chain.append(.transpose(permutation: [2, 0, 3, 1, 4]))
    let parts = chain.split(3, axis: 0).map { chain.append(.squeeze(axes: [0]), reading: $0) }
    let keys = chain.append(.transpose(permutation: [0, 1, 3, 2]), reading: parts[1])
    chain.append(.matrixMultiply, keys, reading: parts[0])
    let scores = chain.append(.elementwise(.multiply), chain.network.addConstant("scale", .float(Tensor([], [0.4]))))
    chain.append(.softmax(Softmax(axis: -1)))
    chain.append(.matrixMultiply, parts[2])
    chain.append(.transpose(permutation: [0, 2, 1, 3]))
    chain.append(.reshape(Reshape(shape: [batch, tokens, width])))
    chain.append(.matrixMultiply, chain.weight([width, width]))
    chain.append(.elementwise(.add), chain.input)
    #expect(try chain.kernels(shape).values.contains("attention"))
    try chain.expectFastAgreement(shape)
    // Looked at, the scores have to exist.
    try expectAgreement(chain.network, shape, targets: [chain.last, scores], gradients: [chain.input, parts[1]])
  }

  @Test func attentionInWindowsWithBiasAndMask() throws {
    let (windows, heads, tokens, depth) = (4, 2, 9, 5)
    let shape: Shape = [windows, heads, tokens, depth]
    for isMasked in [true, false] {
      var chain = Chain(shape)
      let query = chain.append(.pointwise(.silu))
      let right = chain.append(.pointwise(.tanh), reading: chain.input)
      let key = chain.append(.transpose(permutation: [0, 1, 3, 2]), reading: right)
      chain.append(.matrixMultiply, key, reading: query)
      chain.append(.elementwise(.divide), chain.network.addConstant("root", .float(Tensor([1], [2]))))
      chain.append(.elementwise(.add), chain.weight([1, heads, tokens, tokens]))
      if isMasked {
        chain.append(.reshape(Reshape(shape: [1, windows, heads, tokens, tokens])))
        chain.append(
          .elementwise(.add),
          chain.network.addConstant(
            "mask", .float(noise([1, windows, 1, tokens, tokens], seed: 4).map { $0 > 0.6 ? -100 : 0 })))
        chain.append(.reshape(Reshape(shape: [windows, heads, tokens, tokens])))
      }
      chain.append(.softmax(Softmax(axis: 3)))
      chain.append(.matrixMultiply, query)
      #expect(try chain.kernels(shape).values.contains("attention"))
      try chain.expectFastAgreement(shape)
    }
  }

  /// One product on all threads, and queries, keys and values that are one value or parts of one another.
  @Test func attentionOfOneHead() throws {
    let shape: Shape = [1, 40, 6]
    var chain = Chain(shape)
    let value = chain.append(.pointwise(.silu))
    let keys = chain.append(.transpose(permutation: [0, 2, 1]), reading: value)
    chain.append(.matrixMultiply, keys, reading: value)
    chain.append(.softmax(Softmax(axis: -1)))
    chain.append(.matrixMultiply, value)
    #expect(try chain.kernels(shape).values.contains("attention"))
    try chain.expectFastAgreement(shape)

    var crossing = Chain(shape)
    crossing.append(.matrixMultiply, crossing.weight([6, 10]))
    let query = crossing.append(.slice(Slice(starts: [0], ends: [6], axes: [2])), reading: crossing.last)
    let origin = crossing.network.nodes[0].outputs[0]
    let overlapping = crossing.append(.slice(Slice(starts: [4], ends: [10], axes: [2])), reading: origin)
    let turned = crossing.append(.transpose(permutation: [0, 2, 1]), reading: overlapping)
    crossing.append(.matrixMultiply, turned, reading: query)
    crossing.append(.softmax(Softmax(axis: -1)))
    crossing.append(.matrixMultiply, overlapping)
    try crossing.expectFastAgreement(shape)
  }

  /// More scores than are in memory at once.
  @Test func attentionInBlocksOfQueries() throws {
    for heads in [1, 5] {
      let shape: Shape = [heads, 350, 4]
      var chain = Chain(shape)
      let value = chain.append(.pointwise(.silu))
      let keys = chain.append(.transpose(permutation: [0, 2, 1]), reading: chain.input)
      let values = chain.append(.pointwise(.tanh), reading: chain.input)
      chain.append(.matrixMultiply, keys, reading: value)
      chain.append(.softmax(Softmax(axis: -1)))
      chain.append(.matrixMultiply, values)
      try chain.expectAgreement(shape)
    }
  }

  @Test func softmaxAlongEveryAxis() throws {
    let shape: Shape = [2, 5, 4, 19]
    for axis in [-4, 1, 2, 3] {
      for isBlocked in [true, false] {
        var chain = Chain(shape)
        if isBlocked { chain.convolve(5, 5, Window(1)) } else { chain.append(.pointwise(.silu)) }
        chain.append(.softmax(Softmax(axis: axis)))
        try chain.expectAgreement(shape)
        chain.append(.pointwise(.silu))
        try chain.expectFastAgreement(shape)
      }
    }
  }

  @Test func layerNormalizations() throws {
    for (shape, axis) in [(Shape([2, 7, 21]), -1), ([3, 16], 1), ([2, 3, 4, 5], 2), ([1, 1, 40], 2)] {
      let length = shape.dimensions.dropFirst(axis < 0 ? axis + shape.rank : axis)
      var chain = Chain(shape)
      chain.append(.pointwise(.silu))
      chain.append(
        .layerNormalization(axis: axis, epsilon: 1e-5), chain.weight(Shape(Array(length))),
        chain.weight(Shape(Array(length))))
      try chain.expectFastAgreement(shape)
      chain.append(.layerNormalization(axis: axis, epsilon: 1e-2), chain.weight(Shape(Array(length))))
      chain.append(.elementwise(.add), chain.input)
      try chain.expectFastAgreement(shape)
    }
  }

  @Test func normalizationOfPixelsBetweenConvolutions() throws {
    for channels in [32, 21] {
      let shape: Shape = [2, channels, 5, 6]
      var chain = Chain(shape)
      let start = chain.convolve(channels, channels, Window(7, padding: 3), groups: channels)
      chain.append(.transpose(permutation: [0, 2, 3, 1]))
      chain.append(.layerNormalization(axis: -1, epsilon: 1e-6), chain.weight([channels]), chain.weight([channels]))
      chain.append(.matrixMultiply, chain.weight([channels, 2 * channels]))
      chain.append(.pointwise(.gelu(approximate: true)))
      chain.append(.matrixMultiply, chain.weight([2 * channels, channels]))
      chain.append(.transpose(permutation: [0, 3, 1, 2]))
      chain.append(.elementwise(.multiply), chain.weight([channels, 1, 1]))
      chain.append(.elementwise(.add), start)
      chain.convolve(channels, 8, Window(2, stride: 2))
      try chain.expectFastAgreement(shape)
    }
  }

  @Test func groupNormalizations() throws {
    for (channels, groups) in [(32, 8), (32, 2), (48, 3), (21, 7), (20, 1)] {
      for isBlocked in [true, false] {
        let shape: Shape = [2, channels, 7, 5]
        var chain = Chain(shape)
        if isBlocked { chain.convolve(channels, channels, Window(1)) } else { chain.append(.pointwise(.silu)) }
        let start = chain.last
        chain.append(
          .groupNormalization(groups: groups, epsilon: 1e-5), chain.weight([channels]), chain.weight([channels]))
        chain.append(.pointwise(.silu))
        try chain.expectFastAgreement(shape)
        chain.convolve(channels, channels, Window(3, padding: 1))
        chain.append(
          .groupNormalization(groups: groups, epsilon: 1e-3), chain.weight([groups]), chain.weight([groups]))
        chain.append(.elementwise(.add), start)
        chain.append(.instanceNormalization(epsilon: 1e-3), chain.weight([channels]), chain.weight([channels]))
        chain.append(.pointwise(.relu))
        try chain.expectFastAgreement(shape)
      }
    }
  }

  /// The mean is a thousand deviations from zero.
  @Test func normalizationOfSmallDifferences() throws {
    let shape: Shape = [1, 16, 9, 9]
    var chain = Chain(shape)
    chain.append(.elementwise(.add), chain.network.addConstant("offset", .float(Tensor([], [1000]))))
    chain.append(.groupNormalization(groups: 4, epsilon: 1e-5), chain.weight([16]), chain.weight([16]))
    // The sum alone rounds to 3e-5 of the deviation.
    try expectAgreement(chain.network, shape, targets: [chain.last], gradients: [chain.input], within: 3e-4)
  }

  @Test(arguments: [
    Pointwise.leakyReLU(slope: 0.2), .elu(alpha: 0.7), .selu(alpha: 1.67, gamma: 1.05), .celu(alpha: 0.6), .silu,
    .mish, .hardSwish, .hardSigmoid(alpha: 0.2, beta: 0.5), .hardSigmoid(alpha: 0.3, beta: 0),
    .gelu(approximate: false), .gelu(approximate: true),
  ])
  func smoothActivations(_ function: Pointwise) throws {
    for (shape, wide) in [(Shape([2, 5, 6, 7]), true), ([3, 16, 9, 1], true), ([1, 50], false)] {
      var chain = Chain(shape)
      let factor = chain.network.addConstant("factor", .float(Tensor([], [4])))
      chain.append(.elementwise(.multiply), factor)
      chain.append(.pointwise(function))
      try chain.expectFastAgreement(shape)
      guard wide else { continue }
      chain.convolve(shape[1], shape[1], Window(1))
      chain.append(.pointwise(function))
      chain.convolve(shape[1], 4, Window(1))
      try chain.expectFastAgreement(shape)
    }
  }
}
