/// Where the elements of an array lie in a run of bytes: what NumPy and PyTorch call shape, strides and offset.
public struct StridedLayout: Hashable, Sendable {
  /// Of the elements.
  public let shape: Shape
  /// How many elements one step along each axis skips; zero where an axis repeats one element. An axis of
  /// one element has stride zero, whatever the file says.
  public let strides: [Int]
  /// As the file has them.
  public let type: ElementType
  /// Of the first element.
  public let byteOffset: Int

  /// - Returns: `nil` where an extent, stride or offset is negative, their numbers differ, the last element lies beyond
  ///   `byteCount` bytes, or an array without elements has extents that no value may have. Every product is checked, so
  ///   the numbers may come from a stranger's file.
  public init?(shape: Shape, strides: [Int], type: ElementType, byteOffset: Int, within byteCount: Int) {
    guard
      shape.rank == strides.count, byteOffset >= 0, byteOffset <= byteCount,
      let count = shape.checkedElementCount, strides.allSatisfy({ $0 >= 0 })
    else { return nil }
    if count == 0 {
      guard ResourceLimits().allow(shape) else { return nil }
    } else {
      var last = 0
      for (extent, stride) in zip(shape.dimensions, strides) {
        let (step, overflow) = (extent - 1).multipliedReportingOverflow(by: stride)
        let (sum, overflowOfSum) = last.addingReportingOverflow(step)
        guard !overflow, !overflowOfSum else { return nil }
        last = sum
      }
      guard last < (byteCount - byteOffset) / type.byteCount else { return nil }
    }
    self.shape = shape
    self.strides = zip(shape.dimensions, strides).map { extent, stride in extent > 1 ? stride : 0 }
    self.type = type
    self.byteOffset = byteOffset
  }

  /// Row-major elements without gaps.
  public init?(shape: Shape, type: ElementType, byteOffset: Int, within byteCount: Int) {
    guard shape.checkedElementCount != nil else { return nil }
    self.init(shape: shape, strides: shape.strides, type: type, byteOffset: byteOffset, within: byteCount)
  }

  /// Whether the elements lie in row-major order without gaps. Strides of axes with one element do not matter.
  public var isContiguous: Bool {
    var expected = 1
    for axis in shape.dimensions.indices.reversed() where shape[axis] != 1 {
      if shape[axis] == 0 { return true }
      if strides[axis] != expected { return false }
      expected *= shape[axis]
    }
    return true
  }
}
