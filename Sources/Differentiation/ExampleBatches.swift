import GinghamNetworks
import GinghamTensors

/// A differentiator that takes batches of any size where the network's file takes one only.
///
/// Exporters may write the batch of their example input into a graph so that what another batch would need cannot be told
/// (``ShapeError/fixedExtent(_:exported:found:)``). Pictures then go through in batches of the file's own size, one behind
/// the other: the same numbers, as no picture sees another. Everywhere else plans are the base's.
///
/// Activations have their pictures first: a row of classes that a network squeezed to K for its one picture is 1×K, and
/// where maps are read, windows that were cut out of all pictures of a batch are each picture's own.
public final class ExampleBatches: Differentiator {
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
    guard let batch = request.inputShapes.first?.dimensions.first, batch > 0,
      request.inputShapes.allSatisfy({ $0.dimensions.first == batch })
    else { return try base.plan(request) }
    do {
      let plan = try base.plan(request)
      // One number for every picture of a batch is no row; what has one axis is no picture.
      guard request.inputShapes[0].rank > 1,
        plan.targetShapes.contains(where: { $0.dimensions.first != batch && ($0.rank < 2 || request.readsMaps) })
      else { return plan }
      return try BatchedPlan(batch == 1 ? plan : base.plan(request.holding(1)), for: request) ?? plan
    } catch let error as NetworkError {
      guard case .shape = error else { throw error }
      let example = (network.inputs.first?.shape.first ?? nil) ?? 1
      guard example > 0, example != batch, let plan = try? base.plan(request.holding(example)),
        let batched = BatchedPlan(plan, for: request)
      else { throw error }
      return batched
    }
  }
}

extension PlanRequest {
  /// The same request for batches of another size.
  fileprivate func holding(_ batch: Int) -> PlanRequest {
    var request = self
    for index in request.inputShapes.indices { request.inputShapes[index][0] = batch }
    return request
  }
}

/// A plan that puts batches through another one's smaller or larger batches.
private final class BatchedPlan: GradientPlan {
  let request: PlanRequest
  let targetShapes: [Shape]
  let gradientShapes: [Shape]
  private let plan: any GradientPlan
  /// Pictures of the request, and of the plan beneath.
  private let (batch, part): (Int, Int)
  private var inputs: [Tensor] = []
  /// Which part went through last, as only its gradients can be asked for.
  private var current: Int?

  /// `nil` where what the plan hands out cannot be told apart by pictures.
  init?(_ plan: any GradientPlan, for request: PlanRequest) {
    let (batch, part) = (request.inputShapes[0][0], plan.request.inputShapes[0][0])
    func whole(_ shape: Shape) -> Shape? {
      if shape.dimensions.first == part { return Shape([batch] + shape.dimensions.dropFirst()) }
      return part == 1 && (shape.rank < 2 || request.readsMaps) ? Shape([batch] + shape.dimensions) : nil
    }
    guard let targets = plan.targetShapes.map(whole) as? [Shape],
      let gradients = batch == part ? plan.gradientShapes : plan.gradientShapes.map(whole) as? [Shape]
    else { return nil }
    self.plan = plan
    self.request = request
    (self.batch, self.part) = (batch, part)
    (targetShapes, gradientShapes) = (targets, gradients)
  }

  private var partCount: Int { (batch + part - 1) / part }

  func forward(_ inputs: [Tensor], into activations: inout [Tensor]) throws {
    guard inputs.count == request.inputShapes.count else {
      throw EngineError.wrongInputCount(expected: request.inputShapes.count, found: inputs.count)
    }
    for (input, shape) in zip(inputs, request.inputShapes) where input.shape != shape {
      throw EngineError.wrongInputShape(expected: shape, found: input.shape)
    }
    self.inputs = inputs
    var parts: [[Tensor]] = []
    for index in 0..<partCount { parts.append(try run(index)) }
    activations = joined(parts, plan.targetShapes, targetShapes)
  }

  func backward(_ cotangents: [Tensor], into gradients: inout [Tensor]) throws {
    guard !inputs.isEmpty else { throw EngineError.noForwardPass }
    let views = zip(cotangents, targetShapes).map { $0.reshaped(to: $1) }
    var parts: [[Tensor]] = []
    // From the end, as the last part's pass is still there.
    for index in (0..<partCount).reversed() {
      if current != index { _ = try run(index) }
      let kept = kept(index)
      let shares = zip(views, plan.targetShapes).map { view, shape in
        let share = view.slice(axis: 0, kept)
        // Nobody asks about the pictures that only fill the batch up.
        let filling = Tensor(Shape([part - kept.count] + share.shape.dimensions.dropFirst()))
        return (kept.count == part ? share : Tensor.stacked([share, filling])).reshaped(to: shape)
      }
      parts.append(try plan.backward(shares))
    }
    gradients = joined(parts.reversed(), plan.gradientShapes, gradientShapes)
  }

  private func kept(_ index: Int) -> Range<Int> { (index * part)..<min((index + 1) * part, batch) }

  private func run(_ index: Int) throws -> [Tensor] {
    current = nil
    let kept = kept(index)
    let activations = try plan.forward(
      inputs.map { input in
        let last = input.slice(axis: 0, (kept.upperBound - 1)..<kept.upperBound)
        return .stacked(
          [input.slice(axis: 0, kept)] + [Tensor](repeating: last, count: part - kept.count))
      })
    current = index
    return activations
  }

  /// Parts one behind the other, without the pictures that filled the last one up.
  private func joined(_ parts: [[Tensor]], _ partShapes: [Shape], _ shapes: [Shape]) -> [Tensor] {
    shapes.indices.map { place in
      let rows = parts.map { tensors in
        let shape = partShapes[place]
        let view = tensors[place].reshaped(
          to: shape.dimensions.first == part ? shape : Shape([1] + shape.dimensions))
        return view
      }
      let whole = Tensor.stacked(rows)
      return (whole.shape[0] == batch ? whole : whole.slice(axis: 0, 0..<batch)).reshaped(to: shapes[place])
    }
  }
}
