import GinghamNetworks
import GinghamTensors
import Testing

/// Operators that rearrange elements, alone and in chains that the engine reads along strides.
@Suite struct MovementTests {
  @Test func oneOperatorAtATime() throws {
    let operations: [Operation] = [
      .transpose(permutation: [0, 2, 3, 1]), .transpose(permutation: [3, 0, 2, 1]), .transpose(permutation: nil),
      .slice(Slice(starts: [1, 0], ends: [6, 4], axes: [1, 2], steps: [2, 3])),
      .slice(Slice(starts: [-1], ends: [-100], axes: [3], steps: [-1])),
      .depthToSpace(blockSize: 2, order: .depthFirst), .spaceToDepth(blockSize: 1),
      .pad(Pad(mode: .constant, before: [0, 1, 0, 2], after: [1, 0, 3, 0], value: 0.5)),
      .pad(Pad(mode: .constant, before: [0, -1, 2, 0], after: [0, 1, -1, -2])),
      .reshape(Reshape(shape: [4, 15, -1])), .expand(shape: [3, 2, 6, 5, 4]),
    ]
    for operation in operations {
      var channels = 6
      if case .depthToSpace = operation { channels = 8 }
      let own: Shape = [2, channels, 5, 4]
      for isBlocked in [false, true] {
        var chain = Chain(own)
        // In front and behind something that is computed in channel blocks.
        if isBlocked { chain.convolve(channels, channels, Window(1)) }
        chain.append(operation)
        try chain.expectFastAgreement(own)
        if case .expand = operation { continue }
        chain.append(.pointwise(.silu))
        try chain.expectFastAgreement(own)
      }
    }
  }

  @Test func gatheringAlongAnAxis() throws {
    let shape: Shape = [2, 5, 7]
    for (axis, indices) in [
      (1, IntegerArray([], [3])), (1, IntegerArray([3], [4, 0, -2])), (2, IntegerArray([2, 2], [6, 4, 3, 1])),
    ] {
      var chain = Chain(shape)
      let constant = chain.network.addConstant("indices", .integer(indices))
      chain.append(.gather(axis: axis), constant)
      chain.append(.pointwise(.silu))
      try chain.expectFastAgreement(shape)
    }
  }

  @Test func chainsOfViewsWithSeveralReaders() throws {
    let shape: Shape = [2, 12, 6]
    var chain = Chain(shape)
    let start = chain.append(.pointwise(.silu))
    chain.append(.reshape(Reshape(shape: [2, 12, 2, 3])))
    chain.append(.transpose(permutation: [2, 0, 3, 1]))
    let halves = chain.split(2, axis: 3)
    let first = chain.append(.reshape(Reshape(shape: [2, 6, 6])), reading: halves[0])
    let second = chain.append(.reshape(Reshape(shape: [2, 6, 6])), reading: halves[1])
    // Overlapping parts of one gradient, and a direct reader of the value they come from.
    let overlapping = chain.append(
      .slice(Slice(starts: [2], ends: [8], axes: [1])), reading: start)
    chain.append(.elementwise(.multiply), second, reading: first)
    let product = chain.append(.elementwise(.add), overlapping)
    let other = chain.append(.transpose(permutation: [0, 2, 1]), reading: start)
    let cut = chain.append(.slice(Slice(starts: [3], ends: [9], axes: [2])), reading: other)
    chain.append(.elementwise(.add), product, reading: cut)
    try chain.expectFastAgreement(shape)
    // The same with a view, its part and its origin looked at from outside.
    try expectAgreement(
      chain.network, shape, targets: [chain.last, halves[0], other], gradients: [chain.input, start, other, first])
  }

  @Test func rollsAndWindows() throws {
    let shape: Shape = [1, 8, 8, 6]
    var chain = Chain(shape)
    let start = chain.append(.pointwise(.silu))
    func rolled(_ axis: Int, by step: Int, _ value: ValueID) -> ValueID {
      let front = chain.append(.slice(Slice(starts: [step], ends: [8], axes: [axis])), reading: value)
      let back = chain.append(.slice(Slice(starts: [0], ends: [step], axes: [axis])), reading: value)
      return chain.append(.concatenate(axis: axis), back, reading: front)
    }
    let turned = rolled(2, by: 2, rolled(1, by: 3, start))
    chain.append(.reshape(Reshape(shape: [1, 2, 4, 2, 4, 6])), reading: turned)
    chain.append(.transpose(permutation: [0, 1, 3, 2, 4, 5]))
    chain.append(.reshape(Reshape(shape: [4, 16, 6])))
    chain.append(.matrixMultiply, chain.weight([6, 5]))
    let kernels = try chain.kernels(shape)
    #expect(kernels.values.filter { $0 == "concatenation" }.isEmpty)
    try chain.expectFastAgreement(shape)
  }

  @Test func concatenationsAlongEveryAxis() throws {
    for axis in 0..<4 {
      let shape: Shape = [2, 5, 4, 3]
      var chain = Chain(shape)
      let first = chain.convolve(5, 5, Window(1))
      let second = chain.append(.pointwise(.silu), reading: chain.input)
      let turned = chain.append(.transpose(permutation: [1, 0, 3, 2]), reading: second)
      let back = chain.append(.transpose(permutation: [1, 0, 3, 2]), reading: turned)
      let constant = chain.weight(shape)
      chain.append(.concatenate(axis: axis), back, constant, first, reading: first)
      chain.append(.pointwise(.silu))
      try chain.expectFastAgreement(shape)
    }
  }

  @Test func shufflesOfChannels() throws {
    let shape: Shape = [2, 10, 5, 3]
    var chain = Chain(shape)
    chain.convolve(10, 10, Window(3, padding: 1))
    chain.append(.reshape(Reshape(shape: [2, 2, 5, 5, 3])))
    chain.append(.transpose(permutation: [0, 2, 1, 3, 4]))
    chain.append(.reshape(Reshape(shape: [2, 10, 5, 3])))
    let halves = chain.split(2, axis: 1)
    chain.convolve(5, 5, Window(1), reading: halves[0])
    chain.append(.concatenate(axis: 1), halves[1])
    try chain.expectFastAgreement(shape)
  }

  @Test func interpolations() throws {
    for channels in [16, 5] {
      let shape: Shape = [2, channels, 6, 5]
      for mode in [Resize.Mode.nearest, .linear, .cubic] {
        for scales: [Float] in [[1, 1, 2, 2], [1, 1, 1.7, 0.6], [1, 1, 1, 3]] {
          var chain = Chain(shape)
          chain.convolve(channels, channels, Window(1))
          chain.append(.resize(Resize(mode: mode, scales: scales)))
          chain.convolve(channels, 4, Window(1))
          try chain.expectFastAgreement(shape)
        }
      }
    }
  }

  @Test func averagesOverAnyAxes() throws {
    let shape: Shape = [2, 5, 6, 17]
    for axes in [[1], [-1], [1, 2], [2, 3], [0, 2], [0, 1, 2, 3], [1, 3]] {
      for kind in [Reduction.Kind.mean, .sum] {
        for keeps in [true, false] {
          var chain = Chain(shape)
          chain.append(.pointwise(.silu))
          chain.append(.reduce(Reduction(kind, axes: .listed(axes), keepsDimensions: keeps)))
          try chain.expectFastAgreement(shape)
        }
      }
    }
  }

  @Test func broadcastArithmetic() throws {
    let shape: Shape = [2, 5, 4, 33]
    for function in [Elementwise.add, .subtract, .multiply, .divide] {
      for other in [Shape([33]), [], [1, 5, 1, 1], [4, 1], [2, 5, 4, 33], [1, 5, 4, 1]] {
        for isFirst in [true, false] {
          var chain = Chain(shape)
          let value = chain.append(.pointwise(.silu))
          let constant = chain.network.addConstant(
            "constant", .float(noise(other, seed: 3).map { $0 + ($0 < 0 ? -0.5 : 0.5) }))
          chain.append(.elementwise(function), isFirst ? constant : value, reading: isFirst ? value : constant)
          try chain.expectFastAgreement(shape)
        }
      }
      // Both depend on the input; one is broadcast.
      var chain = Chain(shape)
      let value = chain.append(.pointwise(.silu))
      chain.append(.reduce(Reduction(.mean, axes: .listed([1, 3]))))
      let mean = chain.append(.elementwise(.add), chain.network.addConstant("two", .float(Tensor([], [2]))))
      chain.append(.elementwise(function), mean, reading: value)
      try chain.expectFastAgreement(shape)
      chain.append(.elementwise(function), chain.last, reading: mean)
      if function != .divide { try chain.expectFastAgreement(shape) }
    }
  }

  @Test func constantsAChannelInChannelBlocks() throws {
    for channels in [16, 5] {
      let shape: Shape = [2, channels, 6, 5]
      for function in [Elementwise.add, .subtract, .multiply, .divide] {
        for other in [Shape([channels, 1, 1]), [1, channels, 1, 1], []] {
          for isFirst in [true, false] {
            var chain = Chain(shape)
            let value = chain.convolve(channels, channels, Window(1))
            let constant = chain.network.addConstant(
              "constant", .float(noise(other, seed: 3).map { $0 + ($0 < 0 ? -0.5 : 0.5) }))
            if function == .divide, !isFirst { continue }
            chain.append(.elementwise(function), isFirst ? constant : value, reading: isFirst ? value : constant)
            chain.append(.pointwise(.relu))
            chain.convolve(channels, 4, Window(1))
            try chain.expectFastAgreement(shape)
          }
        }
      }
    }
  }
}
