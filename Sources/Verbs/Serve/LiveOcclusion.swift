import GinghamTensors

/// A square of a picture that a reader covers with its mean colour, to see what the net makes of the rest (Zeiler & Fergus
/// 2014): of what the net sees, in pixels.
struct LiveOcclusion: Sendable {
  /// Of the middle, from the top and from the left.
  let y: Int
  let x: Int
  let side: Int

  private static let places = 0...(1 << 16)

  /// - Throws: ``LiveNet/Refusal``.
  init(_ fields: [String: String]) throws {
    func number(_ name: String) throws -> Int {
      guard let value = fields[name].flatMap({ Int($0) }), Self.places.contains(value) else {
        throw LiveNet.Refusal(description: "\(name) takes a number of pixels from 0 to \(Self.places.upperBound)")
      }
      return value
    }
    (y, x, side) = (try number("y"), try number("x"), try number("side"))
  }

  /// - Parameter picture: 1×C×H×W. The square ends at its borders.
  func covering(_ picture: Tensor) -> Tensor {
    let (height, width) = (picture.shape[2], picture.shape[3])
    func span(around middle: Int, in extent: Int) -> Range<Int> {
      let first = min(max(middle - side / 2, 0), extent)
      return first..<max(first, min(middle - side / 2 + side, extent))
    }
    let (rows, columns) = (span(around: y, in: height), span(around: x, in: width))
    var covered = picture
    covered.withUnsafeMutableBufferPointer { pixels in
      for channel in 0..<picture.shape[1] {
        let plane = UnsafeMutableBufferPointer(
          rebasing: pixels[(channel * height * width)..<((channel + 1) * height * width)])
        let mean = Float(plane.reduce(0) { $0 + Double($1) } / Double(plane.count))
        for row in rows {
          for column in columns { plane[row * width + column] = mean }
        }
      }
    }
    return covered
  }

  /// What is said of the picture, the strongest output first.
  struct Effect: Encodable {
    var outputs: [Output]

    struct Output: Encodable {
      /// Its number.
      var index: Int
      /// As the net gives it: of the whole picture, and with the square covered.
      var before: Float
      var after: Float
    }
  }
}
