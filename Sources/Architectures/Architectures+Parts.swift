import GinghamNetworks
import GinghamTensors

extension Architectures {
  /// A net that a file holds under a prefix of its parameters' names, as wrappers write them: `model.`, `generator.`.
  public struct Part: Hashable, Sendable {
    /// The architecture that the part belongs to.
    public let specification: ArchitectureSpecification
    /// With its dot; empty where the net is the whole file.
    public let prefix: String
    /// Prefixes of modules that hold averages of the part's weights over training steps, as the file has them.
    public var averages: [String] = []
    /// Whether the part's own weights are such averages.
    public var isAverage = false
  }

  /// The net of a file, under whichever prefix it stands.
  ///
  /// Where the names as they are fit nothing, those below each module are tried, from the outside in. Weights that were
  /// averaged during training (``AveragedNames``) stand back behind the ones they are averages of.
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
    func part(_ shapes: [String: Shape], prefix: String) throws -> Part {
      let names = Set(shapes.keys.map { name in name.firstIndex(of: ".").map { String(name[...$0]) } ?? name })
      let averages = names.filter { $0.hasSuffix(".") && AveragedNames.contains($0, beside: names) }
      do {
        return Part(specification: try fitting(shapes), prefix: prefix)
      } catch let error where error is ArchitectureError || error is ParameterMismatch {
        let others = shapes.filter { name, _ in !averages.contains { name.hasPrefix($0) } }
        guard !averages.isEmpty, let rest = try? fitting(others) else { throw error }
        return Part(specification: rest, prefix: prefix, averages: averages.map { prefix + $0 }.sorted())
      }
    }
    let failure: any Error
    do {
      return try part(parameterShapes, prefix: "")
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
          fits.append(try part(shapes, prefix: prefix))
        } catch let error where error is ArchitectureError || error is ParameterMismatch {
          // What differs is told of the names without what all of them begin with.
          if groups.count == 1 { shared = error }
        }
      }
      let beside = Array(groups.keys) + parameterShapes.keys
      for index in fits.indices { fits[index].isAverage = AveragedNames.contains(fits[index].prefix, beside: beside) }
      let trained = fits.filter { !$0.isAverage }
      if var only = (trained.isEmpty ? fits : trained).first, (trained.isEmpty ? fits : trained).count == 1 {
        if !trained.isEmpty { only.averages += fits.filter(\.isAverage).map(\.prefix) }
        return only
      }
      guard fits.isEmpty else { throw ArchitectureError.severalNets(fits.map(\.prefix)) }
    }
    throw shared
  }

  /// The first parameter of every net: modules without one of these need not be looked at.
  private static var firstParameters: Set<String> {
    Set(
      all.compactMap { architecture in
        try? architecture.blueprint(ArchitectureSpecification(architecture.name)).parameters.first?.name
      })
  }
}
