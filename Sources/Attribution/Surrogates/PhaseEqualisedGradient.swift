import GinghamDifferentiation
import GinghamLattices
import GinghamNetworks
import GinghamPrediction
import GinghamTensors

/// The gradient divided by the root of its phases' energies: all phases become equally strong, nothing is blurred.
public struct PhaseEqualisedGradient: AttributionMethod {
  /// Energies that are divided by.
  public enum Energies: String, Hashable, Sendable, CaseIterable, Encodable {
    /// What the architecture alone implies: the same factors for every picture.
    case predicted
    /// Each picture's own: exactly even, but texture that happens to lie on a phase is divided out as well.
    case measured
  }

  /// What settings, manifests and findings call it.
  public static let name = "phase-equalisation"
  /// It is: the map is no derivative of the objective.
  public static let isSurrogate = true

  /// What is divided by.
  public var energies: Energies
  /// The lattice's side S in pixels, for measured energies; predicted ones have the net's own.
  public var period: Int

  /// With the properties of the same names.
  public init(_ energies: Energies, period: Int) {
    self.energies = energies
    self.period = period
  }

  /// - Throws: ``ArtifactError`` where nothing can be predicted, or less than one lattice fits into the picture.
  public func attribute(
    _ pictures: Tensor, to objective: any Objective, by differentiator: any Differentiator
  ) throws -> Attribution {
    var attribution = try Gradient().attribute(pictures, to: objective, by: differentiator)
    switch energies {
    case .predicted:
      let network = differentiator.network
      let name = network.inputs.first.map { network.name(of: $0.value) } ?? "input"
      let targets = try objective.layers.map(network.value) + network.inputs.prefix(1).map(\.value)
      let prediction = try GradientPrediction(
        network.bound(to: [name: pictures.shape], leadingTo: targets), target: try objective.singleTarget(in: network))
      if let phases = prediction.phases(at: prediction.inputValue) {
        attribution.map = PhaseEqualisation(energies: phases).applied(to: attribution.map)
      }
    case .measured:
      let maps = try (0..<pictures.shape[0]).map { index in
        let map = attribution.map.sample(index)
        var lattice = try GradientLattice(period: period, isLine: map.shape[2] == 1)
        try lattice.add(map)
        return PhaseEqualisation(energies: lattice.phases).applied(to: map)
      }
      attribution.map = .stacked(maps)
    }
    return attribution
  }
}

extension Objective {
  /// The one layer that gradients of this objective start from.
  ///
  /// - Throws: ``ArtifactError/badArgument(_:)`` where there are several: how strongly each starts is not known before.
  package func singleTarget(in network: Network) throws -> ValueID {
    guard layers.count == 1 else {
      throw ArtifactError.badArgument(
        "nothing is predicted for an objective of \(layers.count) layers: how strongly each sends is not known before")
    }
    return try network.value(ofLayer: layers[0])
  }
}
