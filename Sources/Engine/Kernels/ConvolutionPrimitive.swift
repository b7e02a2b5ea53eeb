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
  var kernel: [Int]
  var strides: [Int]
  var dilations: [Int]
  var padBefore: [Int]
  var padAfter: [Int]
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
    kernel = axes.map(\.kernel)
    strides = axes.map(\.stride)
    dilations = axes.map(\.dilation)
    padBefore = axes.map(\.padBefore)
    // What the last window really reaches; a declared padding that no window reads does not matter.
    padAfter = axes.map { max(0, ($0.output - 1) * $0.stride + $0.extent - $0.input - $0.padBefore) }
  }

  init(source: Layout, destination: Layout, axes: [SubPixelAxis], format: OperandFormat) {
    self.format = format
    self.source = source
    self.destination = destination
    groups = 1
    kernel = axes.map(\.kernel)
    strides = axes.map(\.stride)
    dilations = axes.map { _ in 1 }
    padBefore = axes.map(\.padBefore)
    padAfter = axes.map(\.padAfter)
  }

  /// The convolution that sends gradients back through this one, which has strides of one. `nil` where it would need
  /// negative padding.
  var flipped: ConvolutionProblem? {
    var result = self
    (result.source, result.destination) = (destination, source)
    result.storesRounded = false
    for axis in kernel.indices {
      let reach = dilations[axis] * (kernel[axis] - 1)
      let extents = (source.shape.spatial[axis], destination.shape.spatial[axis])
      result.padBefore[axis] = reach - padBefore[axis]
      result.padAfter[axis] = extents.0 - extents.1 + padBefore[axis]
      guard result.padBefore[axis] >= 0, result.padAfter[axis] >= 0 else { return nil }
    }
    return result
  }

  /// Whether Winograd's algorithm (Lavin & Gray 2016) saves more multiplications than its transforms and larger weights
  /// cost: many positions for each weight. A rule on the shape, so that equal shapes always take the same way.
  var suitsWinograd: Bool {
    guard format.isExact, kernel == [3, 3], strides == [1, 1], dilations == [1, 1], groups == 1,
      source.form == .blocked,
      destination.form == .blocked
    else { return false }
    let positions = destination.shape.spatial.reduce(1, *)
    let channels = min(source.shape[1], destination.shape[1])
    return channels >= 32 && (positions >= 784 || (positions >= 196 && channels >= 512))
  }

  private var weightDimensions: [Int] {
    let (inputs, outputs) = (source.shape[1] / groups, destination.shape[1] / groups)
    return (groups > 1 ? [groups, outputs, inputs] : [outputs, inputs]) + kernel
  }

  /// The weights (out, in/groups, k…) in row-major order, as oneDNN describes them.
  func plainWeights() throws -> dnnl_memory_desc_t {
    let dimensions = weightDimensions
    return try .strided(dimensions, strides: Shape(dimensions).strides)
  }

  /// How oneDNN sees what a pass reads and what it writes.
  func read(_ pass: Phase) throws -> dnnl_memory_desc_t {
    try (pass == .forward ? source : destination).descriptor(format.type)
  }

  func written(_ pass: Phase) throws -> dnnl_memory_desc_t {
    try pass == .forward ? destination.descriptor(storesRounded ? dnnl_bf16 : nil) : source.descriptor()
  }

  func forward(
    _ library: OneDNN, algorithm: dnnl_alg_kind_t = dnnl_convolution_direct, hasBias: Bool,
    fusing operations: [PostOperation] = []
  ) throws -> PrimitiveDescription? {
    var operation = dnnl_convolution_desc_t()
    var (from, to) = (try read(.forward), try written(.forward))
    var weights = try dnnl_memory_desc_t.open(weightDimensions, format.type)
    var bias = try dnnl_memory_desc_t.vector(destination.shape[1])
    let status = withUnsafePointer(to: &bias) { bias in
      dnnl_dilated_convolution_forward_desc_init(
        &operation, dnnl_forward_inference, algorithm, &from, &weights, hasBias ? bias : nil, &to,
        strides.map(Int64.init), dilations.map { Int64($0 - 1) }, padBefore.map(Int64.init), padAfter.map(Int64.init))
    }
    guard status == dnnl_success else { return nil }
    return try .make(operation, library, fusing: operations)
  }

  func backward(_ library: OneDNN) throws -> PrimitiveDescription? {
    var operation = dnnl_convolution_desc_t()
    var (from, to) = (try written(.backward), try read(.backward))
    var weights = try dnnl_memory_desc_t.open(weightDimensions, format.type)
    guard let hint = try adjoint(library) else { return nil }
    let status = dnnl_dilated_convolution_backward_data_desc_init(
      &operation, dnnl_convolution_direct, &from, &weights, &to, strides.map(Int64.init),
      dilations.map { Int64($0 - 1) }, padBefore.map(Int64.init), padAfter.map(Int64.init))
    guard status == dnnl_success else { return nil }
    return try .make(operation, library, hint: hint)
  }

  /// The forward pass whose gradient the backward pass is, as oneDNN wants to see it.
  private func adjoint(_ library: OneDNN) throws -> PrimitiveDescription? {
    var operation = dnnl_convolution_desc_t()
    // It reads what the backward pass writes; only its geometry counts.
    var (from, to) = (try source.descriptor(format.type), try read(.backward))
    var weights = try dnnl_memory_desc_t.open(weightDimensions, format.type)
    let status = dnnl_dilated_convolution_forward_desc_init(
      &operation, dnnl_forward_training, dnnl_convolution_direct, &from, &weights, nil, &to,
      strides.map(Int64.init), dilations.map { Int64($0 - 1) }, padBefore.map(Int64.init), padAfter.map(Int64.init))
    guard status == dnnl_success else { return nil }
    return try .make(operation, library)
  }
}
