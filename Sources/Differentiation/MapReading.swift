import GinghamNetworks
import GinghamTensors

/// A differentiator whose targets are maps N×C×H×W wherever a request asks for it (``PlanRequest/readsMaps``): tokens
/// N×T×C become N×C×1×T, N×H×W×C becomes N×C×H×W, as the operators in front of them tell (``MapView``). Every objective is
/// then about channels and positions, whatever the layer's layout. Everywhere else plans are the base's.
public final class MapReading: Differentiator {
  private let base: any Differentiator

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
    guard request.readsMaps, let bound = network.bound(asFarAsPossibleFor: request) else {
      return try base.plan(request)
    }
    var plain = request
    let axes = bound.channelAxes
    // Channels that stand last cannot be left out.
    plain.channels = request.channels.filter { value, _ in
      bound.shapes[bound.resolved(value)].map { bound.mapView(of: value, shape: $0, axes: axes) == nil } ?? true
    }
    let plan = try base.plan(plain)
    let views = zip(request.targets, plan.targetShapes).map { bound.mapView(of: $0, shape: $1, axes: axes) }
    return views.contains { $0 != nil } ? MapPlan(plan, request, views) : plan
  }
}

extension Network {
  /// For the axes alone: bound to the batch of its file where it takes no other.
  fileprivate func bound(asFarAsPossibleFor request: PlanRequest) -> BoundNetwork? {
    let names = inputs.map { name(of: $0.value) }
    guard names.count == request.inputShapes.count else { return nil }
    let shapes = Dictionary(zip(names, request.inputShapes)) { first, _ in first }
    if let bound = try? bound(to: shapes, leadingTo: request.targets) { return bound }
    guard let batch = inputs.first?.shape.first ?? nil, batch > 0 else { return nil }
    let example = shapes.mapValues { Shape([batch] + $0.dimensions.dropFirst()) }
    return try? bound(to: example, leadingTo: request.targets)
  }
}

/// A plan whose targets are turned into maps on the way out, and their cotangents back on the way in.
public final class MapPlan: GradientPlan {
  /// What the plan was asked for.
  public let request: PlanRequest
  /// A target that is no map as it lies has a view.
  public let views: [MapView?]
  /// Of the maps.
  public let targetShapes: [Shape]
  /// Of the gradients, which stay as they lie.
  public var gradientShapes: [Shape] { base.gradientShapes }
  /// What runs the layers.
  public let base: any GradientPlan
  private var layers: [Tensor] = []
  /// Cotangents as the layers lie; empty where there is no view.
  private var turned: [Tensor]

  init(_ plan: any GradientPlan, _ request: PlanRequest, _ views: [MapView?]) {
    (base, self.request, self.views) = (plan, request, views)
    targetShapes = zip(base.targetShapes, views).map { $1?.shape ?? $0 }
    turned = views.map { Tensor($0?.source ?? [0]) }
  }

  /// Runs forwards and writes the maps into `activations`.
  public func forward(_ inputs: [Tensor], into activations: inout [Tensor]) throws {
    try base.forward(inputs, into: &layers)
    if activations.map(\.shape) != targetShapes { activations = targetShapes.map { Tensor($0) } }
    for (index, view) in views.enumerated() {
      // What needs no turning changes places, so that either side writes into its own next time.
      if let view {
        view.write(mapOf: layers[index], into: &activations[index])
      } else {
        swap(&layers[index], &activations[index])
      }
    }
  }

  /// Takes cotangents of the maps.
  public func backward(_ cotangents: [Tensor], into gradients: inout [Tensor]) throws {
    for (index, view) in views.enumerated() { view?.write(layerOf: cotangents[index], into: &turned[index]) }
    try base.backward(views.indices.map { views[$0] == nil ? cotangents[$0] : turned[$0] }, into: &gradients)
  }
}
