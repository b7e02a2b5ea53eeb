import ArgumentParser
import Gingham

/// Puts the command line's own words into errors: libraries know settings, only this knows options and verbs.
package enum Hints {
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
      guard let description = described(error) else { throw error }
      throw HintedError(description: description)
    }
  }

  /// An error in words, with what to type about it.
  package static func described(_ error: any Error) -> String? {
    hint(for: error).map { hint in
      let text = "\(error)"
      return "\(text.hasSuffix(".") ? String(text.dropLast()) : text). \(hint)"
    }
  }

  /// What to type, after an error that says what is wrong.
  static func hint(for error: any Error) -> String? {
    switch error {
    case ModelError.nonFiniteResult: "'gingham verify' finds the layer where they begin."
    case ProbingError.nonFiniteOutput: "'gingham verify' finds the layer where they begin."
    case ProbingError.pixelsOutOfRange: "Give them with --mean and --std."
    case ProbingError.noTargetedForm: "Leave it out of --attack."
    case RunFolderError.occupied: "Name another folder, or replace what is there with --force."
    case RunFolderError.busy: "Wait for it, or name another folder."
    case LabelError.noNumber, LabelError.unknownFolder: "Give --labels FILE.csv or --labels predicted."
    case ObjectiveError.noClasses: "--output-name takes another."
    case ArchitectureError.unrecognized, ArchitectureError.ambiguous: "Name one with --architecture."
    case EngineError.noInstructions: "--emulate rounds the same without them."
    case EngineError.fixedPrecision: "Leave out --backend or --precision."
    case ArchitectureError.severalNets: "Choose one with --section."
    case NetworkError.unknownLayer, NetworkError.openModule: "'gingham layers MODEL' lists all."
    case NetworkError.missingInputShape: "Give it with --input-size HxW."
    case NetworkError.missingOperator(_, _, _, _, let front?): "--target '\(front):0' is its first channel."
    case ModelError.extraInput(let name): "Fix it with --input \(name)=VALUE."
    case ModelError.impossibleInput: "--input-size HxW gives another size."
    case FormatError.limit, NetworkError.shape(_, _, .limit), NetworkError.shape(_, _, .tooLarge),
      NetworkError.work, ArtifactError.limit:
      "Where the file can be trusted, --limit 10 allows ten times as much."
    case GeneratorError.makesNoPictures:
      "For a classifier, 'gingham visualize' draws what a class wants to see and 'gingham gradient' what it looks at."
    case GeneratorError.openInput: "Give its size with --latent, such as --latent 4x64x64."
    case GeneratorError.takesLatents: "Draw some with --samples N and --seed N."
    case GeneratorError.takesPictures:
      "Name some, with --images or behind the model of 'gingham trace'; where they are random numbers, --latent CxHxW says "
        + "so."
    case RepairError.nothingToRewrite(let methods, .gradients) where !methods.contains(.blurpool):
      "--with blurpool or stagger rewrites strided convolutions and pools."
    case RepairError.nothingUneven(let methods, _, _):
      "Rewrite some with --with \(methods.first?.rawValue ?? "") and --layer, or all of them with --all."
    default: nil
    }
  }

  package static func text(of error: SettingError) -> String {
    switch error {
    case .outOfRange(let setting, let value, let expected): "\(Mention.option(setting)) takes \(expected), not \(value)"
    case .contradiction(let settings, let message):
      message + (settings.isEmpty ? "" : " (\(settings.map { Mention.option($0) }.joined(separator: ", ")))")
    case .exclusive(let settings):
      "\(settings.map { Mention.option($0) }.joined(separator: " and ")) exclude each other"
    }
  }
}

/// An error and what to type about it.
private struct HintedError: Error, CustomStringConvertible {
  let description: String
}
