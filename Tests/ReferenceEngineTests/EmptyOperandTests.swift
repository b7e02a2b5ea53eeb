import GinghamDifferentiation
import GinghamNetworks
import GinghamTensors
import Testing

/// An operand without elements has no gradient: asking for it is an error that names it, never a pass that is skipped.
@Suite struct EmptyOperandTests {
  @Test func gradientsAtNothingAreRefused() {
    #expect(throws: EngineError.self) {
      try SingleNode<Double>(.generalMatrixMultiply(GeneralMatrixMultiply()), [[2, 0], [0, 2], [2, 2]])
    }
    #expect(throws: EngineError.self) { try SingleNode<Float>(.matrixMultiply, [[3, 0], [0, 2]]) }
  }
}
