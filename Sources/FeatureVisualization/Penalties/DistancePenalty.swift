import GinghamTensors

/// Distance from mid-grey: Σ|x − ½| or Σ(x − ½)², a pixel.
public struct DistancePenalty: PicturePenalty, Hashable {
  /// How distance from mid-grey is measured.
  public enum Norm: Hashable, Sendable {
    case l1, l2
  }

  /// How distance from mid-grey is measured.
  public var norm: Norm

  /// With the property of the same name.
  public init(_ norm: Norm) {
    self.norm = norm
  }

  /// Prices of N×C×H×W, one a picture; weight times their slopes are taken from `gradient`.
  public func evaluate(_ pictures: Tensor, weight: Float, subtractingFrom gradient: inout Tensor) -> [Float] {
    let loop = PenaltyLoop(pictures.shape)
    let share = weight / Float(loop.size.area)
    let norm = norm
    return loop.sum(pictures, &gradient) { source, target in
      var sum = 0.0
      for index in source.indices {
        let distance = source[index] - 0.5
        switch norm {
        case .l1:
          sum += Double(abs(distance))
          target[index] -= share * (distance > 0 ? 1 : distance < 0 ? -1 : 0)
        case .l2:
          sum += Double(distance * distance)
          target[index] -= share * 2 * distance
        }
      }
      return sum
    }.map { Float($0) * share }
  }
}

/// ``DistancePenalty`` by magnitudes, as recipes name it.
public struct L1Penalty: PenaltyPart {
  /// What settings, manifests and findings call it.
  public static let name = "l1"
  /// In a line of the help text.
  public static let summary = "distance from mid-grey"

  /// With every setting at its default.
  public init() {}
  /// From what a recipe says behind its name.
  ///
  /// - Throws: ``DocumentError`` where that is not of its kind.
  public init(reading value: PartValue) throws { try value.none() }
  /// The price itself.
  public func penalty() -> any PicturePenalty { DistancePenalty(.l1) }
}

/// ``DistancePenalty`` by squares, as recipes name it.
public struct L2Penalty: PenaltyPart {
  /// What settings, manifests and findings call it.
  public static let name = "l2"
  /// In a line of the help text.
  public static let summary = "squared distance from mid-grey"

  /// With every setting at its default.
  public init() {}
  /// From what a recipe says behind its name.
  ///
  /// - Throws: ``DocumentError`` where that is not of its kind.
  public init(reading value: PartValue) throws { try value.none() }
  /// The price itself.
  public func penalty() -> any PicturePenalty { DistancePenalty(.l2) }
}

extension PenaltyKind {
  /// Distance from mid-grey.
  public static let l1 = Self(L1Penalty())
  /// Squared distance from mid-grey.
  public static let l2 = Self(L2Penalty())
}
