import GinghamTensors

/// One real map of H×W in double precision: a channel of a picture, the energy of a gradient, a predicted variance.
public struct Plane: Hashable, Sendable {
  /// In pixels.
  public let height: Int
  /// In pixels.
  public let width: Int
  /// Row-major.
  public var values: [Double]

  /// With the properties of the same names.
  public init(height: Int, width: Int, values: [Double]) {
    precondition(values.count == height * width, "\(values.count) values do not fill \(height)×\(width)")
    self.height = height
    self.width = width
    self.values = values
  }

  /// A plane of one value.
  public init(height: Int, width: Int, repeating value: Double = 0) {
    self.init(height: height, width: width, values: [Double](repeating: value, count: height * width))
  }

  /// In row y and column x, from 0.
  public subscript(y: Int, x: Int) -> Double {
    get { values[y * width + x] }
    set { values[y * width + x] = newValue }
  }

  /// The planes of a tensor, outermost axis first: one of H×W, C of C×H×W, N·C of N×C×H×W.
  ///
  /// - Throws: ``ArtifactError/wrongRank(_:)``, ``ArtifactError/notFinite(what:)``.
  public static func planes(of maps: Tensor) throws -> [Plane] {
    let shape = maps.shape
    guard (2...4).contains(shape.rank) else { throw ArtifactError.wrongRank(shape) }
    guard maps.isFinite else { throw ArtifactError.notFinite(what: "a map of \(shape)") }
    let (height, width) = (shape[shape.rank - 2], shape[shape.rank - 1])
    let area = height * width
    guard area > 0 else { return [] }
    return maps.withUnsafeBufferPointer { source in
      (0..<(source.count / area)).map { index in
        let values = [Double](unsafeUninitializedCapacity: area) { target, count in
          for pixel in 0..<area { target[pixel] = Double(source[index * area + pixel]) }
          count = area
        }
        return Plane(height: height, width: width, values: values)
      }
    }
  }

  /// The energy Σ_c g² of each sample of a gradient N×C×H×W (or C×H×W, or H×W): one plane a sample.
  ///
  /// - Throws: ``ArtifactError/wrongRank(_:)``, ``ArtifactError/notFinite(what:)``.
  public static func energies(of gradients: Tensor) throws -> [Plane] {
    let planes = try planes(of: gradients)
    let channels = gradients.shape.rank >= 3 ? gradients.shape[gradients.shape.rank - 3] : 1
    guard channels > 0 else { return [] }
    return stride(from: 0, to: planes.count, by: channels).map { start in
      var energy = Plane(height: planes[start].height, width: planes[start].width)
      for plane in planes[start..<(start + channels)] {
        for index in plane.values.indices { energy.values[index] += plane.values[index] * plane.values[index] }
      }
      return energy
    }
  }

  /// H×W in single precision.
  public var tensor: Tensor {
    Tensor([height, width]) { target in
      for index in target.indices { target[index] = Float(values[index]) }
    }
  }

  /// Over all pixels.
  public var mean: Double { moments(rows: height, columns: width).mean }

  /// The population variance.
  public var variance: Double { moments(rows: height, columns: width).variance }

  /// Mean and population variance of the part that begins at pixel 0. Two passes, so that a large mean costs no digits.
  package func moments(rows: Int, columns: Int) -> (mean: Double, variance: Double) {
    guard rows * columns > 0 else { return (0, 0) }
    let mean = average(rows: rows, columns: columns) { $0 }
    return (mean, meanSquare(around: mean, rows: rows, columns: columns))
  }

  /// The mean squared distance of the part that begins at pixel 0 from a value.
  package func meanSquare(around centre: Double, rows: Int, columns: Int) -> Double {
    guard rows * columns > 0 else { return 0 }
    return average(rows: rows, columns: columns) { ($0 - centre) * ($0 - centre) }
  }

  /// Σ(f − centre)² over several parts that begin at pixel 0 and end below row and column of a corner, in one pass.
  package func squares(around centre: Double, corners: [(rows: Int, columns: Int)]) -> [Double] {
    var sums = [Double](repeating: 0, count: width)
    var found = [Double](repeating: 0, count: corners.count)
    values.withUnsafeBufferPointer { source in
      sums.withUnsafeMutableBufferPointer { sums in
        for y in 0..<height {
          let start = y * width
          for x in 0..<width {
            let distance = source[start + x] - centre
            sums[x] += distance * distance
          }
          for (index, corner) in corners.enumerated() where corner.rows == y + 1 {
            found[index] = sums[..<corner.columns].reduce(0, +)
          }
        }
      }
    }
    return found
  }

  /// Eight partial sums, so that they run side by side.
  @inline(__always)
  private func average(rows: Int, columns: Int, _ term: (SIMD8<Double>) -> SIMD8<Double>) -> Double {
    values.withUnsafeBytes { bytes in
      var partial = SIMD8<Double>()
      var rest = 0.0
      for y in 0..<rows {
        var x = y * width
        let end = x + columns
        while x + 8 <= end {
          partial += term(bytes.loadUnaligned(fromByteOffset: 8 * x, as: SIMD8<Double>.self))
          x += 8
        }
        while x < end {
          rest += term(SIMD8(repeating: bytes.loadUnaligned(fromByteOffset: 8 * x, as: Double.self)))[0]
          x += 1
        }
      }
      return (partial.sum() + rest) / Double(rows * columns)
    }
  }

  /// The part with the given rows and columns, copied.
  public func crop(rows: Range<Int>, columns: Range<Int>) -> Plane {
    var part: [Double] = []
    part.reserveCapacity(rows.count * columns.count)
    for y in rows { part += values[(y * width + columns.lowerBound)..<(y * width + columns.upperBound)] }
    return Plane(height: rows.count, width: columns.count, values: part)
  }

  /// Σ|f|.
  package var absoluteSum: Double {
    average(rows: height, columns: width) { $0.magnitudes } * Double(height * width)
  }

  /// Whether all values lie in a range.
  package func lies(within range: ClosedRange<Double>) -> Bool {
    values.withUnsafeBytes { bytes in
      var (low, high) = (SIMD8(repeating: range.lowerBound), SIMD8(repeating: range.upperBound))
      let whole = values.count - values.count % 8
      for index in stride(from: 0, to: whole, by: 8) {
        let part = bytes.loadUnaligned(fromByteOffset: 8 * index, as: SIMD8<Double>.self)
        low.replace(with: part, where: part .< low)
        high.replace(with: part, where: part .> high)
      }
      return low.min() >= range.lowerBound && high.max() <= range.upperBound
        && values[whole...].allSatisfy(range.contains)
    }
  }

  /// Whether there is one row only, as in maps of signals: nothing repeats along an axis of one element.
  public var isLine: Bool { height == 1 }

  /// The smaller of the sides along which anything can repeat, in pixels: of a line its length.
  public var side: Int { Plane.side(height: height, width: width) }

  /// The same of maps of a size.
  public static func side(height: Int, width: Int) -> Int { height == 1 ? width : min(height, width) }

  /// Without `border` pixels on every side, of a line without those at its ends; `nil` where nothing would be left.
  public func trimmed(by border: Int) -> Plane? {
    guard border > 0 else { return self }
    let down = isLine ? 0 : border
    guard height > 2 * down, width > 2 * border else { return nil }
    return crop(rows: down..<(height - down), columns: border..<(width - border))
  }

  /// The largest part that begins at pixel 0 and whose sides are multiples of `period`; a line keeps its row.
  public func cropped(toMultipleOf period: Int) -> Plane {
    let (rows, columns) = (isLine ? 1 : height - height % period, width - width % period)
    return rows == height && columns == width ? self : crop(rows: 0..<rows, columns: 0..<columns)
  }
}

extension SIMD8<Double> {
  /// |x| of every lane.
  @inline(__always)
  package var magnitudes: Self { replacing(with: -self, where: self .< 0) }
}

extension Plane {
  /// In units of the mean; the plane itself where that is zero.
  public var relativeToMean: Plane {
    let mean = mean
    return mean > 0 ? Plane(height: height, width: width, values: values.map { $0 / mean }) : self
  }
}

extension Plane: Codable {
  private enum CodingKeys: String, CodingKey {
    case height, width, values
  }

  /// - Throws: ``DecodingError`` where the values do not fill the plane.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    (height, width) = (try container.decode(Int.self, forKey: .height), try container.decode(Int.self, forKey: .width))
    values = try container.decode(Packed.self, forKey: .values).wrappedValue
    guard height >= 0, width >= 0, height.multipliedReportingOverflow(by: width) == (values.count, false) else {
      throw DecodingError.dataCorruptedError(
        forKey: .values, in: container, debugDescription: "\(values.count) values do not fill \(height)×\(width)")
    }
  }

  /// Its values as ``Packed``.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(height, forKey: .height)
    try container.encode(width, forKey: .width)
    try container.encode(Packed(wrappedValue: values), forKey: .values)
  }
}
