import GinghamNetworks
import GinghamTensors

extension OperatorTable {
  /// Losses, which some exports of training graphs end in.
  static let losses: [String: OperatorTranslator] = [
    "NegativeLogLikelihoodLoss": composed(2...3) { c in try c.likelihoodLoss(of: c.input(0)) },
    "SoftmaxCrossEntropyLoss": composed(2...3) { c in
      let logarithms = try c.input(0).applying(.softmax(Softmax(axis: 1, isLogarithmic: true)))
      return [try c.likelihoodLoss(of: logarithms), c.node.isOutputRead(1) ? logarithms : nil]
    },
  ]
}

extension Composer {
  /// −w·log p of the wanted class at every place, and its mean or sum; the mean is that over weights.
  fileprivate func likelihoodLoss(of logarithms: Term) throws -> Term {
    let target = try input(1)
    let ignored = try node.attributes.int("ignore_index").map { target.combined(.equal, integer($0)) }
    let wanted = ignored.map { select($0, integer(0), target) } ?? target
    let zero = number(0, like: logarithms)
    let picked = apply(.gatherElements(axis: 1), logarithms, wanted.unsqueezed([1])).squeezed([1])
    var weights = optional(2)?.gathered(wanted) ?? picked * 0.0 + 1.0
    if let ignored { weights = select(ignored, zero, weights) }
    let losses = -(picked * weights)
    switch try node.attributes.string("reduction") ?? "mean" {
    case "none": return losses
    case "sum": return losses.total()
    case "mean": return losses.total() / weights.total()
    case let other: throw node.malformed("attribute 'reduction' is '\(other)'")
    }
  }
}
