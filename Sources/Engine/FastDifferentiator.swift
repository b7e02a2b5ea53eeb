import COneDNN
import GinghamDifferentiation
import GinghamNetworks
import GinghamReferenceEngine
import GinghamTensors

/// The fast engine: oneDNN's generated code on channel blocks, planned once for a shape and a target.
public final class FastDifferentiator: Differentiator {
  /// The net that plans are made of.
  public let network: Network
  private let library: OneDNN
  private let constants: [String: Constant]
  private let format: OperandFormat

  /// - Parameters:
  ///   - constants: inputs fixed at a value, by name; they are not listed in a request's shapes.
  ///   - threads: how many threads a pass runs on. Results are the same bytes for the same number.
  ///   - precision: of the operands of convolutions and products with weights.
  ///   - emulates: whether operands are only rounded, and multiplied in 32 bits, so that any CPU does it.
  /// - Throws: ``EngineError/library(_:)`` where oneDNN does not start, ``EngineError/noInstructions(_:)`` where the CPU
  ///   cannot multiply in the precision.
  public init(
    network: Network, constants: [String: Constant] = [:], threads: Int, precision: Precision = .float32,
    emulates: Bool = false
  ) throws {
    self.network = network
    self.constants = constants
    format = OperandFormat(precision: precision, isEmulated: emulates)
    library = try OneDNN(threads: threads)
    if format.type == dnnl_bf16, !library.multipliesBFloat16 { throw EngineError.noInstructions(precision) }
  }

  /// The threads that it runs on.
  public var team: ThreadTeam {
    let threads = library.threads
    return ThreadTeam(threads: threads) { count, body in
      withoutActuallyEscaping(body) { ParallelLoop(count, threads: threads, $0).run() }
    }
  }

  /// A plan for what is asked.
  ///
  /// - Throws: ``NetworkError`` and what the engine refuses.
  public func plan(_ request: PlanRequest) throws -> any GradientPlan {
    try library.onThreads {
      let draft = try draft(request)
      try draft.builder.layOut()
      return try FastPlan(
        draft.builder, request: request, targetShapes: draft.targetShapes, gradientShapes: draft.gradientShapes,
        pictures: draft.pictures)
    }
  }

  /// What a request asks for, before any step is laid out.
  private struct Draft {
    var builder: PlanBuilder
    var targetShapes: [Shape]
    var gradientShapes: [Shape]
    /// Pictures that go through the plan one after the other.
    var pictures: Int
  }

  /// Only the builder holds the network when this returns, so that weights can leave it one by one.
  private func draft(_ request: PlanRequest) throws -> Draft {
    let whole = try bound(request)
    let targetShapes = try request.targets.map { try shape($0, in: whole) }
    let gradientShapes = try request.gradients.map { try shape($0, in: whole) }

    // Values share memory, so the largest one is all that is known before they are laid out.
    let largest = whole.nodes.flatMap(\.outputs).compactMap { whole.shapes[$0]?.elementCount }.max() ?? 0
    try request.check(whole, bytes: 2 * largest * MemoryLayout<Float>.stride)

    // A batch goes through picture by picture where no layer mixes pictures: what a picture needs stays in the cache.
    var (network, pictures) = (whole, 1)
    if let batch = request.inputShapes.first?.dimensions.first, batch > 1,
      let single = try singlePicture(request, of: whole)
    {
      (network, pictures) = (single, batch)
    }
    var structure = try wholeStructure(network, request)
    for value in request.gradients where !structure.differentiated.contains(network.resolved(value)) {
      throw EngineError.unreachable(value: network.name(of: value))
    }
    if let narrowed = try narrowed(network, structure, request) { (network, structure) = narrowed }
    let builder = PlanBuilder(
      network, request: request, structure: structure, exchange: Exchange(), library: library,
      format: format)
    return Draft(
      builder: builder, targetShapes: targetShapes, gradientShapes: gradientShapes, pictures: pictures)
  }

  private func wholeStructure(_ network: BoundNetwork, _ request: PlanRequest) throws -> Structure {
    let targets = try request.targets.map { target in
      Structure.Target(value: network.resolved(target), count: try shape(target, in: network).elementCount)
    }
    return Structure(network, targets: targets, request: request)
  }

  /// The network without what only channels need that nobody looks at. `nil` where the request names none, or where a
  /// wanted gradient flows through what would go: it is zero then, not unreachable.
  private func narrowed(_ whole: BoundNetwork, _ structure: Structure, _ request: PlanRequest) throws -> (
    BoundNetwork, Structure
  )? {
    guard !request.channels.isEmpty else { return nil }
    var (network, targets) = (whole, structure.targets)
    let protected = Set((request.gradients + request.rules.smoothing.keys).map(whole.resolved))
    for (index, target) in request.targets.enumerated() {
      guard let channels = request.channels[target] else { continue }
      let shape = try shape(target, in: whole)
      let found = network.narrow(
        targets[index].value, to: channels, block: library.channelBlock, keeping: protected)
      targets[index].value = found.value
      targets[index].offset = found.first * shape.dimensions.dropFirst(2).reduce(1, *)
    }
    let result = Structure(network, targets: targets, request: request)
    guard result.differentiated.isSuperset(of: structure.gradients) else { return nil }
    return (network, result)
  }

  private func bound(_ request: PlanRequest) throws -> BoundNetwork {
    let open = network.inputs.map { network.name(of: $0.value) }.filter { constants[$0] == nil }
    guard open.count == request.inputShapes.count else {
      throw EngineError.wrongInputCount(expected: open.count, found: request.inputShapes.count)
    }
    let shapes = Dictionary(zip(open, request.inputShapes)) { first, _ in first }
    let smoothed = Array(request.rules.smoothing.keys)
    let wanted = request.targets + request.gradients + smoothed
    let simple = try network.bound(to: shapes, constants: constants, leadingTo: wanted).foldingConstants()
      .simplified(targets: request.targets, keeping: request.gradients + smoothed)
    return simple.recognized(keeping: Set(wanted.map(simple.resolved)))
  }

  private func shape(_ value: ValueID, in network: BoundNetwork) throws -> Shape {
    let resolved = network.resolved(value)
    guard let shape = network.shapes[resolved] ?? network.constants[resolved]?.shape else {
      throw EngineError.library("'\(network.name(of: value))' has no shape: the network is not bound")
    }
    return shape
  }

  /// The same network for one picture of the batch, or `nil` where a layer mixes pictures.
  private func singlePicture(_ request: PlanRequest, of batched: BoundNetwork) throws -> BoundNetwork? {
    var single = request
    for index in single.inputShapes.indices {
      guard single.inputShapes[index].rank > 0, single.inputShapes[index][0] == request.inputShapes[0][0] else {
        return nil
      }
      single.inputShapes[index][0] = 1
    }
    guard let network = try? bound(single), batched.treatsPicturesAlone(comparedTo: network) else { return nil }
    return network
  }
}
