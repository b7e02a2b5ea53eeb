import GinghamNetworks
import GinghamTensors
import Testing

@Suite struct ChannelAffineTests {
  private func node(_ parameters: [[Float]]) -> (Node, [ValueID: Constant]) {
    let values = (0...4).map { ValueID($0) }
    let constants = zip(values.dropFirst(), parameters).map { ($0, Constant.float(Tensor([$1.count], $1))) }
    return (
      Node(name: "bn", operation: .batchNormalization(epsilon: 0.75), inputs: values, outputs: [ValueID(5)]),
      Dictionary(uniqueKeysWithValues: constants)
    )
  }

  @Test func scaleAndShiftNormalizeByHand() throws {
    // σ² + ε is 1 and 4: scales are 3/1 and −2/2, shifts 0.5 − 2·3 and 1 − (−1)·(−1).
    let (node, constants) = node([[3, -2], [0.5, 1], [2, -1], [0.25, 3.25]])
    let affine = try #require(ChannelAffine(batchNormalization: node, epsilon: 0.75, constants: constants))
    #expect(affine.scale == [3, -1])
    #expect(affine.shift == [-5.5, 0])
    #expect(affine.meanPower == 5)
  }

  @Test func parametersThatAreNoConstantsOrDoNotAgreeGiveNone() {
    var (node, constants) = node([[3, -2], [0.5, 1], [2, -1], [0.25]])
    #expect(ChannelAffine(batchNormalization: node, epsilon: 0.75, constants: constants) == nil)
    constants[ValueID(4)] = nil
    #expect(ChannelAffine(batchNormalization: node, epsilon: 0.75, constants: constants) == nil)
    node.inputs.removeLast()
    #expect(ChannelAffine(batchNormalization: node, epsilon: 0.75, constants: constants) == nil)
  }
}
