import GinghamTensors

extension Architectures {
  /// A net that a file holds under a prefix of its parameters' names, as wrappers write them: `model.`, `generator.`.
  public struct Part: Hashable, Sendable {
    /// The architecture that the part belongs to.
    public let specification: ArchitectureSpecification
    /// With its dot; empty where the net is the whole file.
    public let prefix: String
  }

  /// The net of a file, under whichever prefix it stands.
  ///
  /// Where the names as they are fit nothing, those below each module are tried, from the outside in. Weights that were
  /// averaged during training (`ema` in the prefix) stand back behind the ones they are averages of.
  ///
  /// - Parameters:
  ///   - specification: the net that is meant; `nil`: any.
  /// - Throws: as ``recognize(parameterShapes:metadata:)``; ``ArchitectureError/severalNets(_:)`` where more than one module
  ///   is a net.
  public static func part(
    of parameterShapes: [String: Shape], metadata: [String: String] = [:],
    specification: ArchitectureSpecification? = nil
  ) throws -> Part {
    func fitting(_ shapes: [String: Shape]) throws -> ArchitectureSpecification {
      guard let specification else { return try recognize(parameterShapes: shapes, metadata: metadata) }
      let (_, mismatch) = try fit(specification, to: StateDictNames.canonical(shapes))
      guard mismatch.isEmpty else { throw mismatch }
      return specification
    }
    let failure: any Error
    do {
      return Part(specification: try fitting(parameterShapes), prefix: "")
    } catch let error as ArchitectureError {
      guard case .unrecognized = error else { throw error }
      failure = error
    } catch let mismatch as ParameterMismatch {
      failure = mismatch
    }
    let witnesses = firstParameters
    var shared: any Error = failure
    for depth in 1...8 {
      var groups: [String: [String: Shape]] = [:]
      for (name, shape) in parameterShapes {
        let parts = name.split(separator: ".", maxSplits: depth, omittingEmptySubsequences: false)
        guard parts.count > depth else { continue }
        groups[parts[..<depth].joined(separator: ".") + ".", default: [:]][String(parts[depth])] = shape
      }
      var fits: [Part] = []
      for (prefix, shapes) in groups.sorted(by: { $0.key < $1.key }) {
        guard !witnesses.isDisjoint(with: StateDictNames.canonical(shapes).keys) else { continue }
        do {
          fits.append(Part(specification: try fitting(shapes), prefix: prefix))
        } catch let error where error is ArchitectureError || error is ParameterMismatch {
          // What differs is told of the names without what all of them begin with.
          if groups.count == 1 { shared = error }
        }
      }
      let trained = fits.filter { !isAverage($0.prefix) }
      if let only = (trained.isEmpty ? fits : trained).first, (trained.isEmpty ? fits : trained).count == 1 {
        return only
      }
      guard fits.isEmpty else { throw ArchitectureError.severalNets(fits.map(\.prefix)) }
    }
    throw shared
  }

  /// Whether a module's name says that its weights are averages over training steps.
  private static func isAverage(_ prefix: String) -> Bool {
    let words = prefix.lowercased().split { $0 == "." || $0 == "_" }
    return words.contains { ["ema", "averaged", "swa", "netema"].contains($0) }
  }

  /// The first parameter of every net: modules without one of these need not be looked at.
  private static var firstParameters: Set<String> {
    Set(
      all.compactMap { architecture in
        try? architecture.blueprint(ArchitectureSpecification(architecture.name)).parameters.first?.name
      })
  }
}
