import ArgumentParser
import Gingham

/// What mitigated gradients can be told.
struct MitigationOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Side of the lattice to treat: lattice-jitter's 4, else the net's.", valueName: "pixels"))
  var period: Int?

  @Option(help: ArgumentHelp("Offsets an axis of uniform-jitter.", valueName: "pixels"))
  var jitter = 8

  @Option(help: ArgumentHelp("Radius that low-pass keeps, in cycles over 224 pixels.", valueName: "radius"))
  var cutoff = 15.0

  @Option(help: "Energies that phase-equalisation divides by: predicted or measured.")
  var energies: PhaseEqualizedGradient.Energies = .predicted

  func validate() throws {
    if let period, !(2...64).contains(period) {
      throw ValidationError("--period takes a number of pixels from 2 to 64, not \(period)")
    }
    guard (1...1024).contains(jitter) else {
      throw ValidationError("--jitter takes a number of offsets from 1 to 1024, not \(jitter)")
    }
    guard cutoff >= 0, cutoff.isFinite else {
      throw ValidationError("--cutoff takes a radius from 0, not \(cutoff)")
    }
  }

  /// For manifests.
  var parameters: [String: JSONValue] {
    [
      "period": period.map(JSONValue.integer) ?? .null, "jitter": .integer(jitter), "cutoff": .number(cutoff),
      "energies": .string(energies.rawValue),
    ]
  }
}

extension PhaseEqualizedGradient.Energies: ExpressibleByArgument {}

/// How strongly neighbouring activations depend on each other, for predictions.
enum SignalAssumption: String, ExpressibleByArgument, CaseIterable {
  case white, smooth

  var signals: PredictionOptions.Signals { self == .white ? .white : .smooth }

  static let help: ArgumentHelp =
    "Activations in front of pools, for the prediction: white (independent) or smooth (neighbours alike)."
}
