import GinghamLattices
import GinghamSignals

/// How two sets were made ready differently. Distances of features answer to that as much as to what the pictures show
/// (Parmar, Zhang & Zhu 2022: resizing and compression alone move an FID by as much as years of progress).
public enum PreparationDifference: Hashable, Sendable {
  /// √ of the pixels, medians: pictures are resized to what the net takes by different factors.
  case size(set: Double, reference: Double)
  /// Shares of the files that are JPEG.
  case format(set: Double, reference: Double)
  /// Steps at the edges of blocks of 8 pixels over steps elsewhere, medians: files were compressed to different qualities,
  /// whatever they are now.
  case blocks(set: Double, reference: Double)

  /// What two sets differ in; empty where either is.
  public static func differences(of set: [PictureSigns], from reference: [PictureSigns]) -> [PreparationDifference] {
    guard !set.isEmpty, !reference.isEmpty else { return [] }
    var found: [PreparationDifference] = []
    func medians(_ figure: (PictureSigns) -> Double?) -> (Double, Double)? {
      guard let own = set.compactMap(figure).median, let other = reference.compactMap(figure).median else { return nil }
      return (own, other)
    }
    if let (own, other) = medians({ Double($0.height * $0.width).squareRoot() }),
      max(own, other) >= sizeRatio * min(own, other)
    {
      found.append(.size(set: own, reference: other))
    }
    func share(_ signs: [PictureSigns]) -> Double { Double(signs.count(where: \.isJPEG)) / Double(signs.count) }
    if abs(share(set) - share(reference)) >= formatShare {
      found.append(.format(set: share(set), reference: share(reference)))
    }
    let blocks = medians { signs in
      signs.faults.blockiness.first { $0.period == 8 }?.atOrigin.finite
    }
    if let (own, other) = blocks, max(own, other) >= blockRatio * min(own, other) {
      found.append(.blocks(set: own, reference: other))
    }
    return found
  }

  /// Chosen by what moves a distance noticeably; not calibrated on sets that were made alike.
  private static let (sizeRatio, formatShare, blockRatio) = (1.1, 0.25, 1.1)
}

extension Double {
  fileprivate var finite: Double? { isFinite ? self : nil }
}

extension PreparationDifference: Encodable {
  private enum CodingKeys: String, CodingKey {
    case kind, set, reference
  }

  /// What differs, and by how much.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    let (kind, set, reference) =
      switch self {
      case .size(let set, let reference): ("size", set, reference)
      case .format(let set, let reference): ("jpeg_share", set, reference)
      case .blocks(let set, let reference): ("blockiness", set, reference)
      }
    try container.encode(kind, forKey: .kind)
    try container.encode(set, forKey: .set)
    try container.encode(reference, forKey: .reference)
  }
}
