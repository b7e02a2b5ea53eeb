import GinghamTensors
import Testing

@testable import GinghamNetworks

/// What is left of a network when somebody looks at a few channels only.
@Suite struct ChannelNarrowingTests {
  /// x → stem → (a: 32 channels, b: 48 channels, rectified) → joined.
  private func joined() throws -> (network: BoundNetwork, target: ValueID, branch: ValueID) {
    var network = Network(name: "branches")
    let x = network.addInput("x", shape: [1, 3, 8, 8])
    func convolve(_ name: String, _ source: ValueID, _ inputs: Int, _ outputs: Int) -> ValueID {
      let weight = network.addConstant(
        name + ".weight", .float(Tensor([outputs, inputs, 1, 1], (0..<(outputs * inputs)).map { Float($0) })))
      return network.append(name, .convolution(Convolution(Window(1))), source, weight)
    }
    let stem = convolve("stem", x, 3, 16)
    let a = convolve("a", stem, 16, 32)
    let b = network.append("b.relu", .pointwise(.relu), convolve("b", stem, 16, 48))
    let target = network.append("joined", .concatenate(axis: 1), a, b)
    network.outputs = [target]
    return (try network.bound().simplified(targets: [target]), target, b)
  }

  @Test func oneBranchAndOneBlockOfItsFiltersRemain() throws {
    var (network, target, _) = try joined()
    let found = network.narrow(target, to: 50..<51, block: 16, keeping: [])
    #expect(network.nodes.map(\.name) == ["stem", "b", "b.relu"])
    // Channel 50 is the branch's 18th, in its second block of sixteen.
    #expect(found.first == 48)
    #expect(network.shapes[found.value] == [1, 16, 8, 8])
    #expect(network.outputs == [found.value])
    let weight = try #require(network.nodes[1].inputs[1].flatMap { network.constants[$0]?.tensor })
    #expect(weight.shape == [16, 16, 1, 1])
    #expect(weight.scalars[0] == 256)
    #expect(network.constants.count == 2)
  }

  @Test func protectedValuesStayWhole() throws {
    var (network, target, branch) = try joined()
    let found = network.narrow(target, to: 50..<51, block: 16, keeping: [branch])
    #expect(found.value == branch)
    #expect(found.first == 32)
    #expect(network.shapes[branch] == [1, 48, 8, 8])
  }

  @Test func whatCannotBeLeftOutStays() throws {
    var (network, target, _) = try joined()
    for channels in [31..<33, 0..<80, 79..<81, -1..<1] as [Range<Int>] {
      #expect(network.narrow(target, to: channels, block: 16, keeping: []) == (target, 0))
    }
    #expect(network.nodes.count == 5)
  }
}
