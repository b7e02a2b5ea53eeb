import COneDNN
import GinghamDifferentiation
import GinghamNetworks
import GinghamTensors

/// Convolution with its bias, a residual sum and an activation in one pass over the result.
final class ConvolutionOperator: Operator {
  private let unit: Unit
  private let input: ValueID
  private let weightID: ValueID
  private let groups: Int
  private let bias: ValueID?
  private let axes: [AxisGeometry]
  private let activation: ActivationFunction?
  private let problem: ConvolutionProblem
  private let forwardDescription: PrimitiveDescription
  /// Whether the residual has to stand where the result goes.
  private let addsInPlace: Bool
  private let backwardWay: BackwardWay?
  /// Reordered together with the forward ones, so that the row-major copy can go.
  private var backwardWeights: KeptWeights?

  var kernel: String {
    let back =
      switch backwardWay {
      case .flipped(_, let algorithm): algorithm == dnnl_convolution_winograd ? "flipped, Winograd" : "flipped"
      case .subPixel: "by sub-pixels"
      case .scattered: "flipped, scattered"
      case .library(_, let description): description.implementation
      case nil: ""
      }
    return forwardDescription.implementation + (back.isEmpty ? "" : ", back \(back)")
  }

  /// How the gradient gets from the result to the input.
  private enum BackwardWay {
    /// Strides of one: a convolution with rotated, transposed weights. It may add, and rectify, while it stores.
    case flipped(ConvolutionProblem, dnnl_alg_kind_t)
    /// Few input channels: a convolution whose output channels are the pixels of a block.
    case subPixel(ConvolutionProblem, PrimitiveDescription, [SubPixelAxis])
    case library(ConvolutionProblem, PrimitiveDescription)
    /// Kernels of one pixel and strides: between the pixels that are read the gradient is zero.
    case scattered(ConvolutionProblem)
  }

  /// `nil` where oneDNN has no generated code for the layer.
  init?(_ unit: Unit, _ plan: PlanBuilder) throws {
    guard case .convolution(let convolution) = unit.lead.operation, let input = unit.lead.inputs[0],
      let weightID = unit.lead.inputs[1], plan.network.constants[weightID]?.tensor != nil
    else { return nil }
    self.unit = unit
    self.input = input
    self.weightID = weightID
    groups = convolution.groups
    bias = unit.lead.inputs.count > 2 ? unit.lead.inputs[2] : nil
    if let bias, plan.network.constants[bias]?.tensor == nil { return nil }
    activation = unit.activation.flatMap(ActivationFunction.init)
    let shape = try plan.shape(input)
    guard Layout.canBlock(shape), plan.network.constants[input] == nil else { return nil }
    axes = try convolution.window.axes(input: shape.spatial)

    // A picture's few channels are read as they stand: padding them to a block would only multiply zeros.
    let isFirst = shape[1] < plan.library.channelBlock && plan.existingForm(input) == .plain
    let exact: [(Form, Form, OperandFormat)] =
      (isFirst ? [(.plain, .blocked, .float32)] : []) + [(.blocked, .blocked, .float32), (.plain, .plain, .float32)]
    // Groups leave the matrix unit little to do.
    let forms = (plan.format.isExact || groups > 1 ? [] : [(.channelsLast, .channelsLast, plan.format)]) + exact
    // A derivative that is worked out from the result wants all of it.
    let keepsMask = if case .library? = activation?.derivative { false } else { true }
    var chosen: (ConvolutionProblem, PrimitiveDescription)?
    for (source, destination, format) in forms where chosen == nil {
      var problem = ConvolutionProblem(
        source: try plan.layout(input, source), destination: try plan.layout(unit.output, destination),
        groups: convolution.groups, axes: axes, format: format)
      if !format.isExact, keepsMask { problem.storesRounded = plan.isReadByProductsAlone(unit.output) }
      var operations: [PostOperation] = []
      if unit.residual != nil { operations.append(.binary(dnnl_binary_add, try problem.destination.descriptor())) }
      if let activation { operations.append(activation.postOperation) }
      let description = try problem.forward(plan.library, hasBias: bias != nil, fusing: operations)
      if let description, description.isFast { chosen = (problem, description) }
    }
    guard var chosen else { return nil }
    var addsInPlace = false
    if chosen.0.suitsWinograd {
      // Winograd's transform back can add to what is there, but fuses no other tensor.
      let sum: [PostOperation] = unit.residual == nil ? [] : [.sum]
      if let description = try chosen.0.forward(
        plan.library, algorithm: dnnl_convolution_winograd, hasBias: bias != nil,
        fusing: sum + (activation.map { [$0.postOperation] } ?? []))
      {
        chosen.1 = description
        addsInPlace = unit.residual != nil
      }
    }
    self.addsInPlace = addsInPlace
    (problem, forwardDescription) = chosen
    if plan.isDifferentiated(input), plan.isDifferentiated(unit.output) {
      guard let way = try Self.backwardWay(problem, axes, from: plan.existingForm(input), plan.library) else {
        return nil
      }
      backwardWay = way
    } else {
      backwardWay = nil
    }
  }

  private static func backwardWay(
    _ problem: ConvolutionProblem, _ axes: [AxisGeometry], from form: Form, _ library: OneDNN
  ) throws -> BackwardWay? {
    if form == .plain, let way = try subPixelWay(problem, axes, library) { return way }
    if let way = try scatteredWay(problem, library) { return way }
    if problem.window.strides.allSatisfy({ $0 == 1 }), let flipped = problem.flipped,
      let description = try flipped.forward(library, hasBias: false), description.isFast
    {
      let winograd =
        flipped.suitsWinograd
        ? try flipped.forward(library, algorithm: dnnl_convolution_winograd, hasBias: false, fusing: [.sum]) : nil
      return .flipped(flipped, winograd == nil ? dnnl_convolution_direct : dnnl_convolution_winograd)
    }
    for form in [problem.destination.form, .blocked, .plain] {
      var candidate = problem
      candidate.source = problem.source.with(form)
      candidate.destination = problem.destination.with(form)
      if form != problem.destination.form { candidate.format = .float32 }
      if let description = try candidate.backward(library), description.isFast {
        return .library(candidate, description)
      }
    }
    return nil
  }

  private static func scatteredWay(_ problem: ConvolutionProblem, _ library: OneDNN) throws -> BackwardWay? {
    guard problem.source.form == .channelsLast, problem.window.strides.contains(where: { $0 > 1 }),
      problem.window.kernel.allSatisfy({ $0 == 1 }),
      (problem.window.padBefore + problem.window.padAfter).allSatisfy({ $0 == 0 })
    else { return nil }
    // The convolution of the pixels that are read alone.
    var dense = problem
    dense.window.strides = problem.window.strides.map { _ in 1 }
    dense.source = Layout(
      Shape(problem.source.shape.dimensions.prefix(2) + problem.destination.shape.spatial), problem.source.form,
      block: problem.source.block)
    guard let flipped = dense.flipped, try flipped.forward(library, hasBias: false)?.isFast == true else { return nil }
    return .scattered(flipped)
  }

  private static func subPixelWay(
    _ problem: ConvolutionProblem, _ axes: [AxisGeometry], _ library: OneDNN
  ) throws -> BackwardWay? {
    let shape = problem.source.shape
    guard problem.source.form != .blocked, problem.destination.form != .plain, problem.groups == 1, axes.count == 2,
      shape[1] * 2 <= library.channelBlock
    else { return nil }
    // With a stride of one, blocks of two by two still need fewer multiplications than channels padded to a register.
    let blocked = axes.map(\.withinPlane).compactMap { SubPixelAxis($0, block: max(2, $0.stride)) }
    guard blocked.count == 2 else { return nil }
    let channels = shape[1] * blocked[0].block * blocked[1].block
    let pixels = Layout(
      [shape[0], channels, blocked[0].count, blocked[1].count], problem.destination.form, block: library.channelBlock)
    let candidate = ConvolutionProblem(
      source: problem.destination, destination: pixels, axes: blocked, format: problem.format)
    guard let description = try candidate.forward(library, hasBias: false), description.isFast else { return nil }
    return .subPixel(candidate, description, blocked)
  }

  func layForward(_ plan: PlanBuilder) throws {
    let source = try plan.operand(input, problem.source.form, problem.format)
    let residual = try unit.residual.map { try plan.activation($0, problem.destination.form) }
    let kept = try keepWeights(plan)
    let target = try plan.define(unit.output, problem.storesRounded ? .bfloat16 : problem.destination.form)
    var operands: [(role: Int32, descriptor: MemoryDescription, at: Location)] = [
      (DNNL_ARG_SRC, try problem.read(.forward), source),
      (DNNL_ARG_WEIGHTS, kept.descriptor, kept.location),
      (DNNL_ARG_DST, try target.layout.descriptor(), target.location),
    ]
    if let bias { operands.append((DNNL_ARG_BIAS, try .vector(target.layout.channels), try plan.constant(bias))) }
    if let residual {
      if addsInPlace {
        plan.emitCopy(residual, to: target)
      } else {
        operands.append((fusedOperand(0), try residual.layout.descriptor(), residual.location))
      }
    }
    try plan.emit(forwardDescription, operands)
    if let activation { plan.emitMask(unit.output, activation, at: target) }
    if backwardWay != nil, !problem.format.isExact, unit.residual == nil,
      activation == nil || plan.masks[unit.output] != nil
    {
      plan.gradientReaders.insert(unit.output)
    }
  }

  /// Puts the weights into the layouts of both passes and returns the forward ones.
  private func keepWeights(_ plan: PlanBuilder) throws -> KeptWeights {
    let weights = ConvolutionWeights(tensor: try plan.takeTensor(weightID), groups: groups)
    defer { weights.tensor.letGo() }
    switch backwardWay {
    case .flipped(let flipped, let algorithm):
      // What is fused later does not change the layout that the weights should have.
      let fused: [PostOperation] = algorithm == dnnl_convolution_winograd ? [.sum] : []
      let description = try flipped.forward(plan.library, algorithm: algorithm, hasBias: false, fusing: fused)
      guard let description else { throw EngineError.library("oneDNN cannot run a convolution it offered") }
      backwardWeights = try plan.keepWeights(weights.flipped, flipped, for: description)
    case .scattered(let flipped):
      guard let description = try flipped.forward(plan.library, hasBias: false) else {
        throw EngineError.library("oneDNN cannot run a convolution it offered")
      }
      backwardWeights = try plan.keepWeights(weights.flipped, flipped, for: description)
    case .subPixel(let blocks, let description, let axes):
      backwardWeights = try plan.keepWeights(weights.subPixel(axes), blocks, for: description)
    case .library(let problem, let description):
      backwardWeights = try plan.keepWeights(weights.tensor, problem, for: description)
    case nil: break
    }
    return try plan.keepWeights(weights.tensor, problem, for: forwardDescription)
  }

  func layBackward(_ plan: PlanBuilder) throws {
    let form = problem.destination.form
    let sent =
      if let activation {
        try plan.gradient(before: activation, unit.output)
      } else {
        try plan.gradient(unit.output, plan.roundedGradient(unit.output) ? .bfloat16 : form)
      }
    guard let sent else { return }
    // Held while it is read, so that no contribution is added in place to the memory it comes from.
    plan.hold(sent)
    defer { plan.drop(sent) }
    if let residual = unit.residual { try plan.passOn(sent, to: residual) }
    switch backwardWay {
    case .flipped(let flipped, let algorithm): try layFlipped(flipped, algorithm, sent, plan)
    case .subPixel(let blocks, let description, let axes): try laySubPixel(blocks, description, axes, sent, plan)
    case .library(let problem, let description): try layLibrary(problem, description, sent, plan)
    case .scattered(let flipped): try layScattered(flipped, sent, plan)
    case nil: break
    }
  }

  private func layFlipped(
    _ flipped: ConvolutionProblem, _ algorithm: dnnl_alg_kind_t, _ sent: Placement, _ plan: PlanBuilder
  ) throws {
    // Winograd's transform back can add to what is there, but fuses no other tensor.
    let abilities: ContributionAbilities =
      algorithm == dnnl_convolution_winograd ? .accumulate : [.accumulate, .addend, .mask]
    var flipped = flipped
    let form = flipped.format.isExact ? flipped.destination.form : plan.storedGradientForm(input)
    flipped.storesRounded = form == .bfloat16
    try plan.contribute(to: input, form, able: abilities) { target in
      let (operations, extra) = try target.fused {
        try $0.descriptor()
      } mask: {
        try $0.descriptor()
      }
      guard
        let description = try flipped.forward(
          plan.library, algorithm: algorithm, hasBias: false, fusing: operations)
      else {
        throw EngineError.library("oneDNN cannot fuse into a flipped convolution")
      }
      try emit(flipped, description, from: sent, to: target.placement, extra, plan)
    }
  }

  private func laySubPixel(
    _ blocks: ConvolutionProblem, _ description: PrimitiveDescription, _ axes: [SubPixelAxis], _ sent: Placement,
    _ plan: PlanBuilder
  ) throws {
    try plan.contribute(to: input, .plain) { target in
      let pixels = plan.makePlacement(blocks.destination)
      try emit(blocks, description, from: sent, to: pixels, [], plan)
      plan.emitPixelShuffle(from: pixels, to: target.placement, rows: axes[0].block, columns: axes[1].block)
    }
  }

  private func layScattered(_ flipped: ConvolutionProblem, _ sent: Placement, _ plan: PlanBuilder) throws {
    guard let description = try flipped.forward(plan.library, hasBias: false) else {
      throw EngineError.library("oneDNN cannot run a convolution it offered")
    }
    let dense = plan.makePlacement(flipped.destination)
    try emit(flipped, description, from: sent, to: dense, [], plan)
    let form = flipped.destination.form
    try plan.contribute(to: input, form, able: .accumulate) { target in
      let layout = target.placement.layout
      if !target.accumulates { plan.emitFill(target.placement.location, count: layout.elementCount) }
      var read = ElementMap(layout)
      for (axis, geometry) in axes.enumerated() {
        read.tables[axis + 2] = (0..<geometry.output).map { read.tables[axis + 2][$0 * geometry.stride] }
      }
      plan.emitMove(
        from: dense.location, ElementMap(dense.layout).inMemoryOrder(of: form), to: target.placement.location,
        read.inMemoryOrder(of: form), adds: target.accumulates, isInjective: true)
    }
  }

  private func layLibrary(
    _ problem: ConvolutionProblem, _ description: PrimitiveDescription, _ sent: Placement, _ plan: PlanBuilder
  ) throws {
    let sent = try plan.operand(sent, problem.destination.form, problem.format)
    try plan.contribute(to: input, problem.source.form) { target in
      let kept = try weights(for: description, plan)
      try plan.emit(
        description,
        [
          (DNNL_ARG_DIFF_DST, try problem.read(.backward), sent),
          (DNNL_ARG_WEIGHTS, kept.descriptor, kept.location),
          (DNNL_ARG_DIFF_SRC, try target.placement.layout.descriptor(), target.placement.location),
        ])
    }
  }

  private func emit(
    _ problem: ConvolutionProblem, _ description: PrimitiveDescription, from source: Placement, to target: Placement,
    _ extra: [(role: Int32, descriptor: MemoryDescription, at: Location)], _ plan: PlanBuilder
  ) throws {
    let kept = try weights(for: description, plan)
    let source = try plan.operand(source, problem.source.form, problem.format)
    let operands: [(role: Int32, descriptor: MemoryDescription, at: Location)] = [
      (DNNL_ARG_SRC, try problem.read(.forward), source),
      (DNNL_ARG_WEIGHTS, kept.descriptor, kept.location),
      (DNNL_ARG_DST, try target.layout.descriptor(), target.location),
    ]
    try plan.emit(description, operands + extra)
  }

  private func weights(for description: PrimitiveDescription, _ plan: PlanBuilder) throws -> KeptWeights {
    guard let kept = backwardWeights else { throw missingHandle("backward weights") }
    return try plan.weights(kept, for: description)
  }
}

extension ContributionTarget {
  /// What a primitive that writes the contribution fuses, and the operands of that.
  ///
  /// - Parameters:
  ///   - shape: how the primitive sees a tensor of the contribution's layout.
  ///   - mask: how it sees a mask.
  func fused(
    shape: (Layout) throws -> MemoryDescription, mask: (Mask) throws -> MemoryDescription
  ) rethrows -> (
    operations: [PostOperation], operands: [(role: Int32, descriptor: MemoryDescription, at: Location)]
  ) {
    var operations: [PostOperation] = []
    var operands: [(role: Int32, descriptor: MemoryDescription, at: Location)] = []
    if accumulates { operations.append(.sum) }
    if let addend {
      let descriptor = try shape(addend.layout)
      operands.append((fusedOperand(operations.count), descriptor, addend.location))
      operations.append(.binary(dnnl_binary_add, descriptor))
    }
    if let factor = self.mask {
      let descriptor = try mask(factor)
      operands.append((fusedOperand(operations.count), descriptor, factor.location))
      operations.append(.binary(dnnl_binary_mul, descriptor))
    }
    return (operations, operands)
  }
}

/// The argument under which a fused binary operation finds its operand.
func fusedOperand(_ index: Int) -> Int32 {
  // DNNL_ARG_ATTR_MULTIPLE_POST_OP(index) | DNNL_ARG_SRC_1, a macro that does not reach Swift.
  (DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE * Int32(index + 1)) | DNNL_ARG_SRC_1
}
