import Foundation

/// The size of a perturbation, as users write it: `8/255` or `0.03`.
public struct Epsilon: Hashable, Sendable {
  /// In units of 0…1: `8/255` is 0.0314.
  public let value: Float
  /// As it was written.
  public let text: String

  /// - Throws: ``ProbingError/badEpsilon(text:why:)`` for what is no number or a negative one.
  public init(parsing text: some StringProtocol) throws {
    let text = text.trimmingCharacters(in: .whitespaces)
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
      .map { Double($0.trimmingCharacters(in: .whitespaces)) }
    guard (1...2).contains(parts.count), let numerator = parts[0], let denominator = parts.count == 2 ? parts[1] : 1,
      numerator.isFinite, denominator.isFinite, denominator != 0
    else { throw ProbingError.badEpsilon(text: text, why: "write a number such as 0.03 or a fraction such as 8/255") }
    guard numerator / denominator >= 0 else {
      throw ProbingError.badEpsilon(text: text, why: "a budget cannot be negative")
    }
    value = Float(numerator / denominator)
    self.text = text
  }

  /// - Throws: ``ProbingError/badEpsilon(text:why:)`` where the budget reaches beyond every picture: above 1 for L∞,
  ///   above √(C·H·W) for L2.
  public func check(for norm: PerturbationNorm, elements: Int) throws {
    let largest = norm == .linf ? 1 : Float(elements).squareRoot()
    guard value <= largest else {
      throw ProbingError.badEpsilon(
        text: text,
        why: norm == .linf
          ? "pixels lie in 0…1, so an L∞ budget lies there too; write 8/255 for 8 of 255 levels"
          : "no two pictures of this size are farther apart than \(largest) in L2")
    }
  }

  /// The budgets of a first look: ¼ to 8 levels for L∞, and L2 sizes of the same reach for trained classifiers.
  public static func usual(for norm: PerturbationNorm) -> [Epsilon] {
    let texts =
      switch norm {
      case .linf: ["0.25/255", "0.5/255", "1/255", "2/255", "4/255", "8/255"]
      case .l2: ["0.1", "0.25", "0.5", "1", "2", "4"]
      }
    return texts.compactMap { try? Epsilon(parsing: $0) }
  }
}

/// As it was written.
extension Epsilon: Encodable {
  /// As files hold it.
  ///
  /// - Throws: what the encoder throws.
  public func encode(to encoder: any Encoder) throws { try text.encode(to: encoder) }
}
