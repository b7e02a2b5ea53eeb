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
  /// `nil` where values stand wherever the system puts them.
  var memory: PlanMemory? { get }
}

/// What the values of a pass take up, weights and what goes in and comes out apart.
public struct PlanMemory: Hashable, Sendable {
  /// What the plan holds, in bytes.
  public var bytes: Int
  /// What one pass in this order of steps cannot do without, in bytes: all values that are needed at the same time, where
  /// these are most. A plan may hold more, so that values fit beside each other, and the way back can be gone again.
  public var leastBytes: Int

  /// With the properties of the same names.
  public init(bytes: Int, leastBytes: Int) {
    self.bytes = bytes
    self.leastBytes = leastBytes
  }
}
