import Dispatch
import Foundation
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

@Suite struct RenewableTensorTests {
  /// Counts how often elements are made.
  private final class Count: @unchecked Sendable {
    private let lock = NSLock()
    private var number = 0
    var value: Int { lock.withLock { number } }
    func increase() { lock.withLock { number += 1 } }
  }

  private func ramp(_ made: Count, count: Int = 5) -> Tensor {
    Tensor([count]) { elements in
      made.increase()
      for index in elements.indices { elements[index] = Float(index) }
    }
  }

  private func renewable(_ made: Count, count: Int = 5) -> Tensor {
    .renewable([count]) { elements in
      made.increase()
      for index in elements.indices { elements[index] = Float(index) }
    }
  }

  @Test func elementsAreMadeOnFirstReadAndOnceOnly() {
    let made = Count()
    let tensor = renewable(made)
    #expect(made.value == 0)
    #expect(tensor.scalars == [0, 1, 2, 3, 4])
    #expect(tensor.reshaped(to: [1, 5])[0, 3] == 3)
    #expect(made.value == 1)
  }

  @Test func elementsThatWereLetGoAreMadeAgain() {
    let made = Count()
    let tensor = renewable(made)
    _ = tensor.scalars
    tensor.letGo()
    #expect(tensor.scalars == [0, 1, 2, 3, 4])
    #expect(made.value == 2)
  }

  @Test func pinnedElementsStayWhereTheyAre() {
    let made = Count()
    let tensor = renewable(made, count: 1 << 19)
    var pinned: PinnedTensor? = tensor.pinned()
    tensor.letGo()
    #expect(pinned?.base[12_345] == 12_345)
    #expect(made.value == 1)
    pinned = nil
    tensor.letGo()
    #expect(tensor[7] == 7)
    #expect(made.value == 2)
  }

  @Test func writingCopies() {
    let made = Count()
    let tensor = renewable(made)
    var other = tensor
    other[0] = 9
    #expect(tensor[0] == 0)
    #expect(other.scalars == [9, 1, 2, 3, 4])
  }

  @Test func readersOnManyThreadsSeeTheSameElements() {
    let tensor = renewable(Count(), count: 100_000)
    DispatchQueue.concurrentPerform(iterations: 64) { _ in
      #expect(tensor.withUnsafeBufferPointer { $0[99_999] } == 99_999)
      tensor.letGo()
    }
  }

  @Test func ownElementsDoNotGo() {
    let made = Count()
    let tensor = ramp(made)
    tensor.letGo()
    #expect(tensor.scalars == [0, 1, 2, 3, 4])
    #expect(made.value == 1)
  }

  @Test func elementsOfAMappedFileComeBack() throws {
    let path = NSTemporaryDirectory() + "gingham-pages-\(UUID().uuidString).bin"
    defer { try? FileManager.default.removeItem(atPath: path) }
    let count = 1 << 16
    let written = (0..<count).map(Float.init)
    try written.withUnsafeBytes { try Data($0).write(to: URL(fileURLWithPath: path)) }
    let file = try MappedFile(path: path)
    let base = try #require(file.bytes.baseAddress).assumingMemoryBound(to: Float.self)
    let tensor = Tensor([count], borrowing: base, keeper: file)
    #expect(tensor.scalars == written)
    tensor.letGo()
    #expect(tensor.scalars == written)
  }
}
