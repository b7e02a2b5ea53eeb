import GinghamNetworks
import GinghamTensors
import Testing

/// Sums over nothing are zero; what does not depend on the empty operand is worked out all the same.
@Suite struct EmptyOperandTests {
  @Test func aProductOverNothingIsItsOffset() throws {
    let node = try SingleNode<Double>(
      .generalMatrixMultiply(GeneralMatrixMultiply(alpha: 2, beta: 3)), [[2, 0], [0, 2], [2, 2]])
    let offset: [Double] = [1, 2, 3, 4]
    #expect(try node.value([[], [], offset])[0] == [3, 6, 9, 12])
    let gradients = try node.gradients([[], [], offset], [[1, 10, 100, 1000]])
    #expect(gradients == [[], [], [3, 30, 300, 3000]])
  }

  @Test func aMatrixProductOverNothingIsZero() throws {
    let node = try SingleNode<Float>(.matrixMultiply, [[3, 0], [0, 2]])
    #expect(try node.value([[], []])[0] == [Float](repeating: 0, count: 6))
    #expect(try node.gradients([[], []], [[Float](repeating: 1, count: 6)]) == [[], []])
  }
}
