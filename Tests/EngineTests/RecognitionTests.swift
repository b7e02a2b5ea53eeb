import GinghamNetworks
import GinghamTensors
import Testing

/// Operators that exporters take apart, found again and done by one kernel, with the same numbers.
@Suite struct RecognitionTests {
  private func number(_ value: Float, _ chain: inout Chain) -> ValueID {
    chain.network.addConstant("number\(chain.network.valueNames.count)", .float(Tensor([], [value])))
  }

  private func operations(_ chain: Chain, _ shape: Shape) throws -> [String] {
    try chain.layers(shape).map(\.operations)
  }

  @Test(arguments: 0..<4) func gelu(_ spelling: Int) throws {
    let shape: Shape = [2, 7, 16]
    var chain = Chain(shape)
    let x = chain.append(.matrixMultiply, chain.weight([16, 16]))
    if spelling < 2 {
      chain.append(.elementwise(.divide), number(Float(2).squareRoot(), &chain))
    } else {
      chain.append(.elementwise(.multiply), chain.last, reading: number(Float(0.5).squareRoot(), &chain))
    }
    chain.append(.pointwise(.erf))
    let gate = chain.append(.elementwise(.add), number(1, &chain))
    switch spelling {
    case 0:
      chain.append(.elementwise(.multiply), gate, reading: x)
      chain.append(.elementwise(.multiply), number(0.5, &chain))
    case 1:
      let half = chain.append(.elementwise(.multiply), number(0.5, &chain), reading: x)
      chain.append(.elementwise(.multiply), gate, reading: half)
    case 2:
      chain.append(.elementwise(.multiply), number(0.5, &chain))
      chain.append(.elementwise(.multiply), x)
    default:
      chain.append(.elementwise(.multiply), x)
      chain.append(.elementwise(.multiply), chain.last, reading: number(0.5, &chain))
    }
    chain.append(.matrixMultiply, chain.weight([16, 3]))
    #expect(try operations(chain, shape).contains("gelu"))
    try chain.expectFastAgreement(shape)
    // Looked at from outside, the gate stays a value of its own.
    try expectAgreement(chain.network, shape, targets: [chain.last, gate], gradients: [chain.input])
  }

  @Test(arguments: [true, false]) func geluByTangent(_ hasPower: Bool) throws {
    let shape: Shape = [2, 7, 16]
    var chain = Chain(shape)
    let x = chain.append(.matrixMultiply, chain.weight([16, 16]))
    if hasPower {
      chain.append(.elementwise(.power), number(3, &chain))
    } else {
      chain.append(.elementwise(.multiply), x)
      chain.append(.elementwise(.multiply), chain.last, reading: x)
    }
    chain.append(.elementwise(.multiply), number(0.044715, &chain))
    chain.append(.elementwise(.add), chain.last, reading: x)
    chain.append(.elementwise(.multiply), number(0.7978845608, &chain))
    chain.append(.pointwise(.tanh))
    chain.append(.elementwise(.add), number(1, &chain))
    let half = chain.append(.elementwise(.multiply), number(0.5, &chain), reading: x)
    chain.append(.elementwise(.multiply), chain.network.nodes[chain.network.nodes.count - 2].outputs[0], reading: half)
    #expect(try operations(chain, shape).contains("gelu"))
    try chain.expectFastAgreement(shape)
  }

  @Test func whatOnlyLooksLikeAnActivationStays() throws {
    let shape: Shape = [2, 7, 16]
    for (scale, one, half) in [(Float(1.4), Float(1), Float(0.5)), (1.4142135, 1.5, 0.5), (1.4142135, 1, 0.6)] {
      var chain = Chain(shape)
      let x = chain.append(.pointwise(.tanh))
      chain.append(.elementwise(.divide), number(scale, &chain))
      chain.append(.pointwise(.erf))
      chain.append(.elementwise(.add), number(one, &chain))
      chain.append(.elementwise(.multiply), x)
      chain.append(.elementwise(.multiply), number(half, &chain))
      #expect(try !operations(chain, shape).contains("gelu"))
      try chain.expectAgreement(shape)
    }
  }

  @Test func gatedActivations() throws {
    let shape: Shape = [2, 16, 5, 5]
    let gates: [([Pointwise], String)] = [
      ([.sigmoid], "silu"), ([.hardSigmoid(alpha: 1 / 6, beta: 0.5)], "hardSwish"),
      ([.softplus, .tanh], "mish"),
    ]
    for (functions, name) in gates {
      var chain = Chain(shape)
      let x = chain.convolve(16, 16, Window(1))
      for function in functions { chain.append(.pointwise(function)) }
      chain.append(.elementwise(.multiply), x)
      chain.convolve(16, 3, Window(1))
      #expect(try operations(chain, shape).contains(name))
      try chain.expectFastAgreement(shape)
    }
  }

  @Test(arguments: [true, false]) func layerNormalization(_ hasPower: Bool) throws {
    let shape: Shape = [2, 7, 16]
    for parameters in 0..<3 {
      var chain = Chain(shape)
      let x = chain.append(.matrixMultiply, chain.weight([16, 16]))
      let mean = chain.append(.reduce(Reduction(.mean, axes: .listed([-1]))))
      let difference = chain.append(.elementwise(.subtract), mean, reading: x)
      if hasPower {
        chain.append(.elementwise(.power), number(2, &chain))
      } else {
        chain.append(.elementwise(.multiply), difference)
      }
      chain.append(.reduce(Reduction(.mean, axes: .listed([2]))))
      chain.append(.elementwise(.add), number(1e-3, &chain))
      chain.append(.pointwise(.sqrt))
      chain.append(.elementwise(.divide), chain.last, reading: difference)
      if parameters > 0 { chain.append(.elementwise(.multiply), chain.weight([16])) }
      if parameters > 1 { chain.append(.elementwise(.add), chain.weight([16])) }
      chain.append(.matrixMultiply, chain.weight([16, 3]))
      #expect(try operations(chain, shape).contains("layerNormalization"))
      try chain.expectFastAgreement(shape)
    }
  }

  @Test func groupNormalization() throws {
    let shape: Shape = [2, 32, 5, 6]
    for parameters in 0..<3 {
      var chain = Chain(shape)
      chain.convolve(32, 32, Window(1))
      chain.append(.reshape(Reshape(shape: [2, 4, -1])))
      chain.append(.instanceNormalization(epsilon: 1e-3), chain.weight([4]), chain.weight([4]))
      chain.append(.reshape(Reshape(shape: [2, 32, 5, 6])))
      if parameters > 0 { chain.append(.elementwise(.multiply), chain.weight([32, 1, 1])) }
      if parameters > 1 { chain.append(.elementwise(.add), chain.weight([32, 1, 1])) }
      let x = chain.last
      chain.append(.pointwise(.sigmoid))
      chain.append(.elementwise(.multiply), chain.last, reading: x)
      chain.convolve(32, 3, Window(1))
      #expect(try operations(chain, shape).contains("groupNormalization + silu"))
      try chain.expectFastAgreement(shape)
    }
  }

  @Test func factorsBehindTransposesAndOfQueries() throws {
    let shape: Shape = [1, 16, 4, 4]
    var chain = Chain(shape)
    chain.append(.transpose(permutation: [0, 2, 3, 1]))
    chain.append(.matrixMultiply, chain.weight([16, 16]))
    chain.append(.elementwise(.add), chain.weight([16]))
    chain.append(.transpose(permutation: [0, 3, 1, 2]))
    chain.append(.elementwise(.multiply), chain.weight([16, 1, 1]))
    #expect(try operations(chain, shape).contains("matrixMultiply + add + multiply"))
    let value = chain.append(.reshape(Reshape(shape: [1, 16, 16])))
    let query = chain.append(.elementwise(.multiply), number(0.7, &chain), reading: value)
    let scaled = chain.append(.elementwise(.divide), number(1.5, &chain), reading: value)
    let key = chain.append(.transpose(permutation: [0, 2, 1]), reading: scaled)
    chain.append(.matrixMultiply, key, reading: query)
    chain.append(.softmax(Softmax(axis: -1)))
    chain.append(.matrixMultiply, value)
    #expect(
      try operations(chain, shape).contains("matrixMultiply + multiply + softmax + matrixMultiply"))
    try chain.expectFastAgreement(shape)
    try expectAgreement(chain.network, shape, targets: [chain.last, query], gradients: [chain.input, scaled])
  }
}
