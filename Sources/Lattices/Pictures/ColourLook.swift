/// One way to look at the colours of a picture: a grid may be in one channel only, or in a difference of channels, where
/// the others hide it.
public enum ColourLook: Hashable, Sendable {
  case red, green, blue
  /// Of pictures that are not of three colours, counted from 1.
  case channel(Int)
  /// (R − G)/√2: what both have alike, as most detail of photographs, is gone.
  case redGreen
  /// (2B − R − G)/√6.
  case blueYellow
  /// 0.299 R + 0.587 G + 0.114 B, which file formats store at full resolution.
  case luma

  /// Whether it is made of several channels.
  public var isMixture: Bool { self == .redGreen || self == .blueYellow || self == .luma }

  /// Whether it is the one that stands for a picture's detail: its luma, or the first of other channels.
  var standsForPicture: Bool { self == .luma || self == .channel(1) }

  /// As findings name it.
  public var name: String {
    switch self {
    case .red: "red"
    case .green: "green"
    case .blue: "blue"
    case .channel(let number): "channel \(number)"
    case .redGreen: "red-green"
    case .blueYellow: "blue-yellow"
    case .luma: "luma"
    }
  }

  /// Looks at the channels of a picture themselves.
  static func channels(_ count: Int) -> [ColourLook] {
    count == 3 ? [.red, .green, .blue] : (0..<count).map { .channel($0 + 1) }
  }

  /// The opponent colours of three channels of one size, of unit length as the channels are, and their luma; none of other
  /// numbers.
  static func mixtures(of channels: [Plane]) -> [(look: ColourLook, map: Plane)] {
    guard channels.count == 3 else { return [] }
    let (red, green, blue) = (channels[0].values, channels[1].values, channels[2].values)
    func map(_ value: (Int) -> Double) -> Plane {
      Plane(height: channels[0].height, width: channels[0].width, values: red.indices.map(value))
    }
    let (two, six) = (2.0.squareRoot(), 6.0.squareRoot())
    return [
      (.redGreen, map { (red[$0] - green[$0]) / two }),
      (.blueYellow, map { ((blue[$0] - red[$0]) + (blue[$0] - green[$0])) / six }),
      (.luma, map { 0.299 * red[$0] + 0.587 * green[$0] + 0.114 * blue[$0] }),
    ]
  }
}

extension ColourLook: Codable {
  /// - Throws: ``DecodingError`` where no look has that name.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let name = try container.decode(String.self)
    var all: [ColourLook] = [.red, .green, .blue, .redGreen, .blueYellow, .luma]
    if let number = name.split(separator: " ").last.flatMap({ Int($0) }) { all.append(.channel(number)) }
    guard let look = all.first(where: { $0.name == name }) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "no look at colours is '\(name)'")
    }
    self = look
  }

  /// Its name.
  public func encode(to encoder: any Encoder) throws { try name.encode(to: encoder) }
}

extension PictureLattice {
  /// Measures a picture in every look at its colours: its channels, and of three channels their
  /// opponent colours and luma.
  ///
  /// - Parameters:
  ///   - channels: of one size.
  ///   - retainsDetail: whether each keeps its finest high-passed map, which ``LockedLattice`` adds up.
  /// - Throws: ``ArtifactError/tooSmall(height:width:needed:why:)`` where not even the smallest period fits.
  public func measure(picture channels: [Plane], retainsDetail: Bool = false) throws -> [Channel] {
    let own = try zip(ColourLook.channels(channels.count), channels).map {
      try measure($1, as: $0, retainsDetail: retainsDetail)
    }
    let mixtures = try ColourLook.mixtures(of: channels).compactMap { look, map -> Channel? in
      var found = try measure(map, as: look, retainsDetail: retainsDetail)
      guard found.varies else { return nil }
      if look != .luma { found.relate(to: own.filter(\.varies)) }
      return found
    }
    return own + mixtures
  }
}

extension PictureLattice.Channel {
  /// Makes shares of a difference's detail shares of the channels' where these have more: a grid in colours that are
  /// themselves next to nothing is next to nothing.
  fileprivate mutating func relate(to channels: [PictureLattice.Channel]) {
    func factor(_ own: Double, _ others: [Double]) -> Double {
      let mean = others.isEmpty ? 0 : others.reduce(0, +) / Double(others.count)
      return mean > own ? own / mean : 1
    }
    let finest = factor(spectrum?.variance ?? 0, channels.compactMap { $0.spectrum?.variance })
    for period in bands.keys {
      guard var band = bands[period] else { continue }
      let scale = factor(band.variance, channels.compactMap { $0.bands[period]?.variance })
      band.share *= scale
      band.controlPerBin *= scale
      band.peaks = band.peaks.scaled(by: finest)
      bands[period] = band
    }
    if let (power, variance) = spectrum, finest > 0 { spectrum = (power, variance / finest) }
  }
}
