/// Memory a kernel or plan keeps between steps, zeroed when it is made.
final class Scratch<Element: BitwiseCopyable> {
  let buffer: UnsafeMutableBufferPointer<Element>

  init(_ count: Int, filledWith value: Element) {
    buffer = .allocate(capacity: count)
    buffer.initialize(repeating: value)
  }

  deinit {
    buffer.deallocate()
  }

  /// Zeroes every byte, which is the number zero in every element type used here.
  func clear() {
    UnsafeMutableRawBufferPointer(buffer).initializeMemory(as: UInt8.self, repeating: 0)
  }

  var reading: UnsafeBufferPointer<Element> { UnsafeBufferPointer(buffer) }
}
