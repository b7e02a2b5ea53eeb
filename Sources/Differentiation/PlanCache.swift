import GinghamNetworks
import GinghamTensors

/// A differentiator that remembers the last plans, as work on a series of pictures asks for the same ones again and again.
/// Few only, mostly one: a plan holds its reordered weights and every buffer.
public final class PlanCache: Differentiator {
  private let base: any Differentiator
  private let capacity: Int
  /// The latest last.
  private var plans: [any GradientPlan] = []

  /// The net that plans are made of.
  public var network: Network { base.network }
  /// The threads that it runs on.
  public var team: ThreadTeam { base.team }

  /// - Parameter capacity: plans that are remembered, from 1.
  public init(_ base: any Differentiator, capacity: Int = 1) {
    self.base = base
    self.capacity = max(capacity, 1)
  }

  /// A plan for what is asked.
  ///
  /// - Throws: ``NetworkError`` and what the engine refuses.
  public func plan(_ request: PlanRequest) throws -> any GradientPlan {
    if let index = plans.firstIndex(where: { $0.request == request }) {
      plans.append(plans.remove(at: index))
      return plans[plans.count - 1]
    }
    // The old plan's memory is given back before the new one asks for its own.
    plans.removeFirst(max(plans.count - capacity + 1, 0))
    let plan = try base.plan(request)
    plans.append(plan)
    return plan
  }
}
