import GinghamLattices
import GinghamTensors

/// The signs of a set's pictures, gathered one by one. Of a large set they wait on the disk.
public struct SignsOfSet: Sendable, Codable {
  private var signs = Spilled<PictureSigns>()

  /// Of no picture yet.
  public init() {}

  /// Pictures so far.
  public var count: Int { signs.count }

  /// Adds a picture's.
  public mutating func add(_ picture: PictureSigns) { signs.append(picture) }

  /// Keeps signs somewhere else than in memory.
  ///
  /// - Parameter storage: of a set that is empty yet.
  package mutating func store(in storage: Storage) { signs = Spilled(in: storage) }

  /// Does `body` with each picture's in turn.
  ///
  /// - Throws: ``FormatError``, what `body` does.
  package func forEach(_ body: (PictureSigns) throws -> Void) throws { try signs.forEach(body) }

  /// Of so many pictures at most of a large set a norm and colours are taken, which are spread evenly over it.
  public static let mostSampled = 1000

  /// One picture in so many is.
  private var step: Int { signs.isInMemory ? 1 : (count + Self.mostSampled - 1) / Self.mostSampled }

  /// The norm of the pictures' tiles; `nil` where they have too few.
  ///
  /// - Throws: ``FormatError``.
  public func norm() throws -> LocalOutliers? {
    var (index, tiles) = (0, [TileStatistics]())
    try signs.forEach { picture in
      if index.isMultiple(of: step), let own = picture.tiles { tiles.append(own) }
      index += 1
    }
    return LocalOutliers(norm: tiles)
  }

  /// What faults are found by, and each picture's tile distance. Signs of a large set are as small as that allows: tiles are
  /// left where the distance is largest, and colours where they are sampled.
  ///
  /// - Throws: ``FormatError``.
  public func all(distancesFrom norm: LocalOutliers?) throws -> (signs: [PictureSigns], tileDistances: [Double?]) {
    var (all, distances) = ([PictureSigns](), [Double?]())
    var farthest: Int?
    try signs.forEach { picture in
      let distance = picture.tileDistance(from: norm)
      defer { distances.append(distance) }
      guard !signs.isInMemory else { return all.append(picture) }
      var small = picture
      small.lattice.controls = []
      for index in small.lattice.bands.indices { small.lattice.bands[index].peakFrequency = nil }
      if !all.count.isMultiple(of: step) { small.colours = nil }
      if let distance, distance > farthest.flatMap({ distances[$0] }) ?? -.infinity {
        if let farthest { all[farthest].tiles = nil }
        farthest = all.count
      } else {
        small.tiles = nil
      }
      all.append(small)
    }
    return (all, distances)
  }
}

extension PictureSigns {
  /// Of the farthest tile; `nil` where there is no norm or no tile.
  public func tileDistance(from norm: LocalOutliers?) -> Double? {
    tiles.flatMap { tiles in norm.flatMap { $0.distances(of: tiles).max() } }
  }
}
