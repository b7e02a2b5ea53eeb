import GinghamTensors

/// Gathering and scattering where x, indices and updates are all known.
enum ConstantIndexing {
  static func evaluate(_ operation: Operation, _ operands: [Constant]) throws -> Constant? {
    guard operands.count >= 2, let indices = operands[1].wholeNumbers,
      let runs = operation.indexedRuns(of: operands[0].shape, indices: operands[1].shape)
    else { return nil }
    let starts = try runs.starts(indices)
    let places = starts.flatMap { $0..<($0 + runs.length) }
    switch operation {
    case .gatherElements, .gatherSlices:
      let shape = try operation.outputShapes(inputs: operands.map(\.shape), outputCount: 1)[0]
      return Constant(operands[0], shape, places)
    case .scatterElements(_, let scattering), .scatterSlices(let scattering):
      guard operands.count == 3 else { return nil }
      return scatter(operands[0], operands[2], places, scattering)
    default: return nil
    }
  }

  private static func scatter(
    _ x: Constant, _ updates: Constant, _ places: [Int], _ scattering: Scattering
  ) -> Constant? {
    switch (x, updates) {
    case (.integer(let x), .integer(let updates)):
      let combined: (Int, Int) -> Int =
        switch scattering {
        case .replace: { $1 }
        case .add: { x.type.wrapped($0 &+ $1) }
        case .multiply: { x.type.wrapped($0 &* $1) }
        case .minimum: { min($0, $1) }
        case .maximum: { max($0, $1) }
        }
      var elements = x.elements
      for (update, place) in places.enumerated() {
        elements[place] = combined(elements[place], updates.elements[update])
      }
      return .integer(IntegerArray(x.shape, elements, type: x.type))
    case (.float(let x), .float(let updates)):
      let combined: (Float, Float) -> Float =
        switch scattering {
        case .replace: { $1 }
        case .add: { $0 + $1 }
        case .multiply: { $0 * $1 }
        case .minimum: { min($0, $1) }
        case .maximum: { max($0, $1) }
        }
      var elements = x.scalars
      let changes = updates.scalars
      for (update, place) in places.enumerated() { elements[place] = combined(elements[place], changes[update]) }
      return .float(Tensor(x.shape, elements))
    default: return nil
    }
  }
}
