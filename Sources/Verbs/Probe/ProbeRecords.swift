import GinghamAdversarialProbing

/// One picture's part of a probe: what it is, and what the network says of it as it is.
public struct ProbePicture: Hashable, Sendable, Codable {
  /// As it was found.
  public var path: String
  /// Where its results stand under `pictures/`.
  public var folder: String
  /// The right class, from 0.
  public var label: Int
  /// `nil` where classes have no names.
  public var labelName: String?
  /// The class of the largest output, from 0.
  public var prediction: Int
  /// `nil` where classes have no names.
  public var predictionName: String?
  /// Whether the prediction is the label.
  public var isCorrect: Bool
  /// Cross-entropy at the label.
  public var loss: Float

  private enum CodingKeys: String, CodingKey {
    case path, folder, label, prediction, loss, labelName, predictionName
    case isCorrect = "correct"
  }
}

/// What an attack made of one picture, a budget after the other.
struct ProbeAttackRecord: Hashable, Sendable, Codable {
  var name: String
  var norm: PerturbationNorm
  var outcomes: [AttackResult.Outcome]
  /// Of the outcomes, the one whose picture was saved as `<name>-<norm>.npy` and `.png`.
  var saved: Int?

  var stem: String { "\(name)-\(norm.rawValue)" }

  /// Whether the saved picture has channels that a PNG shows.
  var isShown: Bool?

  /// What was saved with it.
  var files: [String] { saved == nil ? [] : ["\(stem).npy"] + (isShown == true ? ["\(stem).png"] : []) }
}

/// All attacks on one picture.
struct ProbeRecord: Hashable, Sendable, Codable {
  var attacks: [ProbeAttackRecord]
  /// `nil`: not asked for, or none found.
  var minimalEpsilon: Float?

  var files: [String] { attacks.flatMap(\.files) }
}
