import COneDNN
import GinghamDifferentiation
import GinghamNetworks
import GinghamReferenceEngine
import GinghamTensors

/// A value in memory, in one of its forms.
struct Placement {
  var location: Location
  var layout: Layout
}

/// Collects the steps of a pass while operators are lowered one after the other: first all forward, then all backward
/// in reverse order.
final class PlanBuilder {
  let library: OneDNN
  /// Constants leave it once the steps hold them in their own layout.
  private(set) var network: BoundNetwork
  let request: PlanRequest
  let structure: Structure
  let exchange: Exchange
  /// What products read.
  let format: OperandFormat
  /// Values as factors of products, made for the first that reads them.
  var operands: [OperandKey: Location] = [:]
  /// Values whose gradients only a product reads, where their masks are fused into what writes them.
  var gradientReaders: Set<ValueID> = []

  private(set) var byteCounts: [Int] = []
  private(set) var forwardSteps: [Step] = []
  private(set) var backwardSteps: [Step] = []
  private(set) var phase = Phase.forward
  /// Each unit of the network, behind what goes in and out.
  private(set) var layers = [PlannedLayer(names: ["input and output"], operations: "", kernel: "copy")]
  /// Which of ``layers`` the steps to come work for.
  private var layer = 0
  /// Every form in which a value exists so far.
  private var activations: [ValueID: [Form: Placement]] = [:]
  private var constants: [ValueID: Location] = [:]
  /// Nodes that have yet to take each constant.
  private var takers: [ValueID: Int]
  /// Values that live in a slice of a concatenated one.
  let slices: ConcatenationSlices
  private var rootActivations: [ValueID: Location] = [:]
  /// Values that only rearrange elements of others.
  var views: [ValueID: View] = [:]
  /// What the gradient of an activation's result is multiplied by on its way to the activation's input.
  var masks: [ValueID: Mask] = [:]
  /// Masks that a maximum behind the value may take over.
  var deferredMasks: [ValueID: (function: ActivationFunction, placement: Placement)] = [:]
  var gradients: GradientTable

  init(
    _ network: BoundNetwork, request: PlanRequest, structure: Structure, exchange: Exchange, library: OneDNN,
    format: OperandFormat
  ) {
    self.library = library
    self.format = format
    self.network = network
    self.request = request
    self.structure = structure
    self.exchange = exchange
    // Ranges of channels are contiguous in blocks only.
    slices =
      format.isExact ? ConcatenationSlices(network, structure: structure, block: library.channelBlock) : .none
    gradients = GradientTable()
    takers = network.readerCounts
  }

  func beginBackward() { phase = .backward }

  /// Adds a layer and returns its place among ``layers``.
  func addLayer(_ unit: Unit, _ kernel: any Operator) -> Int {
    layers.append(
      PlannedLayer(
        names: unit.nodes.map(\.name), operations: unit.nodes.map(\.operation.name).joined(separator: " + "),
        kernel: kernel.kernel))
    return layers.count - 1
  }

  /// Counts the steps that `body` emits as a layer's.
  func working<Result>(for layer: Int, _ body: () throws -> Result) rethrows -> Result {
    let before = self.layer
    self.layer = layer
    defer { self.layer = before }
    return try body()
  }

  // MARK: Memory and steps

  func makeBuffer(byteCount: Int) -> Location {
    byteCounts.append(byteCount)
    return .buffer(BufferID(index: byteCounts.count - 1), offset: 0)
  }

  func makePlacement(_ layout: Layout) -> Placement {
    Placement(location: makeBuffer(byteCount: layout.byteCount), layout: layout)
  }

  func emit(_ touches: [Location], _ bind: @escaping (Addresses) throws -> () throws -> Void) {
    let step = Step(layer: layer, touches: touches.compactMap(\.buffer), bind: bind)
    if phase == .forward { forwardSteps.append(step) } else { backwardSteps.append(step) }
  }

  /// A loop over `count` items on all threads; `body` gets a thread's share.
  func emitLoop(
    _ touches: [Location], count: Int, _ bind: @escaping (Addresses) -> (Range<Int>) -> Void
  ) {
    let threads = library.threads
    emit(touches) { addresses in
      let loop = ParallelLoop(count, threads: threads, bind(addresses))
      return { loop.run() }
    }
  }

  func emit(
    _ description: PrimitiveDescription, _ operands: [(role: Int32, descriptor: MemoryDescription, at: Location)]
  ) throws {
    let primitive = try Primitive(description)
    var operands = operands
    if let scratchpad = description.scratchpad {
      operands.append((DNNL_ARG_SCRATCHPAD, scratchpad, makeBuffer(byteCount: scratchpad.byteCount)))
    }
    let library = library
    emit(operands.map(\.at)) { [operands] addresses in
      let call = try PrimitiveCall(
        primitive, operands.map { (role: $0.role, descriptor: $0.descriptor, base: addresses[$0.at]) }, library)
      return { try call.run() }
    }
  }

  // MARK: Values

  func shape(_ value: ValueID) throws -> Shape {
    if let shape = network.shapes[value] ?? network.constants[value]?.shape { return shape }
    throw EngineError.library("'\(network.name(of: value))' has no shape: the network is not bound")
  }

  func layout(_ value: ValueID, _ form: Form) throws -> Layout {
    Layout(try shape(value), form, block: library.channelBlock)
  }

  /// Memory for a value that the caller is about to write.
  func define(_ value: ValueID, _ form: Form) throws -> Placement {
    let layout = try layout(value, form)
    let location = form == .blocked ? sliceLocation(value, in: \.rootActivations, layout: layout) : nil
    let placement = Placement(location: location ?? makeBuffer(byteCount: layout.byteCount), layout: layout)
    activations[value, default: [:]][form] = placement
    return placement
  }

  /// Says that a value is already in memory.
  func define(_ value: ValueID, as placement: Placement) {
    activations[value, default: [:]][placement.layout.form] = placement
  }

  /// The form of 32 bits in which the value already exists, or is made most easily; row-major last where there is a
  /// choice.
  func existingForm(_ value: ValueID) -> Form {
    Form.byPreference.first { activations[value]?[$0] != nil } ?? (exists(value, .bfloat16) ? .channelsLast : .plain)
  }

  func exists(_ value: ValueID, _ form: Form) -> Bool { activations[value]?[form] != nil }

  /// The form in which values that are combined element by element need the fewest conversions.
  func commonForm(_ values: [ValueID]) -> Form {
    let forms = values.map(existingForm)
    return Form.byPreference.first(where: forms.contains) ?? .plain
  }

  /// The value in the wanted form, converted on first demand.
  func activation(_ value: ValueID, _ form: Form) throws -> Placement {
    if let placement = activations[value]?[form] { return placement }
    if network.constants[value] != nil {
      return Placement(location: try constant(value), layout: try layout(value, .plain))
    }
    guard
      let source = try (activations[value]?[existingForm(value)] ?? activations[value]?[.bfloat16])
        ?? views[value].map({ try materialize(value, $0, form) })
    else {
      throw EngineError.library("'\(network.name(of: value))' is read before it is computed")
    }
    if form == .blocked, slices[value] != nil {
      let target = try define(value, .blocked)
      try emitReorder(from: source, to: target)
      return target
    }
    activations[value, default: [:]][source.layout.form] = source
    let target = try converted(source, to: form)
    activations[value, default: [:]][form] = target
    return target
  }

  func converted(_ source: Placement, to form: Form) throws -> Placement {
    if source.layout.form == form { return source }
    let layout = source.layout.with(form)
    if form != .bfloat16, source.layout.form != .bfloat16, Layout.canBlock(layout.shape), layout.formsCoincide {
      return Placement(location: source.location, layout: layout)
    }
    let target = makePlacement(layout)
    try emitReorder(from: source, to: target)
    return target
  }

  func emitReorder(from source: Placement, to target: Placement) throws {
    try emitReorder(
      from: source.layout.descriptor(), at: source.location, to: target.layout.descriptor(), at: target.location)
  }

  func emitReorder(
    from: MemoryDescription, at source: Location, to: MemoryDescription, at target: Location
  ) throws {
    let description = try PrimitiveDescription.reorder(from: from, to: to, library)
    try emit(description, [(DNNL_ARG_FROM, from, source), (DNNL_ARG_TO, to, target)])
  }

  /// A value of the plan's own, for instance a result in an order that its readers like better.
  func addHiddenValue(_ shape: Shape, named name: String) -> ValueID {
    network.valueNames.append(name)
    let value = ValueID(network.valueNames.count - 1)
    network.shapes[value] = shape
    return value
  }

  /// A constant tensor's row-major elements, kept for as long as the plan lives.
  func constant(_ value: ValueID) throws -> Location {
    if let known = constants[value] { return known }
    guard let tensor = network.constants[value]?.floats else {
      throw EngineError.library("'\(network.name(of: value))' is no constant")
    }
    let pinned = tensor.pinned()
    exchange.kept.append(pinned)
    let location = Location.constant(UnsafeMutableRawPointer(mutating: pinned.base))
    constants[value] = location
    return location
  }

  /// A constant tensor for a step that puts it into its own layout. The last node to take one takes it away: from then
  /// on its row-major elements need no memory.
  func takeTensor(_ value: ValueID) throws -> Tensor {
    guard let tensor = network.constants[value]?.tensor else {
      throw EngineError.library("'\(network.name(of: value))' is no constant")
    }
    takers[value, default: 1] -= 1
    if takers[value] == 0 { network.constants[value] = nil }
    return tensor
  }

  /// Memory that the plan keeps, such as reordered weights.
  func keep(_ block: MemoryBlock) -> Location {
    exchange.blocks.append(block)
    return .constant(block.base)
  }

  func sliceLocation(
    _ value: ValueID, in roots: ReferenceWritableKeyPath<PlanBuilder, [ValueID: Location]>, layout: Layout
  ) -> Location? {
    guard let slice = slices[value] else { return nil }
    let positions = layout.shape.spatial.reduce(1, *)
    let root: Location
    if let known = self[keyPath: roots][slice.root] {
      root = known
    } else {
      root = makeBuffer(byteCount: slice.rootChannels * positions * MemoryLayout<Float>.stride)
      self[keyPath: roots][slice.root] = root
    }
    return root.advanced(by: slice.channel * positions * MemoryLayout<Float>.stride)
  }
}

/// What goes in and out of a plan while it runs, and what must live as long as it does.
final class Exchange {
  var inputs: [UnsafePointer<Float>] = []
  var activations: [UnsafeMutablePointer<Float>] = []
  var cotangents: [UnsafePointer<Float>] = []
  var gradients: [UnsafeMutablePointer<Float>] = []
  /// Which picture of a batch is running.
  var picture = 0
  var kept: [PinnedTensor] = []
  var blocks: [MemoryBlock] = []
}
