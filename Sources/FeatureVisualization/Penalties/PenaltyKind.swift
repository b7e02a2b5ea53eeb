import GinghamDocuments
import GinghamTensors

/// A penalty as recipes name it.
public protocol PenaltyPart: RecipePart {
  /// - Throws: ``VisualizationError/contradiction(_:)`` where its period was left to the network and is not filled in.
  func penalty() throws -> any PicturePenalty
}

/// Any penalty.
public struct PenaltyKind: AnyRecipePart {
  private let kind: any PenaltyPart

  /// With the property of the same name.
  public init(_ kind: any PenaltyPart) {
    self.kind = kind
  }

  /// All that recipes know.
  public static let all: [any PenaltyPart.Type] = [
    L1Penalty.self, L2Penalty.self, TotalVariationPenalty.self, BlurPenalty.self, HighFrequencyPenalty.self,
    LatticePrice.self,
  ]

  /// What complaints call one of them.
  public static let noun = "penalty"
  /// Every kind there is.
  public static var list: [any RecipePart.Type] { all }
  /// The kind itself.
  public var part: any RecipePart { kind }

  /// From what a recipe says behind its name.
  ///
  /// - Throws: ``DocumentError`` where that is not of its kind.
  public init(reading value: PartValue) throws {
    guard let type = Self.all.first(where: { $0.name == value.name }) else { throw value.unknown(Self.self) }
    kind = try type.init(reading: value)
  }

  func penalty() throws -> any PicturePenalty { try kind.penalty() }
  func resolved(period: Int) -> PenaltyKind { Self(kind.resolved(period: period)) }
}

/// A penalty and what it weighs.
public struct WeightedPenalty: Hashable, Sendable {
  /// What is priced.
  public var kind: PenaltyKind
  /// From 0: penalties are always subtracted.
  public var weight: Double

  /// With the properties of the same names.
  public init(_ kind: PenaltyKind, _ weight: Double) {
    self.kind = kind
    self.weight = weight
  }

  /// `name: weight`, or `name: {weight: …, setting: …}`.
  ///
  /// - Throws: ``DocumentError``.
  init(_ name: String, _ place: DocumentNode, _ value: DocumentNode) throws {
    guard value.isMapping else {
      self.init(try PenaltyKind(reading: PartValue(name: name, place: place, node: nil)), try value.number(name))
      return
    }
    let kind = try PenaltyKind(reading: PartValue(name: name, place: place, node: value, taken: [Self.weightName]))
    let weight = try value.pairs(name).first { $0.key == Self.weightName }?.value.number(Self.weightName)
    self.init(kind, weight ?? 1)
  }

  private static let weightName = "weight"

  var printed: String {
    "\(kind.name): "
      + (kind.part.printedValue.map { "{\(Self.weightName): \(weight.printed), \($0)}" } ?? weight.printed)
  }

  func validate() throws {
    try VisualizationError.require(
      weight >= 0 && weight.isFinite, "penalty \(kind.name)", weight,
      "a weight from 0: penalties are always subtracted")
    try kind.part.validate()
  }
}
