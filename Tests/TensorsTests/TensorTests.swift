import GinghamTensors
import Testing

@Suite struct TensorTests {
  @Test func copiesShareMemoryUntilWritten() {
    let original = Tensor([2, 2], [1, 2, 3, 4])
    var copy = original
    copy[0, 1] = 9
    #expect(original.scalars == [1, 2, 3, 4])
    #expect(copy.scalars == [1, 9, 3, 4])
  }

  @Test func borrowedMemoryIsCopiedBeforeItIsWritten() {
    final class Keeper {}
    let memory = UnsafeMutablePointer<Float>.allocate(capacity: 3)
    defer { memory.deallocate() }
    memory.initialize(repeating: 7, count: 3)
    var tensor = Tensor([3], borrowing: memory, keeper: Keeper())
    tensor[1] = 0
    #expect(memory[1] == 7)
    #expect(tensor.scalars == [7, 0, 7])
  }

  @Test func slicesFollowRowMajorOrder() {
    let tensor = Tensor([2, 3, 2], (0..<12).map(Float.init))
    #expect(tensor.slice(axis: 1, 1..<3).scalars == [2, 3, 4, 5, 8, 9, 10, 11])
    #expect(tensor.sample(1).scalars == (6..<12).map(Float.init))
    #expect(Tensor.stacked([tensor.sample(0), tensor.sample(1)]) == tensor)
  }

  @Test func broadcastingFollowsNumPy() {
    #expect(Shape([2, 1, 3]).broadcast(with: [4, 1]) == [2, 4, 3])
    #expect(Shape([2, 3]).broadcast(with: [4]) == nil)
    #expect(Shape([]).broadcast(with: [4]) == [4])
  }

  @Test func elementCountsThatOverflowAreRefused() {
    #expect(Shape([1 << 40, 1 << 40]).checkedElementCount == nil)
    #expect(Shape([3, -1]).checkedElementCount == nil)
    #expect(Shape([]).checkedElementCount == 1)
  }
}
