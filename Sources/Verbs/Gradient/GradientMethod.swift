import GinghamAttribution
import GinghamModels

/// A way from gradients to a map, as users name it. One entry of ``all`` registers a method: the command line's choices,
/// its help, manifests and the comparison follow from it.
public struct GradientMethod: Sendable {
  /// As in ``AttributionMethod/name``, which may be shared by several layers' forms.
  public let name: String
  /// One sentence for the help.
  public let summary: String
  /// Whether it can be told a layer.
  public let takesLayer: Bool
  /// Under which names it stands in the comparison of mitigations, and how each is made there; the true gradient first.
  let candidates: [Candidate]
  let make: @Sendable (GradientSettings, _ latticePeriod: () throws -> Int) throws -> any AttributionMethod

  /// A method in the comparison, which knows the net's lattice beforehand.
  struct Candidate: Sendable {
    var name: String
    var make: @Sendable (GradientSettings, _ latticePeriod: Int) -> any AttributionMethod
  }

  private init(
    _ name: String, _ summary: String, takesLayer: Bool = false, candidates: [Candidate] = [],
    make: @escaping @Sendable (GradientSettings, () throws -> Int) throws -> any AttributionMethod
  ) {
    self.name = name
    self.summary = summary
    self.takesLayer = takesLayer
    self.candidates = candidates
    self.make = make
  }

  /// A method that takes the grid out and stands in the comparison under its own name.
  private init(
    mitigation name: String, _ summary: String,
    make: @escaping @Sendable (GradientSettings, () throws -> Int) throws -> any AttributionMethod,
    compared: @escaping @Sendable (GradientSettings, Int) -> any AttributionMethod
  ) {
    self.init(name, summary, candidates: [Candidate(name: name, make: compared)], make: make)
  }

  /// The derivative, at the pixels or at a layer.
  public static let gradient = GradientMethod(
    Gradient.name, "the derivative itself", takesLayer: true,
    candidates: [Candidate(name: Gradient.name) { _, _ in Gradient() }]
  ) { settings, _ in
    guard let layer = settings.at else { return Gradient() }
    return LayerGradient(layer: layer)
  }

  /// In the order of the help and of the comparison.
  public static let all: [GradientMethod] = [
    gradient,
    GradientMethod(SmoothGrad.name, "mean over noisy copies (Smilkov 2017)") { settings, _ in
      SmoothGrad(samples: settings.samples ?? 5, deviation: settings.noise, seed: settings.seed)
    },
    GradientMethod(IntegratedGradients.name, "from a baseline to the picture (Sundararajan 2017)") { settings, _ in
      IntegratedGradients(steps: settings.samples ?? 50)
    },
    GradientMethod(GuidedBackpropagation.name, "rectifiers pass what helps, where they were on (Springenberg 2014)") {
      _, _ in GuidedBackpropagation()
    },
    GradientMethod(DeconvolutionNetwork.name, "rectifiers pass what helps (Zeiler 2014)") { _, _ in
      DeconvolutionNetwork()
    },
    GradientMethod(GradCAM.name, "a layer's maps weighed by their gradients (Selvaraju 2017)", takesLayer: true) {
      settings, _ in GradCAM(layer: settings.at)
    },
    GradientMethod(InputTimesGradient.name, "the picture times its gradient") { _, _ in InputTimesGradient() },
    GradientMethod(
      mitigation: LatticeJitter.name, "mean over all shifts within a lattice",
      make: { settings, _ in LatticeJitter(period: settings.period ?? LatticeJitter().period) },
      compared: { settings, _ in LatticeJitter(period: settings.period ?? LatticeJitter().period) }),
    GradientMethod(
      mitigation: UniformJitter.name, "mean over random shifts",
      make: { settings, _ in settings.uniformJitter }, compared: { settings, _ in settings.uniformJitter }),
    GradientMethod(
      mitigation: BackwardSmoothing.name, "strided layers smooth what they send back (Herdt 2024)",
      make: { _, _ in BackwardSmoothing() }, compared: { _, _ in BackwardSmoothing() }),
    GradientMethod(
      PhaseEqualisedGradient.name, "divided by the root of its phases' energies",
      candidates: PhaseEqualisedGradient.Energies.allCases.map { energies in
        Candidate(name: "\(PhaseEqualisedGradient.name), \(energies.rawValue)") { settings, period in
          PhaseEqualisedGradient(energies, period: settings.period ?? period)
        }
      }
    ) { settings, period in PhaseEqualisedGradient(settings.energies, period: try settings.period ?? period()) },
    GradientMethod(
      mitigation: LatticeNotchedGradient.name, "without the frequencies of the lattice",
      make: { settings, period in LatticeNotchedGradient(period: try settings.period ?? period()) },
      compared: { settings, period in LatticeNotchedGradient(period: settings.period ?? period) }),
    GradientMethod(
      mitigation: LowPassedGradient.name, "without high frequencies (Muzellec 2023)",
      make: { settings, _ in LowPassedGradient(cutoff: settings.cutoff) },
      compared: { settings, _ in LowPassedGradient(cutoff: settings.cutoff) }),
  ]

  /// The method of a name; `nil` where there is none.
  public init?(named name: String) {
    guard let found = Self.all.first(where: { $0.name == name }) else { return nil }
    self = found
  }
}

extension GradientMethod: Hashable, Encodable {
  /// Names are unique.
  public static func == (one: GradientMethod, other: GradientMethod) -> Bool { one.name == other.name }
  /// By name, as equality is.
  public func hash(into hasher: inout Hasher) { hasher.combine(name) }
  /// As its name.
  public func encode(to encoder: any Encoder) throws { try name.encode(to: encoder) }
}

extension GradientSettings {
  fileprivate var uniformJitter: UniformJitter {
    UniformJitter(offsets: jitter, samples: samples ?? UniformJitter().samples, seed: seed)
  }
}
