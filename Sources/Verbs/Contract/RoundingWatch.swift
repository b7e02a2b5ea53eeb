import GinghamDifferentiation
import GinghamNetworks
import GinghamTensors

/// A differentiator that notes when gradients are taken through the rounding of a quantised network: they are passed
/// straight through (``Quantization``), so what comes out is the gradient of the network without rounding.
///
/// Runs are handed this one, so no verb can differentiate without saying so.
final class RoundingWatch: Differentiator {
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
    return try base.plan(request)
  }
}

/// What comes to light while a run computes and belongs beside whatever it finds; each once.
final class RunRemarks {
  private(set) var all: [String] = []

  func add(_ remark: String) {
    if !all.contains(remark) { all.append(remark) }
  }
}
