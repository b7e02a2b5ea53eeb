import GinghamSignals
import GinghamTensors

/// ½Σ(x − blurred x)², a pixel, where the blur weighs the eight neighbours half as much as the middle. The blurred
/// picture counts as a fixed aim: it is not differentiated, as in Lucid.
public struct BlurPenalty: PicturePenalty, Hashable {
  /// With every setting at its default.
  public init() {}

  /// Prices of N×C×H×W, one a picture; weight times their slopes are taken from `gradient`.
  public func evaluate(_ pictures: Tensor, weight: Float, subtractingFrom gradient: inout Tensor) -> [Float] {
    let loop = PenaltyLoop(pictures.shape)
    let share = weight / Float(loop.size.area)
    // (½·(all nine) + ½·middle)/5.
    let nine = pictures.filtered(taps: [1, 1, 1], border: .replicate)
    var difference = pictures.map { $0 * 0.9 }
    difference.add(nine, times: -0.1)
    gradient.add(difference, times: -share)
    var none = Tensor(pictures.shape)
    return loop.sum(difference, &none) { source, _ in
      source.reduce(0.0) { $0 + Double($1 * $1) } / 2
    }.map { Float($0) * share }
  }
}

extension BlurPenalty: PenaltyPart {
  /// What settings, manifests and findings call it.
  public static let name = "blur"
  /// In a line of the help text.
  public static let summary = "distance from the blurred picture"

  /// From what a recipe says behind its name.
  ///
  /// - Throws: ``DocumentError`` where that is not of its kind.
  public init(reading value: PartValue) throws { try value.none() }
  /// The price itself.
  public func penalty() -> any PicturePenalty { self }
}

extension PenaltyKind {
  /// Distance from the blurred picture.
  public static let blur = Self(BlurPenalty())
}
