import GinghamTensors

/// Takes out of a map what repeats with a lattice, its mean apart, and nothing else: the S² − 1 lattice frequencies of
/// the spectrum become zero. A gradient treated so is a surrogate of the true one.
public struct LatticeNotch: Hashable, Sendable {
  /// What is taken out.
  public let lattice: Lattice

  /// - Throws: ``ArtifactError/badPeriod(_:why:)``.
  public init(period: Int) throws {
    lattice = try Lattice(period: period)
  }

  /// Each pixel less the mean of its phase, plus the mean of all: the orthogonal projection, also where the period
  /// does not divide the sides.
  public func applied(to map: Plane) -> Plane {
    let lattice = Lattice(unchecked: lattice.period, isLine: map.isLine)
    var sums = [Double](repeating: 0, count: lattice.phaseCount)
    var counts = sums
    lattice.forEachPixel(rows: map.height, columns: map.width, pitch: map.width) { index, phase in
      sums[phase] += map.values[index]
      counts[phase] += 1
    }
    let mean = map.mean
    let offsets = zip(sums, counts).map { $1 > 0 ? mean - $0 / $1 : 0 }
    var result = map
    lattice.forEachPixel(rows: map.height, columns: map.width, pitch: map.width) { index, phase in
      result.values[index] += offsets[phase]
    }
    return result
  }

  /// Every channel of …×H×W by itself.
  ///
  /// - Throws: ``ArtifactError/wrongRank(_:)``, ``ArtifactError/notFinite(what:)``.
  public func applied(to maps: Tensor) throws -> Tensor {
    let planes = try Plane.planes(of: maps).map { applied(to: $0) }
    return Tensor(maps.shape, planes.flatMap { $0.values.map(Float.init) })
  }
}
