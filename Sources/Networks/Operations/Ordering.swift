import GinghamTensors

/// The running sum along an axis (ONNX CumSum).
public struct CumulativeSum: Hashable, Sendable {
  /// `nil`: the second input.
  public var axis: Int?
  /// Whether an element's own value is left out of its sum.
  public var isExclusive: Bool
  /// Whether sums run from the end.
  public var isReversed: Bool

  /// With the properties of the same names.
  public init(axis: Int? = nil, isExclusive: Bool = false, isReversed: Bool = false) {
    self.axis = axis
    self.isExclusive = isExclusive
    self.isReversed = isReversed
  }
}

/// The largest or smallest elements along an axis, in order, and where they stood. Of equal elements the first wins;
/// NaN counts as the largest.
public struct TopK: Hashable, Sendable {
  /// The axis, from 0; negative ones count from the last.
  public var axis: Int
  /// `nil`: the second input.
  public var count: Int?
  /// Whether the largest come first, not the smallest.
  public var takesLargest: Bool

  /// With the properties of the same names.
  public init(axis: Int, count: Int? = nil, takesLargest: Bool = true) {
    self.axis = axis
    self.count = count
    self.takesLargest = takesLargest
  }

  func outputShapes(input: Shape, outputCount: Int) throws -> [Shape] {
    guard (0..<input.rank).contains(axis), let count, (0...input[axis]).contains(count) else {
      throw ShapeError.badAttribute("\(count ?? 0) elements along axis \(axis) of \(input)")
    }
    var shape = input
    shape[axis] = count
    return [Shape](repeating: shape, count: min(max(outputCount, 1), 2))
  }
}

/// Where the largest or smallest element along an axis stands (ONNX ArgMax and ArgMin).
public struct ExtremePlace: Hashable, Sendable {
  /// The axis, from 0; negative ones count from the last.
  public var axis: Int
  /// Whether the largest is meant, not the smallest.
  public var isMaximum: Bool
  /// Whether the axis stays, with an extent of one.
  public var keepsDimension: Bool
  /// Which of several equal elements wins.
  public var picksLast: Bool

  /// With the properties of the same names.
  public init(axis: Int, isMaximum: Bool, keepsDimension: Bool = true, picksLast: Bool = false) {
    self.axis = axis
    self.isMaximum = isMaximum
    self.keepsDimension = keepsDimension
    self.picksLast = picksLast
  }

  func outputShape(input: Shape) throws -> Shape {
    guard (0..<input.rank).contains(axis), input[axis] > 0 else {
      throw ShapeError.badAttribute("axis \(axis) of \(input)")
    }
    var extents = input.dimensions
    if keepsDimension { extents[axis] = 1 } else { extents.remove(at: axis) }
    return Shape(extents)
  }
}

/// The different elements, or slices along an axis, with the first place of each, which of them every one is, and how
/// often each occurs (ONNX Unique). How many there are depends on the numbers: known of constants only.
public struct Unique: Hashable, Sendable {
  /// `nil`: of all elements.
  public var axis: Int?
  /// Whether values come out in ascending order, not as they first occur.
  public var isSorted: Bool

  /// With the properties of the same names.
  public init(axis: Int? = nil, isSorted: Bool = true) {
    self.axis = axis
    self.isSorted = isSorted
  }
}
