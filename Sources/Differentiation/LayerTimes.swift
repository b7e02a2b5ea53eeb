/// A layer as a plan runs it: an operator, or several that one kernel does at once.
public struct PlannedLayer: Hashable, Sendable {
  /// Of the operators, in order; the first one's names the layer.
  public var names: [String]
  /// What they compute, such as "Conv + Relu".
  public var operations: String
  /// Which code does it. The reference engine's kernels have "fallback" in their names.
  public var kernel: String

  /// With the properties of the same names.
  public init(names: [String], operations: String, kernel: String) {
    self.names = names
    self.operations = operations
    self.kernel = kernel
  }
}

/// How long each layer of a plan has taken, added up over all passes that it ran in.
public final class LayerTimes {
  /// Of each layer, over all passes.
  public private(set) var forward: [Duration]
  /// Of each layer, over all passes.
  public private(set) var backward: [Duration]

  /// With the property of the same name.
  public init(layers: Int) {
    forward = Array(repeating: .zero, count: layers)
    backward = Array(repeating: .zero, count: layers)
  }

  /// Adds to a layer's time.
  public func addForward(_ duration: Duration, to layer: Int) { forward[layer] += duration }
  /// Adds to a layer's time.
  public func addBackward(_ duration: Duration, to layer: Int) { backward[layer] += duration }
}

/// A plan that can tell what it runs and how long each part takes.
public protocol LayeredPlan: GradientPlan {
  /// In the order of the forward pass.
  var layers: [PlannedLayer] { get }
  /// Where passes add the time that each of ``layers`` takes; `nil` leaves the clock alone.
  var layerTimes: LayerTimes? { get set }
}
