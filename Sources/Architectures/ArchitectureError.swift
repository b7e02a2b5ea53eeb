/// Why a built-in net cannot be had as asked.
public enum ArchitectureError: Error, Hashable, Sendable {
  case unknownArchitecture(String, nearest: [String])
  case unknownOption(String, architecture: String, known: [String])
  case malformedOption(String, architecture: String)
  case optionOutOfRange(String, value: Int, range: ClosedRange<Int>, architecture: String)
  case tooLarge(String, parameterCount: Int)
  /// No architecture has these parameters; the nearest ones, best first, with what each lacks.
  case unrecognized(parameterCount: Int, nearest: [Candidate])
  case ambiguous([String])
  /// More than one module of a file is a net; these are their prefixes.
  case severalNets([String])

  /// An architecture that the parameters nearly fit.
  public struct Candidate: Hashable, Sendable {
    /// Of the architecture.
    public let name: String
    /// What differs.
    public let mismatch: ParameterMismatch
  }
}

extension ArchitectureError: CustomStringConvertible {
  /// What is wrong, where, and what to do about it.
  public var description: String {
    switch self {
    case .unknownArchitecture(let name, let nearest):
      let families = Architectures.families.map(\.name)
      let hint =
        families.contains(name.lowercased())
        ? "That family has \(Self.quoted(nearest))"
        : nearest.isEmpty
          ? "There are the families \(families.joined(separator: ", ")); a family's name in its place lists its nets"
          : "Nearest: \(Self.quoted(nearest))"
      return "there is no built-in architecture '\(name)'. \(hint)."
    case .unknownOption(let option, let architecture, let known):
      return "'\(architecture)' has no option '\(option)'; it has \(Self.quoted(known))"
    case .malformedOption(let text, let architecture):
      return "cannot read '\(text)' of '\(architecture)': options are written name=number, each once, and size HxW"
    case .optionOutOfRange(let option, let value, let range, let architecture):
      return "option '\(option)' of '\(architecture)' must lie in \(range.lowerBound)…\(range.upperBound), not \(value)"
    case .tooLarge(let name, let count):
      return
        "'\(name)' would have \(count) parameters with these options; at most \(Architectures.parameterLimit) are made"
    case .unrecognized(let count, let nearest):
      let lines = nearest.map { candidate in
        let mismatch = candidate.mismatch
        let examples =
          mismatch.wronglyShaped.prefix(2).map { "'\($0.name)' is \($0.found), not \($0.expected)" }
          + mismatch.missing.prefix(2).map { "no '\($0.name)' (\($0.shape))" }
          + mismatch.unexpected.prefix(2).map { "'\($0.name)' (\($0.shape)) too many" }
        return "\n  '\(candidate.name)': \(mismatch.missing.count) missing, \(mismatch.unexpected.count) unexpected, "
          + "\(mismatch.wronglyShaped.count) of another shape: \(examples.joined(separator: "; "))"
      }
      return "no built-in architecture has these \(count) parameters. Nearest:\(lines.joined())"
        + "\n  Export the model as ONNX, or name one to see all differences"
    case .severalNets(let prefixes):
      let names = prefixes.map { String($0.dropLast()) }
      return "the file holds several nets: \(Self.quoted(names))"
    case .ambiguous(let names):
      return "these parameters fit several architectures: \(Self.quoted(names))"
    }
  }

  private static func quoted(_ names: [String]) -> String {
    names.map { "'\($0)'" }.joined(separator: ", ")
  }
}
