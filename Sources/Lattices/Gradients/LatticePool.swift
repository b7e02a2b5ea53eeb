import GinghamSignals
import GinghamTensors

/// Maps of one kind while they are added up: what a ``LatticeSurvey`` says of all of them together, and their mean
/// spectrum. It is as large as a map, whatever their number.
///
/// Maps that are added one by one, and pools of one map each that are added in the same order, give the same bits.
public struct LatticePool: Sendable, Codable {
  /// The phases of the maps' energies, borders left out.
  public private(set) var lattice: GradientLattice
  /// Of the first map, N×C×H×W.
  private let dimensions: [Int]
  /// Rows of ``power``.
  private let height: Int
  /// Columns of ``power``.
  private let width: Int
  /// Σ over the maps of the power of their energies, cropped to whole lattices, each less its mean; frequency zero at
  /// [0, 0]. A grid stands on the lattice frequencies.
  private var power: [Double]
  /// Maps so far.
  public private(set) var count = 0

  /// - Parameter map: the first one, N×C×H×W.
  /// - Throws: ``ArtifactError``.
  public init(_ map: Tensor, by survey: LatticeSurvey) throws {
    dimensions = map.shape.dimensions
    lattice = try survey.emptyLattice(for: map.shape)
    let (period, isLine) = (lattice.lattice.period, lattice.lattice.isLine)
    let columns = map.shape[3] / period * period
    height = isLine ? 1 : map.shape[2] / period * period
    // Signals are as long as they come, and transforms of some lengths slow.
    width = isLine ? FourierTransform.fastLength(atMost: columns) : columns
    power = [Double](repeating: 0, count: height * width)
    try add(map)
  }

  /// Of the first map, N×C×H×W.
  public var shape: Shape { Shape(dimensions) }

  /// Adds maps N×C×H×W of the first one's size.
  ///
  /// - Throws: ``ArtifactError``.
  public mutating func add(_ map: Tensor) throws {
    try requireSize(map.shape.dimensions)
    try lattice.add(map)
    for energy in try Plane.energies(of: map) {
      let plane = energy.cropped(toMultipleOf: lattice.lattice.period)
      let mean = plane.mean
      // Squares of very small and very large gradients are beyond single precision.
      let unit = Self.unit(plane.values)
      let centred = Tensor([plane.height, plane.width], plane.values.map { Float(($0 - mean) / unit) })
      PowerSpectrum(of: centred.slice(axis: 1, 0..<width)).power.withUnsafeBufferPointer { added in
        for index in added.indices { power[index] += Double(added[index]) * unit * unit }
      }
      count += 1
    }
  }

  /// Adds what another pool of the same survey has gathered.
  ///
  /// - Throws: ``ArtifactError/badArgument(_:)`` where its maps have another size.
  public mutating func add(_ other: LatticePool) throws {
    try requireSize(other.dimensions)
    lattice.add(other.lattice)
    for index in power.indices { power[index] += other.power[index] }
    count += other.count
  }

  /// Adds to a pool that may not have begun.
  ///
  /// - Throws: ``ArtifactError/badArgument(_:)`` where its maps have another size.
  public static func add(_ part: LatticePool, to pool: inout LatticePool?) throws {
    if pool == nil { pool = part } else { try pool?.add(part) }
  }

  private func requireSize(_ other: [Int]) throws {
    guard other.suffix(2) == dimensions.suffix(2) else {
      throw ArtifactError.badArgument(
        "maps of \(Shape(other)) and \(shape) have no phases and no spectrum in common")
    }
  }

  /// Σ over the maps of their power at each frequency: H×W, frequency zero at [0, 0].
  public var totalPower: Plane { Plane(height: height, width: width, values: power) }

  /// The mean over the maps: H×W, in units of a power of two near the largest.
  public var meanPower: Tensor {
    let scale = Self.unit(power) * Double(max(count, 1))
    return Tensor([height, width], power.map { Float($0 / scale) })
  }

  /// A power of two near the largest; 1 where all are zero.
  private static func unit(_ values: [Double]) -> Double {
    let largest = values.max() ?? 0
    return largest > 0 ? Double(sign: .plus, exponent: Int(largest.exponent), significand: 1) : 1
  }
}

extension LatticeSurvey {
  /// - Throws: ``ArtifactError``.
  public func finding(of pool: LatticePool) throws -> LatticeFinding {
    try finding(of: pool.lattice, mapsOf: pool.shape)
  }
}
