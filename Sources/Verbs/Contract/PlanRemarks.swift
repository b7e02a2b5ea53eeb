import GinghamDifferentiation
import GinghamNetworks
import GinghamTensors

/// A differentiator that notes what nobody asked for and everybody should know: that gradients are taken through the
/// rounding of a quantised network, which passes them straight through (``Quantization``), so that they are those of the
/// network without rounding; and along which axis of a layer its channels are counted, where that is not the second.
///
/// Runs are handed this one, so no verb can differentiate without saying so.
final class PlanRemarks: Differentiator {
  private let base: any Differentiator
  private let remarks: RunRemarks

  var network: Network { base.network }
  var team: ThreadTeam { base.team }

  init(_ base: any Differentiator, telling remarks: RunRemarks) {
    self.base = base
    self.remarks = remarks
  }

  func plan(_ request: PlanRequest) throws -> any GradientPlan {
    if !request.gradients.isEmpty, network.roundsStraightThrough(leadingTo: request.targets) {
      remarks.add(
        "gradients pass straight through the rounding of quantised values (Bengio, Léonard & Courville 2013): they are "
          + "those of the network without rounding")
    }
    let plan = try base.plan(request)
    guard let maps = plan as? MapPlan else { return plan }
    for case (let target, let view?) in zip(request.targets, maps.views) {
      let places = [1: "second axis", view.source.rank - 1: "last axis"]
      remarks.add(
        "channels of '\(network.name(of: target))', \(view.source), are counted along its "
          + (places[view.channelAxis] ?? "axis \(view.channelAxis), from 0")
          + ", as the operators in front of it tell; what is not batch or channel is a position")
    }
    return plan
  }
}

/// What comes to light while a run computes and belongs beside whatever it finds; each once.
final class RunRemarks {
  private(set) var all: [String] = []

  func add(_ remark: String) {
    if !all.contains(remark) { all.append(remark) }
  }
}
