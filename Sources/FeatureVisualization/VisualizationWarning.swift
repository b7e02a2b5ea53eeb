/// What the user should know of how a run went.
public enum VisualizationWarning: Hashable, Sendable {
  /// The run stopped at this step.
  case leftFiniteNumbers(step: Int)
  /// The gradient was zero everywhere for so many steps, at some pictures of a batch (`nil`: at all of them), with
  /// redirected rectifiers or without.
  case dead(pictures: [Int]?, steps: Int, isRedirected: Bool)
}

extension VisualizationWarning: CustomStringConvertible {
  /// What the user is told.
  public var description: String {
    switch self {
    case .leftFiniteNumbers(let step):
      "the objective left the finite numbers at step \(step), so the run stopped; the picture is the last one before. "
        + "A smaller rate usually helps."
    case .dead(let pictures, let steps, let isRedirected):
      "the objective"
        + (pictures.map { " of picture\($0.count > 1 ? "s" : "") \($0.map(String.init).joined(separator: ", "))" } ?? "")
        + " is dead: its gradient was zero everywhere for \(steps) steps"
        + (isRedirected ? ", even with redirected rectifiers" : " (redirected-steps may wake it up)")
        + ". The picture stays as grey as it began; another start, layer or channel may help."
    }
  }
}

/// As ``description``.
extension VisualizationWarning: Encodable {
  /// As files hold it.
  ///
  /// - Throws: what the encoder throws.
  public func encode(to encoder: any Encoder) throws { try description.encode(to: encoder) }
}
