import COneDNN
import GinghamDifferentiation
import GinghamNetworks
import GinghamTensors

/// A convolution as oneDNN sees it, used for a layer's forward pass, for backward passes that are convolutions
/// themselves, and for the gradient of a strided one.
struct ConvolutionProblem {
  var source: Layout
  var destination: Layout
  var groups: Int
  var window: PrimitiveWindow
  /// What is read: the source, of a gradient of this convolution the destination.
  var format: OperandFormat
  /// Whether the result of the forward pass is rounded as it is stored.
  var storesRounded = false

  init(
    source: Layout, destination: Layout, groups: Int, axes: [AxisGeometry], format: OperandFormat = .float32
  ) {
    self.format = format
    self.source = source
    self.destination = destination
    self.groups = groups
    window = PrimitiveWindow(axes)
  }

  init(source: Layout, destination: Layout, axes: [SubPixelAxis], format: OperandFormat) {
    self.format = format
    self.source = source
    self.destination = destination
    groups = 1
    window = PrimitiveWindow(
      kernel: axes.map(\.kernel), strides: axes.map(\.stride), dilations: axes.map { _ in 1 },
      padBefore: axes.map(\.padBefore), padAfter: axes.map(\.padAfter))
  }

  /// The convolution that sends gradients back through this one, which has strides of one. `nil` where it would need
  /// negative padding.
  var flipped: ConvolutionProblem? {
    var result = self
    (result.source, result.destination) = (destination, source)
    result.storesRounded = false
    for axis in window.kernel.indices {
      let reach = window.dilations[axis] * (window.kernel[axis] - 1)
      let extents = (source.shape.spatial[axis], destination.shape.spatial[axis])
      result.window.padBefore[axis] = reach - window.padBefore[axis]
      result.window.padAfter[axis] = extents.0 - extents.1 + window.padBefore[axis]
      guard result.window.padBefore[axis] >= 0, result.window.padAfter[axis] >= 0 else { return nil }
    }
    return result
  }

  /// Whether Winograd's algorithm (Lavin & Gray 2016) saves more multiplications than its transforms and larger weights
  /// cost: many positions for each weight. A rule on the shape, so that equal shapes always take the same way.
  var suitsWinograd: Bool {
    guard format.isExact, window.kernel == [3, 3], window.strides == [1, 1], window.dilations == [1, 1], groups == 1,
      source.form == .blocked,
      destination.form == .blocked
    else { return false }
    let positions = destination.shape.spatial.reduce(1, *)
    let channels = min(source.shape[1], destination.shape[1])
    return channels >= 32 && (positions >= 784 || (positions >= 196 && channels >= 512))
  }

  private var weightDimensions: [Int] {
    let (inputs, outputs) = (source.shape[1] / groups, destination.shape[1] / groups)
    return (groups > 1 ? [groups, outputs, inputs] : [outputs, inputs]) + window.kernel
  }

  /// The weights (out, in/groups, k…) in row-major order, as oneDNN describes them.
  func plainWeights() throws -> MemoryDescription {
    let dimensions = weightDimensions
    return try .strided(dimensions, strides: Shape(dimensions).strides)
  }

  /// How oneDNN sees what a pass reads and what it writes.
  func read(_ pass: Phase) throws -> MemoryDescription {
    try (pass == .forward ? source : destination).descriptor(format.type)
  }

  func written(_ pass: Phase) throws -> MemoryDescription {
    try pass == .forward ? destination.descriptor(storesRounded ? dnnl_bf16 : nil) : source.descriptor()
  }

  func forward(
    _ library: OneDNN, algorithm: dnnl_alg_kind_t = dnnl_convolution_direct, hasBias: Bool,
    fusing operations: [PostOperation] = []
  ) throws -> PrimitiveDescription? {
    try .convolution(
      dnnl_forward_inference, algorithm, from: try read(.forward), weights: try .open(weightDimensions, format.type),
      bias: hasBias ? try .vector(destination.shape[1]) : nil, to: try written(.forward), window, fusing: operations,
      library)
  }

  func backward(_ library: OneDNN) throws -> PrimitiveDescription? {
    guard let adjoint = try adjoint(library) else { return nil }
    return try .convolutionGradient(
      at: try written(.backward), weights: try .open(weightDimensions, format.type), of: try read(.backward), window,
      forward: adjoint, library)
  }

  /// The forward pass whose gradient the backward pass is, as oneDNN wants to see it.
  private func adjoint(_ library: OneDNN) throws -> PrimitiveDescription? {
    // It reads what the backward pass writes; only its geometry counts.
    try .convolution(
      dnnl_forward_training, dnnl_convolution_direct, from: try source.descriptor(format.type),
      weights: try .open(weightDimensions, format.type), bias: nil, to: try read(.backward), window, library)
  }
}
