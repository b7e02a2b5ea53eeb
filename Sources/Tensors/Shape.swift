/// The extents of a tensor, outermost first: `[N, C, H, W]` for a batch of pictures.
///
/// A shape of rank zero is a scalar and has one element.
public struct Shape: Hashable, Sendable {
  /// Extents, the outermost first.
  public var dimensions: [Int]

  /// With the property of the same name.
  public init(_ dimensions: [Int]) {
    self.dimensions = dimensions
  }

  /// How many axes there are.
  public var rank: Int { dimensions.count }

  /// The product of the extents. Traps on overflow; files are checked with ``checkedElementCount`` first.
  public var elementCount: Int { dimensions.reduce(1, *) }

  /// The product of the extents, or `nil` where an extent is negative or ``checkedVolume`` is.
  public var checkedElementCount: Int? {
    checkedVolume.map { dimensions.contains(0) ? 0 : $0 }
  }

  /// The product of the extents that are not zero, or `nil` where an extent is negative or the product does not fit an
  /// `Int`. An extent of zero must not hide others: loops and strides meet them one by one.
  public var checkedVolume: Int? {
    var product = 1
    for extent in dimensions where extent != 0 {
      guard extent > 0 else { return nil }
      let (next, overflow) = product.multipliedReportingOverflow(by: extent)
      if overflow { return nil }
      product = next
    }
    return product
  }

  /// The extent of an axis, from 0.
  public subscript(axis: Int) -> Int {
    get { dimensions[axis] }
    set { dimensions[axis] = newValue }
  }

  /// The extents behind batch and channel: `[H, W]` of `[N, C, H, W]`.
  public var spatial: [Int] { Array(dimensions.dropFirst(2)) }

  /// How many elements one step along each axis skips in row-major order.
  public var strides: [Int] {
    var strides = [Int](repeating: 1, count: rank)
    for axis in stride(from: rank - 2, through: 0, by: -1) {
      strides[axis] = strides[axis + 1] * dimensions[axis + 1]
    }
    return strides
  }

  /// The shape two operands reach together under NumPy's broadcasting rule, or `nil` where an axis disagrees.
  public func broadcast(with other: Shape) -> Shape? {
    let rank = max(self.rank, other.rank)
    var result = [Int](repeating: 1, count: rank)
    for axis in 0..<rank {
      let mine = axis < rank - self.rank ? 1 : self[axis - (rank - self.rank)]
      let theirs = axis < rank - other.rank ? 1 : other[axis - (rank - other.rank)]
      guard mine == theirs || mine == 1 || theirs == 1 else { return nil }
      result[axis] = mine == 1 ? theirs : mine
    }
    return Shape(result)
  }
}

extension Shape: ExpressibleByArrayLiteral {
  /// From a literal.
  public init(arrayLiteral elements: Int...) {
    self.init(elements)
  }
}

extension Shape: CustomStringConvertible {
  /// As texts for people have it.
  public var description: String {
    rank == 0 ? "scalar" : dimensions.map(String.init).joined(separator: "×")
  }
}

extension Shape {
  /// More axes than any framework allows (NumPy 64, PyTorch 64); files that claim more are refused.
  public static let maximumRankInFiles = 64
}
