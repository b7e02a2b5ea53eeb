import GinghamSignals

/// Whether a visualization travels through a net as photographs do: what a unit looks for can be shown by a picture that
/// reaches it on a way that no photograph takes (Geirhos, Zimmermann, Bilodeau, Brendel & Kim 2024).
///
/// Layer by layer, its activations are held against those of photographs that excite the unit, beside how alike those
/// are among each other and how alike photographs of other things are to them.
public struct PathCheck: Hashable, Sendable {
  /// What is found at one layer. Similarities are rank correlations in −1…1, means over pairs of pictures; `nil` where
  /// activations do not vary from channel to channel.
  public struct Layer: Hashable, Sendable, Codable {
    /// In the net.
    public var name: String
    /// Of the visualization to the unit's photographs.
    public var similarity: Double?
    /// Of the unit's photographs to each other.
    public var own: Double?
    /// Of other photographs to the unit's.
    public var others: Double?
    /// Share of the other photographs and the visualization itself that lie at least as near to the unit's photographs: small
    /// where it is nearer than chance.
    public var othersAsNear: Double
    /// Share of the unit's photographs and the visualization itself that lie at least as far from the (other) photographs of
    /// the unit: small where it takes a way that none of them takes.
    public var ownAsFar: Double

    /// 1 where the visualization is as alike as the unit's photographs are, 0 as others are (the paper's scale); `nil`
    /// where the unit's photographs are no more alike than others.
    public var normalized: Double? {
      guard let similarity, let own, let others, own > others else { return nil }
      return (similarity - others) / (own - others)
    }

    private enum CodingKeys: CodingKey { case name, similarity, own, others, othersAsNear, ownAsFar }
  }

  /// In the net's order.
  public var layers: [Layer]

  /// - Parameters:
  ///   - visualization: its activations.
  ///   - own: of photographs that excite the unit, at least two.
  ///   - others: of other photographs, at least one.
  public init(of visualization: Profile, among own: [Profile], and others: [Profile]) {
    precondition(own.count > 1 && !others.isEmpty, "similarities need pictures to compare")
    layers = visualization.names.enumerated().map { place, name in
      func similarity(_ one: Profile, _ two: Profile) -> Double? { one.similarity(to: two, at: place) }
      func nearness(_ one: Profile, leavingOut index: Int? = nil) -> Double? {
        mean(own.indices.lazy.filter { $0 != index }.map { similarity(one, own[$0]) })
      }
      let found = nearness(visualization)
      let (near, far) = (others.map { nearness($0) }, own.indices.map { nearness(own[$0], leavingOut: $0) })
      let level = found ?? -.infinity
      return Layer(
        name: name, similarity: found, own: mean(far), others: mean(near),
        othersAsNear: Self.share(near.count { ($0 ?? -.infinity) >= level }, of: near.count),
        ownAsFar: Self.share(far.count { ($0 ?? -.infinity) <= level }, of: far.count))
    }
  }

  /// The visualization counts as one of them: the chance of a place as extreme among equals.
  private static func share(_ count: Int, of all: Int) -> Double { Double(count + 1) / Double(all + 1) }

  /// Activations of one picture at all layers as rank correlations need them: means of each channel over its positions, so
  /// that where something lies in a picture does not count, as ranks, centred and of length 1.
  public struct Profile: Hashable, Sendable {
    /// Of the layers.
    public let names: [String]
    private let directions: [[Float]]

    private init(names: [String], directions: [[Float]]) { (self.names, self.directions) = (names, directions) }

    /// Some of the layers, by their places.
    public func at(_ places: [Int]) -> Profile {
      Profile(names: places.map { names[$0] }, directions: places.map { directions[$0] })
    }

    /// - Parameters:
    ///   - layers: names and numbers of channels.
    ///   - means: of all layers' channels behind each other.
    public init(_ layers: [(name: String, channels: Int)], means: some RandomAccessCollection<Float>) {
      precondition(means.count == layers.reduce(0) { $0 + $1.channels }, "a mean a channel")
      names = layers.map(\.name)
      var rest = means[...]
      directions = layers.map { layer in
        defer { rest = rest.dropFirst(layer.channels) }
        let ranks = ranks(rest.prefix(layer.channels).map(Double.init))
        let centre = Double(layer.channels - 1) / 2
        let length = ranks.reduce(0) { $0 + ($1 - centre) * ($1 - centre) }.squareRoot()
        return ranks.map { length > 0 ? Float(($0 - centre) / length) : 0 }
      }
    }

    /// Spearman's correlation at a layer; `nil` where one side does not vary.
    func similarity(to other: Profile, at layer: Int) -> Double? {
      let (a, b) = (directions[layer], other.directions[layer])
      guard a.contains(where: { $0 != 0 }), b.contains(where: { $0 != 0 }) else { return nil }
      return zip(a, b).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
  }
}

/// Of those that are known; `nil` where none is.
private func mean(_ values: some Sequence<Double?>) -> Double? {
  let known = values.compactMap { $0 }
  return known.isEmpty ? nil : known.reduce(0, +) / Double(known.count)
}
