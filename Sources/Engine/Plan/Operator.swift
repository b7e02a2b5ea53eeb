import GinghamDifferentiation
import GinghamNetworks

/// A unit of the network, ready to lay out its steps: forward and backward side by side.
protocol Operator {
  /// Which code computes the unit, for people who look at where time goes.
  var kernel: String { get }
  /// Emits what computes the unit's output.
  func layForward(_ plan: PlanBuilder) throws
  /// Emits what sends the gradient at the output on to the inputs that want one.
  func layBackward(_ plan: PlanBuilder) throws
}
