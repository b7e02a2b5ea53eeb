import GinghamLattices
import GinghamSignals

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What is assumed about a network's weights and signals.
public struct PredictionOptions: Hashable, Sendable {
  /// How much power layers pass.
  public enum Gain: String, Hashable, Sendable, Codable, CaseIterable {
    /// Every convolution, with the activation behind it, passes as much power as it receives, whatever its width (He
    /// initialisation by fan-out): a tap carries 1/k² of an output's power. Branches count equally.
    case unit
    /// Every convolution passes its own second moment, tap by tap, rectifiers pass half, normalizations their scale.
    case weights
  }

  /// How strongly neighbouring elements depend on each other where weights are not random: in pools and resizes.
  public enum Signals: String, Hashable, Sendable, Codable, CaseIterable {
    /// Not at all: a pool's maximum lies anywhere with equal chance, spread gradients add in power.
    case white
    /// Like a random walk along each axis: the maximum prefers the window's ends (Sparre Andersen 1954), spread
    /// gradients add in amplitude.
    case smooth
  }

  /// How much power layers pass.
  public var gain: Gain
  /// What neighbours in pools and resizes have to do with each other.
  public var signals: Signals
  /// What counts as an artifact or a fault.
  public var thresholds: LatticeThresholds

  /// With the properties of the same names.
  public init(
    gain: Gain = .unit, signals: Signals = .white, thresholds: LatticeThresholds = LatticeThresholds()
  ) {
    self.gain = gain
    self.signals = signals
    self.thresholds = thresholds
  }
}

/// Which window position holds the maximum, along one axis.
public enum MaximumPosition {
  /// The chance that tap `tap` of `count` wins.
  ///
  /// White: 1/count. Smooth: p(t)·p(count − 1 − t) with p(n) = C(2n, n)/4ⁿ, the law of the time at which a random walk
  /// peaks (Sparre Andersen 1954): 3/8, 1/4, 3/8 for three taps.
  public static func chance(ofTap tap: Int, of count: Int, signals: PredictionOptions.Signals) -> Double {
    switch signals {
    case .white: 1 / Double(count)
    case .smooth: centralBinomial(tap) * centralBinomial(count - 1 - tap)
    }
  }

  /// The chance that the middle of three jointly Gaussian samples with autocorrelations `r1` and `r2` at distance one
  /// and two is the largest: ¼ − asin(ρ)/2π, ρ = (2r₁ − 1 − r₂)/(2(1 − r₁)). 1/3 where independent.
  public static func centreChance(r1: Double, r2: Double) -> Double {
    guard r1 < 1 else { return 0 }
    let correlation = (2 * r1 - 1 - r2) / (2 * (1 - r1))
    return 0.25 - asin(min(1, max(-1, correlation))) / (2 * Double.pi)
  }

  /// C(2n, n)/4ⁿ.
  private static func centralBinomial(_ n: Int) -> Double {
    guard n > 0 else { return 1 }
    return (1...n).reduce(1.0) { $0 * (1 - 0.5 / Double($1)) }
  }
}
