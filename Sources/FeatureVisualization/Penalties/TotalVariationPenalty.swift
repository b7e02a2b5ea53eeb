import GinghamTensors

/// Σ|x(y+1, x) − x(y, x)| + |x(y, x+1) − x(y, x)|, a pixel (Rudin, Osher & Fatemi 1992, in its anisotropic form).
public struct TotalVariationPenalty: PicturePenalty, Hashable {
  /// With every setting at its default.
  public init() {}

  /// Prices of N×C×H×W, one a picture; weight times their slopes are taken from `gradient`.
  public func evaluate(_ pictures: Tensor, weight: Float, subtractingFrom gradient: inout Tensor) -> [Float] {
    let loop = PenaltyLoop(pictures.shape)
    let share = weight / Float(loop.size.area)
    let (height, width) = (loop.size.height, loop.size.width)
    return loop.sum(pictures, &gradient) { source, target in
      var sum = 0.0
      func pair(_ near: Int, _ far: Int) {
        let difference = source[far] - source[near]
        sum += Double(abs(difference))
        let slope: Float = difference > 0 ? share : difference < 0 ? -share : 0
        target[far] -= slope
        target[near] += slope
      }
      for y in 0..<height {
        for x in 0..<width {
          let index = y * width + x
          if x + 1 < width { pair(index, index + 1) }
          if y + 1 < height { pair(index, index + width) }
        }
      }
      return sum
    }.map { Float($0) * share }
  }

  /// Mean variation of each picture: the measure itself.
  public static func values(of pictures: Tensor) -> [Float] {
    var unused = Tensor(pictures.shape)
    return TotalVariationPenalty().evaluate(pictures, weight: 1, subtractingFrom: &unused)
  }
}

extension TotalVariationPenalty: PenaltyPart {
  /// What settings, manifests and findings call it.
  public static let name = "total-variation"
  /// In a line of the help text.
  public static let summary = "differences of neighbours"

  /// From what a recipe says behind its name.
  ///
  /// - Throws: ``DocumentError`` where that is not of its kind.
  public init(reading value: PartValue) throws { try value.none() }
  /// The price itself.
  public func penalty() -> any PicturePenalty { self }
}

extension PenaltyKind {
  /// Differences of neighbours.
  public static let totalVariation = Self(TotalVariationPenalty())
}
