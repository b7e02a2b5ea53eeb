import GinghamTensors

/// The classes of a network's output.
///
/// N×K is one score a class. In N×K×H×W, as segmentation gives it, axis 1 counts the classes and a class' score is the mean
/// of its map over all positions.
struct ClassView {
  let batch: Int
  let count: Int
  /// Numbers a class has in the output.
  let positions: Int

  /// - Throws: ``ObjectiveError/noClasses(_:)``.
  init(_ shape: Shape) throws {
    switch shape.rank {
    case 0, 1: (batch, count, positions) = (shape.dimensions.first ?? 1, 1, 1)
    // Classes may be the second axis of three (sound) or the last one (tokens).
    case 3 where shape[1] != 1 && shape[2] != 1: throw ObjectiveError.noClasses(shape)
    case 3: (batch, count, positions) = (shape[0], shape[1] * shape[2], 1)
    default: (batch, count, positions) = (shape[0], shape[1], shape.dimensions.dropFirst(2).reduce(1, *))
    }
  }

  /// The elements of a class.
  func range(_ sample: Int, _ index: Int) -> Range<Int> {
    let start = (sample * count + index) * positions
    return start..<(start + positions)
  }

  func score(_ values: UnsafeBufferPointer<Float>, _ sample: Int, _ index: Int) -> Float {
    let range = range(sample, index)
    guard positions != 1 else { return values[range.lowerBound] }
    return Float(values[range].reduce(0.0) { $0 + Double($1) } / Double(max(positions, 1)))
  }

  /// The first class of the largest score.
  func largest(_ values: UnsafeBufferPointer<Float>, _ sample: Int) -> Int {
    var (best, highest) = (0, -Float.infinity)
    for index in 0..<count {
      let score = score(values, sample, index)
      if score > highest { (best, highest) = (index, score) }
    }
    return best
  }
}
