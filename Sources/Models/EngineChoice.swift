import GinghamDifferentiation
import GinghamEngine
import GinghamNetworks
import GinghamReferenceEngine
import GinghamTensors

/// Which engine computes.
public enum Backend: String, Sendable, CaseIterable {
  /// oneDNN's kernels.
  case fast
  /// Plain Swift and OpenBLAS in 32 bits.
  case reference
  /// Plain Swift and OpenBLAS in 64 bits.
  case reference64
}

/// What computes: an engine, and how exactly it multiplies.
public struct EngineChoice: Hashable, Sendable {
  /// The engine.
  public var backend: Backend
  /// Of the operands of convolutions and of products with weights.
  public var precision: Precision
  /// Whether operands are rounded and then multiplied in 32 bits, for CPUs without the instructions.
  public var emulates: Bool

  /// With the properties of the same names.
  public init(_ backend: Backend = .fast, precision: Precision = .float32, emulates: Bool = false) {
    self.backend = backend
    self.precision = precision
    self.emulates = emulates
  }

  /// The precision in words: `float32`, `bf16`, `bf16, emulated`.
  public var precisionName: String {
    precision.rawValue + (emulates && precision != .float32 ? ", emulated" : "")
  }

  /// For pictures, in batches of any size, with objectives about layers of any layout.
  ///
  /// - Throws: ``EngineError`` where the library or the CPU refuses.
  public func differentiator(for network: Network, team: ThreadTeam) throws -> any Differentiator {
    MapReading(ExampleBatches(try engine(for: network, team: team)))
  }

  /// For inputs of any kind, exactly as the network takes them.
  ///
  /// - Throws: ``EngineError`` where the library or the CPU refuses.
  public func engine(for network: Network, team: ThreadTeam) throws -> any Differentiator {
    guard backend == .fast || precision == .float32 else { throw EngineError.fixedPrecision(precision) }
    return switch backend {
    case .fast:
      try FastDifferentiator(network: network, threads: team.threads, precision: precision, emulates: emulates)
    case .reference: ReferenceDifferentiator<Float>(network)
    case .reference64: ReferenceDifferentiator<Double>(network)
    }
  }
}
