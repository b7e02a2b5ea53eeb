import GinghamTensors

/// How far apart pictures of equal inputs are, added up as they come.
struct PictureChange {
  private var squares = 0.0
  private var count = 0

  /// Adds pictures in 0…1, and those of the same shape that they are held against.
  mutating func add(_ pictures: Tensor, from others: Tensor) {
    pictures.withUnsafeBufferPointer { a in
      others.withUnsafeBufferPointer { b in
        for index in a.indices { squares += Double((a[index] - b[index]) * (a[index] - b[index])) }
      }
    }
    count += pictures.count
  }

  /// Root mean square in 8-bit levels.
  var levels: Double { 255 * (squares / Double(max(count, 1))).squareRoot() }
}
