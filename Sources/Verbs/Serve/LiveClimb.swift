import Foundation
import GinghamFeatureVisualization
import GinghamTensors

/// A climb that a reader watches: an objective and settings as a page's form gives them.
struct LiveClimb: Sendable {
  let objective: String
  let recipe: Recipe
  let seed: UInt64
  /// The climb whose picture this one begins from; `nil`: noise.
  let from: String?

  /// Steps and sides that are climbed while somebody waits.
  static let steps = 1...4096
  static let sides = 32...512
  /// Between two pictures, at least.
  static let pause = Duration.milliseconds(120)
  /// Characters of an objective.
  private static let longest = 1000

  /// - Throws: ``LiveNet/Refusal``, ``VisualizationError``, ``DocumentError``.
  init(_ fields: [String: String]) throws {
    func number<Value: LosslessStringConvertible & Comparable>(
      _ name: String, _ range: ClosedRange<Value>, default usual: Value
    ) throws -> Value {
      guard let text = fields[name] else { return usual }
      guard let value = Value(text), range.contains(value) else {
        let (low, high) = (range.lowerBound, range.upperBound)
        throw LiveNet.Refusal(description: "\(name) takes a number from \(low) to \(high), not '\(text.prefix(40))'")
      }
      return value
    }
    objective = fields["objective"] ?? ""
    guard (1...Self.longest).contains(objective.count) else {
      throw LiveNet.Refusal(description: "an objective has 1 to \(Self.longest) characters")
    }
    var recipe = try Recipe.preset(fields["preset"] ?? Recipe.robust.preset)
    let side = try number("side", Self.sides, default: 128)
    recipe.size = PictureSize(height: side, width: side)
    recipe.steps = try number("steps", Self.steps, default: 96)
    recipe.rate = try number("rate", 1e-9...1e9, default: recipe.rate)
    recipe.batch = 1
    try recipe.validate()
    self.recipe = recipe
    seed = try number("seed", 0...UInt64.max, default: 0)
    from = fields["from"]
  }

  /// What the reader is told, as a server-sent event.
  enum Event {
    case begin(Begin)
    case step(Step)
    case finished(Finished)
    case failed(Failed)

    struct Begin: Encodable {
      var id: String
      var objective: String
    }

    struct Step: Encodable {
      var step: Int
      var of: Int
      /// The objective's, before the step.
      var value: Float
      /// After the step; `nil` where one was shown a moment ago.
      var picture: String?
    }

    struct Finished: Encodable {
      var steps: Int
      var activation: Float
      /// Share of fine detail on the net's lattice above chance.
      var grid: Double?
      var stoppedAt: Int?
      var picture: String
    }

    struct Failed: Encodable {
      var error: String
    }

    /// - Throws: what encoding does.
    func line() throws -> Data {
      func made(_ name: String, _ told: some Encodable) throws -> Data {
        // JSON in one line ends with a newline of its own.
        Data("event: \(name)\ndata: ".utf8) + (try told.jsonLine()) + Data("\n".utf8)
      }
      return switch self {
      case .begin(let told): try made("begin", told)
      case .step(let told): try made("step", told)
      case .finished(let told): try made("finished", told)
      case .failed(let told): try made("failed", told)
      }
    }
  }
}
