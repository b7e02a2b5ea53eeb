import GinghamNetworks
import GinghamTensors

/// A differentiator that remembers the last plan, as work on a series of pictures asks for the same one again and
/// again. One only: a plan holds its reordered weights and every buffer.
public final class PlanCache: Differentiator {
  private let base: any Differentiator
  private var last: (any GradientPlan)?

  /// The net that plans are made of.
  public var network: Network { base.network }
  /// The threads that it runs on.
  public var team: ThreadTeam { base.team }

  /// With the property of the same name.
  public init(_ base: any Differentiator) {
    self.base = base
  }

  /// A plan for what is asked.
  ///
  /// - Throws: ``NetworkError`` and what the engine refuses.
  public func plan(_ request: PlanRequest) throws -> any GradientPlan {
    if let last, last.request == request { return last }
    // The old plan's memory is given back before the new one asks for its own.
    last = nil
    let plan = try base.plan(request)
    last = plan
    return plan
  }
}
