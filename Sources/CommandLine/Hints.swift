import ArgumentParser
import Gingham

/// Puts the command line's own words into errors: libraries know settings, only this knows options and verbs.
enum Hints {
  /// A setting that is out of its range is wrong usage.
  static func usage(_ body: () throws -> Void) throws {
    do { try body() } catch let error as SettingError { throw ValidationError(text(of: error)) }
  }

  static func given<Value>(_ body: () throws -> Value) throws -> Value {
    do {
      return try body()
    } catch let error as SettingError {
      throw ValidationError(text(of: error))
    } catch {
      guard let hint = hint(for: error) else { throw error }
      throw HintedError(error: error, hint: hint)
    }
  }

  /// What to type, after an error that says what is wrong.
  static func hint(for error: any Error) -> String? {
    switch error {
    case ModelError.nonFiniteResult: "'gingham verify' finds the layer where they begin."
    case ModelError.extraInput(let name): "Fix it with --input \(name)=VALUE."
    case ModelError.impossibleInput: "--input-size HxW gives another size."
    case FormatError.limit, NetworkError.shape(_, _, .limit), NetworkError.shape(_, _, .tooLarge),
      ArtifactError.limit:
      "Where the file can be trusted, --limit 10 allows ten times as much."
    default: nil
    }
  }

  private static func text(of error: SettingError) -> String {
    switch error {
    case .outOfRange(let setting, let value, let expected): "\(option(setting)) takes \(expected), not \(value)"
    case .contradiction(let settings, let message):
      message + (settings.isEmpty ? "" : " (\(settings.map(option).joined(separator: ", ")))")
    }
  }

  private static func option(_ setting: String) -> String { "--" + setting.replacing("_", with: "-") }
}

/// An error and what to type about it.
private struct HintedError: Error, CustomStringConvertible {
  let error: any Error
  let hint: String

  var description: String { "\(error). \(hint)" }
}
