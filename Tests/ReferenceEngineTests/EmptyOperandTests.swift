import GinghamDifferentiation
import GinghamNetworks
import GinghamTensors
import Testing

@testable import GinghamReferenceEngine

/// An operand without elements has no gradient: asking for it is an error that names it, never a pass that is skipped.
@Suite struct EmptyOperandTests {
  /// No elements at an address, as scratch of no size has one: what stands behind it is somebody else's.
  @Test func anOmittedBiasIsNotRead() {
    let memory: [Double] = [7, 7, 7, 7]
    let found = memory.withUnsafeBufferPointer { memory in
      [Double](unsafeUninitializedCapacity: 6) { output, count in
        if let start = output.baseAddress {
          ChannelBias(batch: 1, channels: 2, count: 3).fill(start, with: UnsafeBufferPointer(rebasing: memory[0..<0]))
        }
        count = 6
      }
    }
    #expect(found == [Double](repeating: 0, count: 6))
  }

  @Test func gradientsAtNothingAreRefused() {
    #expect(throws: EngineError.self) {
      try SingleNode<Double>(.generalMatrixMultiply(GeneralMatrixMultiply()), [[2, 0], [0, 2], [2, 2]])
    }
    #expect(throws: EngineError.self) { try SingleNode<Float>(.matrixMultiply, [[3, 0], [0, 2]]) }
  }
}
