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
/// those that take away more of the grid than they change of the output: judged by what is measured, band by band, not by
/// what ought to follow.
///
/// A step by which a band's verdict falls is worth a change of the output by ``mostChange``. Of all that was tried, the
/// network is sought whose bands still have, together with its change, the least.
struct RepairSearch {
  let subject: any RepairSubject
  let options: RewriteOptions
  let methods: [RewriteMethod]
  /// In units of the output's deviation.
  var mostChange: Double
  let context: RunContext

  /// ``mostChange`` where every step is worth any change; among equal steps the smallest change is still sought.
  static let anyChange = 1e6

  /// What one way to rewrite did to the network as it was.
  private struct Attempt {
    /// Among all trials.
    let index: Int
    let layers: [String]
    let method: RewriteMethod
    let price: Double
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
        let price = price(of: state, from: start)
        guard helps, price < self.price(of: start, from: start) else {
          trials[trials.count - 1].fate =
            helps ? .tooCostly : state.grade.isWorse(than: start.grade) ? .worsens : .gainsNothing
          return nil
        }
        return Attempt(index: trials.count - 1, layers: layers, method: method, price: price)
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
    attempts.sort { ($0.price, $0.index) < ($1.price, $1.index) }
    var state = start
    for attempt in attempts where !state.grade.isClean {
      let layers = attempt.layers.filter { !state.has($0) }
      guard layers.count == attempt.layers.count || (layers.count > 0 && attempt.layers.count > 1) else {
        continue
      }
      let next = try rewritten(state, layers, with: attempt.method, counting: "together")
      if !next.grade.improves(on: state.grade) || next.grade.isWorse(than: start.grade) {
        trials[attempt.index].fate = .unneeded
      } else if price(of: next, from: start) >= price(of: state, from: start) {
        trials[attempt.index].fate = .tooCostly
      } else {
        state = next
      }
    }
    state = try pruned(state, from: start)
    for attempt in attempts {
      let kept = attempt.layers.filter { layer in
        state.rewrites.contains { $0.layer == layer && $0.method == attempt.method }
      }
      if kept.count == attempt.layers.count { trials[attempt.index].fate = .kept }
      if trials[attempt.index].fate == nil { trials[attempt.index].fate = .unneeded }
    }
    return (state, trials)
  }

  /// Without rewrites that the others make unnecessary, or whose gain is not worth their change.
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
      if price(of: fewer, from: start) <= price(of: state, from: start), !fewer.grade.isWorse(than: start.grade) {
        state = fewer
      }
    }
    return state
  }

  /// What is left of the grid at ``mostChange`` a step, and the change of the output.
  private func price(of state: RepairedState, from start: RepairedState) -> Double {
    mostChange * state.grade.steps(since: start.grade) + change(state, from: start)
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
    /// Whether some band showed less, by its verdict or a fifth of it, and none more than before.
    public var helps: Bool
    /// What became of it; `nil` where it could not be done.
    public var fate: Fate?
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

    /// Whether a rewriting is in the repaired network, and if not why.
    public enum Fate: String, Encodable, Sendable {
      case kept
      /// Some band got worse.
      case worsens
      /// No band fell, nor lost a fifth.
      case gainsNothing = "gains_nothing"
      /// It takes away less than the change of the output that comes with it is worth.
      case tooCostly = "too_costly"
      /// What is kept does the same, or leaves it nothing to do.
      case unneeded
    }

    private enum CodingKeys: String, CodingKey {
      case layers, method, verdicts, change, helps, fate, failure
    }

    /// Verdicts stand under their periods.
    public func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(layers, forKey: .layers)
      try container.encode(method, forKey: .method)
      try container.encode(Dictionary(uniqueKeysWithValues: verdicts.map { ("\($0)", $1) }), forKey: .verdicts)
      try container.encode(change, forKey: .change)
      try container.encode(helps, forKey: .helps)
      try container.encode(fate, forKey: .fate)
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
