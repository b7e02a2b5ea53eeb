import GinghamTensors

extension Operation {
  /// Shapes of the outputs of an operation in bound form, from the shapes of its inputs (`nil`: absent).
  ///
  /// Every extent of a bound network is made here, and none leaves that ``ResourceLimits/allow(_:)`` does not allow.
  /// Inputs went through here before, and attributes are at most 2²⁴, so inference may add and multiply two of them
  /// without asking.
  ///
  /// - Throws: ``ShapeError``, `ResourceLimitError`.
  func outputShapes(
    inputs: [Shape?], outputCount: Int, limits: ResourceLimits = ResourceLimits()
  ) throws -> [Shape] {
    let shapes = try inferredShapes(inputs: inputs, outputCount: outputCount)
    for shape in shapes { try limits.require(shape, as: "an output") }
    return shapes
  }
}

extension ResourceLimits {
  /// - Throws: `ResourceLimitError` where a value of this shape would be too large, ``ShapeError`` where it cannot be.
  func require(_ shape: Shape, as what: String) throws {
    if allow(shape) { return }
    guard shape.rank <= Shape.maximumRankInFiles, shape.dimensions.allSatisfy({ $0 >= 0 }) else {
      throw ShapeError.badAttribute("\(what) of \(shape.rank) axes, \(shape.shortDescription), cannot be")
    }
    throw ShapeError.tooLarge(shape, ResourceLimitError(.elements, allowed: allowed(.elements)))
  }
}

extension Network {
  /// Declared extents are a stranger's numbers, too: whoever builds a network from a file asks here before anybody
  /// calculates with them. Open extents are asked about when they are bound.
  ///
  /// - Throws: ``NetworkError/shape(node:operation:_:)`` where an input would be too large or cannot be.
  public func requireAllowedInputs() throws {
    for input in inputs {
      try limits.require(Shape(input.shape.map { $0 ?? 1 }), ofInput: name(of: input.value))
    }
  }
}

extension ResourceLimits {
  /// - Throws: ``NetworkError/shape(node:operation:_:)``.
  func require(_ shape: Shape, ofInput name: String) throws {
    do {
      try require(shape, as: "an input")
    } catch let error as ShapeError {
      throw NetworkError.shape(node: name, operation: "input", error)
    }
  }
}

extension Shape {
  /// As much of a shape as an error can show.
  fileprivate var shortDescription: String {
    rank <= 8 ? description : Shape(Array(dimensions.prefix(8))).description + "×…"
  }
}
