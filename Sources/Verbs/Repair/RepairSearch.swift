import GinghamLattices
import GinghamModels
import GinghamNetworks
import GinghamRewriting

/// A network on its way: what has been rewritten, and what it measures.
struct RepairedState {
  var model: Model
  var measured: RepairMeasurement
  var rewrites: [LayerRewrite] = []

  var grade: GridGrade { GridGrade(measured) }

  func has(_ layer: String) -> Bool { rewrites.contains { $0.layer == layer } }
}

/// Tries rewrites on the layers behind bands that were measured, each by itself and all of a method together, and keeps
/// those that help: judged by what is measured, band by band, not by what ought to follow.
struct RepairSearch {
  let subject: any RepairSubject
  let options: RewriteOptions
  let methods: [RewriteMethod]
  let context: RunContext

  /// What one way to rewrite did to the network as it was.
  private struct Attempt {
    let layers: [String]
    let method: RewriteMethod
    let grade: GridGrade
    let change: Double
  }

  /// Rewrites layers one after the other and measures.
  ///
  /// - Throws: ``ArtifactError`` where a layer cannot be rewritten, and what measuring throws.
  func rewritten(
    _ state: RepairedState, _ layers: [String], with method: RewriteMethod, counting what: String
  ) throws -> RepairedState {
    var state = state
    // What a layer's channels carry depends on what stands between it and where the grid is looked for.
    let order = method == .stagger && subject.kind == .gradients ? layers.reversed() : layers
    for layer in order {
      var options = options
      if method == .stagger { options.offsets = try subject.staggering(of: layer, in: state.model) }
      var network = state.model.network
      state.rewrites.append(
        try network.rewrite(layer: layer, with: method, options: options, bound: state.model.bound()))
      state.model = state.model.with(network)
    }
    let place = { (name: String) in layers.firstIndex(of: name) ?? -1 }
    state.rewrites.sort { place($0.layer) < place($1.layer) }
    state.measured = try subject.measure(state.model, counting: what)
    return state
  }

  /// - Parameters:
  ///   - start: the network as it was.
  ///   - candidates: layers that may be behind the grid, in the network's order.
  /// - Returns: the network with what helps rewritten, and every trial.
  func run(
    from start: RepairedState, on candidates: [String]
  ) throws -> (state: RepairedState, trials: [RepairFindings.Trial]) {
    var trials: [RepairFindings.Trial] = []
    func attempt(_ layers: [String], _ method: RewriteMethod) throws -> Attempt? {
      guard !layers.isEmpty else { return nil }
      let name = layers.count == 1 ? layers[0] : "\(layers.count) layers"
      do {
        let state = try rewritten(start, layers, with: method, counting: "\(method.rawValue) \(name)")
        let change = self.change(state, from: start)
        let helps = state.grade.improves(on: start.grade)
        trials.append(.init(layers: layers, method: method, bands: state.grade, change: change, helps: helps))
        return helps ? Attempt(layers: layers, method: method, grade: state.grade, change: change) : nil
      } catch let error as ArtifactError {
        trials.append(.init(layers: layers, method: method, failure: "\(error)"))
        return nil
      }
    }
    var attempts: [Attempt] = []
    for method in methods {
      let applicable = start.model.network.layers(for: method).filter(candidates.contains)
      for layer in applicable { if let found = try attempt([layer], method) { attempts.append(found) } }
      if applicable.count > 1, let found = try attempt(applicable, method) { attempts.append(found) }
    }
    // Of those that leave equally little, the one that changes least goes first.
    attempts.sort { a, b in
      if a.grade.isClean, b.grade.isClean { return a.change < b.change }
      return a.grade.isBetter(than: b.grade)
    }
    var state = start
    for attempt in attempts where !state.grade.isClean {
      let layers = attempt.layers.filter { !state.has($0) }
      guard layers.count == attempt.layers.count || (layers.count > 0 && attempt.layers.count > 1) else { continue }
      let next = try rewritten(state, layers, with: attempt.method, counting: "together")
      if next.grade.improves(on: state.grade), !next.grade.isWorse(than: start.grade) { state = next }
    }
    return (try pruned(state, from: start), trials)
  }

  /// Without rewrites that the others make unnecessary.
  private func pruned(_ state: RepairedState, from start: RepairedState) throws -> RepairedState {
    var state = state
    for rewrite in state.rewrites where state.rewrites.count > 1 {
      var fewer = start
      for kept in state.rewrites where kept.layer != rewrite.layer {
        var options = options
        options.offsets = kept.offsets
        var network = fewer.model.network
        fewer.rewrites.append(
          try network.rewrite(layer: kept.layer, with: kept.method, options: options, bound: fewer.model.bound()))
        fewer.model = fewer.model.with(network)
      }
      fewer.measured = try subject.measure(fewer.model, counting: "without \(rewrite.layer)")
      if !state.grade.improves(on: fewer.grade), !fewer.grade.isWorse(than: state.grade) { state = fewer }
    }
    return state
  }

  private func change(_ state: RepairedState, from start: RepairedState) -> Double {
    RepairFindings.Difference(before: start.measured.outputs, after: state.measured.outputs, kind: subject.kind)
      .relativeRMS
  }
}

extension RepairFindings {
  /// One way to rewrite layers of the network as it was, and what came of it.
  public struct Trial: Encodable, Sendable {
    /// What was rewritten.
    public var layers: [String]
    /// How.
    public var method: RewriteMethod
    /// What still showed: the verdict of each band that was not clean.
    public var verdicts: [Int: SetVerdict]
    /// Root mean square by which outputs changed, over their deviation; `nil` where nothing was measured.
    public var change: Double?
    /// Whether fewer bands showed, or a fifth less of them, and none more than before.
    public var helps: Bool
    /// Why it could not be done.
    public var failure: String?

    init(
      layers: [String], method: RewriteMethod, bands: GridGrade? = nil, change: Double? = nil, helps: Bool = false,
      failure: String? = nil
    ) {
      (self.layers, self.method, self.change) = (layers, method, change)
      (self.helps, self.failure) = (helps, failure)
      verdicts = bands?.bands.mapValues(\.verdict) ?? [:]
    }

    private enum CodingKeys: String, CodingKey {
      case layers, method, verdicts, change, helps, failure
    }

    /// Verdicts stand under their periods.
    public func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(layers, forKey: .layers)
      try container.encode(method, forKey: .method)
      try container.encode(Dictionary(uniqueKeysWithValues: verdicts.map { ("\($0)", $1) }), forKey: .verdicts)
      try container.encode(change, forKey: .change)
      try container.encode(helps, forKey: .helps)
      try container.encodeIfPresent(failure, forKey: .failure)
    }
  }

  /// What became of the grid.
  public enum Outcome: String, Encodable, Sendable {
    /// Bands showed before; none does now.
    case repaired
    /// Some band still shows.
    case notRepaired = "not_repaired"
    /// Nothing showed before, and nothing does now.
    case clean
  }
}
