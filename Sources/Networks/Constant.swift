import GinghamTensors

/// An integer or truth-value array in row-major order, as shape subgraphs hold them.
public struct IntegerArray: Hashable, Sendable {
  /// Of the elements.
  public let shape: Shape
  /// Row-major.
  public let elements: [Int]
  /// As the file has them.
  public let type: ElementType

  /// With the properties of the same names.
  public init(_ shape: Shape, _ elements: [Int], type: ElementType = .int64) {
    precondition(elements.count == shape.elementCount, "\(elements.count) integers do not fill \(shape)")
    self.shape = shape
    self.elements = elements
    self.type = type
  }
}

/// A value that is known before the network runs: weights, or what a shape subgraph computes.
public enum Constant: Sendable {
  case float(Tensor)
  case integer(IntegerArray)

  /// Of the elements, whatever their type.
  public var shape: Shape {
    switch self {
    case .float(let tensor): tensor.shape
    case .integer(let array): array.shape
    }
  }

  /// `nil` for integers.
  public var tensor: Tensor? {
    if case .float(let tensor) = self { tensor } else { nil }
  }

  /// The elements in floating point, whatever their type.
  public var floats: Tensor {
    switch self {
    case .float(let tensor): tensor
    case .integer(let array): Tensor(array.shape, array.elements.map(Float.init))
    }
  }

  /// `nil` for floats.
  public var integers: IntegerArray? {
    if case .integer(let array) = self { array } else { nil }
  }

  /// The elements as whole numbers, or `nil` where one is not.
  public var wholeNumbers: [Int]? {
    switch self {
    case .integer(let array): array.elements
    case .float(let tensor):
      tensor.withUnsafeBufferPointer { scalars in
        let numbers = scalars.compactMap { Int(exactly: $0) }
        return numbers.count == scalars.count ? numbers : nil
      }
    }
  }

  /// `count` copies, one behind the other along the first axis.
  func repeated(_ count: Int) -> Constant {
    var shape = shape
    if shape.rank > 0 { shape[0] *= count }
    switch self {
    case .float(let tensor):
      return .float(
        Tensor(shape) { destination in
          tensor.withUnsafeBufferPointer { source in
            for copy in 0..<count {
              let start = copy * source.count
              _ = destination[start..<(start + source.count)].update(fromContentsOf: source)
            }
          }
        })
    case .integer(let array):
      return .integer(
        IntegerArray(shape, (0..<count).flatMap { _ in array.elements }, type: array.type))
    }
  }
}
