import GinghamNetworks
import GinghamTensors

/// Writes a network down layer by layer, as a PyTorch module's `forward` reads.
///
/// Layers carry the name that torchvision's `get_graph_node_names` gives them: the module path, `_1`, `_2` … where a
/// module is called again, and `<module>.cat` or `<module>.add` for what is no module. Parameters carry the names of
/// the state dict. A builder declares parameters and leaves their values open; ``Blueprint`` fills them.
public struct NetworkBuilder: Sendable {
  /// The net that plans are made of.
  public private(set) var network: Network
  /// What weights are read into, in the order of definition.
  public private(set) var parameters: [Parameter] = []
  /// The initialization that convolutions of this network get.
  public var convolutionInitialization = ParameterInitialization.heNormalFanOut
  /// The initialization that dense layers of this network get.
  public var linearInitialization = ParameterInitialization.normal(mean: 0, deviation: 0.01)
  /// The initialization that the scales of batch normalizations get.
  public var scaleInitialization = ParameterInitialization.constant(1)

  /// Of a network without layers yet.
  public init(name: String) {
    network = Network(name: name)
  }

  /// The finished network, its parameters still open.
  public func blueprint(output: Feature) -> Blueprint {
    var network = network
    network.outputs = [output.value]
    return Blueprint(network: network, parameters: parameters)
  }

  // MARK: Inputs

  /// A picture with pixels in 0…1, and its normalization as the first layer.
  ///
  /// - Parameter fixesSize: whether layers behind, such as a dense head, only fit the given size.
  public mutating func picture(
    size: PictureSize, normalization: PixelNormalization, preprocessing: Preprocessing, fixesSize: Bool = false
  ) -> Feature {
    let extents: [Int?] = fixesSize ? [size.height, size.width] : [nil, nil]
    let input = network.addInput("input", shape: [nil, normalization.source.count] + extents)
    network.preprocessing = preprocessing
    let picture = Feature(value: input, channels: normalization.source.count, spatial: [size.height, size.width])
    return pixelNormalization("normalize", picture, normalization)
  }

  /// What a generator starts from: a random vector, N×`channels`×1×1, or a map of `side`×`side` of them.
  public mutating func latent(channels: Int, side: Int = 1) -> Feature {
    let input = network.addInput("z", shape: [nil, channels, side, side])
    return Feature(value: input, channels: channels, spatial: [side, side])
  }

  /// Subtracts means and divides by deviations, in units of 0…1.
  public mutating func pixelNormalization(
    _ name: String, _ x: Feature, _ normalization: PixelNormalization
  ) -> Feature {
    append(name, .pixelNormalization(normalization), [x], like: x)
  }

  // MARK: Layers with parameters

  /// A convolution with a square kernel, and a bias where asked for.
  public mutating func convolution(
    _ name: String, _ x: Feature, _ channels: Int, kernel: Int, stride: Int = 1, padding: Int = 0, groups: Int = 1,
    bias: Bool = false
  ) -> Feature {
    convolution(
      name, x, channels, Window(kernel, stride: stride, padding: padding), groups: groups, bias: bias)
  }

  /// A convolution whose window is any.
  public mutating func convolution(
    _ name: String, _ x: Feature, _ channels: Int, _ window: Window, groups: Int = 1, bias: Bool = false
  ) -> Feature {
    let weight = parameter(
      "\(name).weight", Shape([channels, x.channels / groups] + window.kernel), convolutionInitialization,
      groups: groups)
    var inputs: [ValueID?] = [x.value, weight]
    if bias { inputs.append(parameter("\(name).bias", [channels], .constant(0))) }
    let output = network.append(name, .convolution(Convolution(window, groups: groups)), inputs: inputs)
    return Feature(value: output, channels: channels, spatial: extents(behind: window, x))
  }

  /// A transposed convolution with a square kernel.
  public mutating func transposedConvolution(
    _ name: String, _ x: Feature, _ channels: Int, kernel: Int, stride: Int, padding: Int, outputPadding: Int = 0,
    bias: Bool = false
  ) -> Feature {
    let window = Window(kernel, stride: stride, padding: padding)
    let weight = parameter(
      "\(name).weight", Shape([x.channels, channels] + window.kernel), convolutionInitialization)
    let extra = [outputPadding, outputPadding]
    var inputs: [ValueID?] = [x.value, weight]
    if bias { inputs.append(parameter("\(name).bias", [channels], .constant(0))) }
    let output = network.append(
      name, .transposedConvolution(TransposedConvolution(window, outputPadding: extra)), inputs: inputs)
    let spatial = x.spatial.flatMap { try? window.transposedAxes(input: $0, outputPadding: extra).map(\.input) }
    return Feature(value: output, channels: channels, spatial: spatial)
  }

  /// Normalization with the statistics of training (Ioffe & Szegedy 2015).
  public mutating func batchNormalization(_ name: String, _ x: Feature, epsilon: Float = 1e-5) -> Feature {
    let inputs: [ValueID?] = [
      x.value,
      parameter("\(name).weight", [x.channels], scaleInitialization),
      parameter("\(name).bias", [x.channels], .constant(0)),
      parameter("\(name).running_mean", [x.channels], .constant(0)),
      parameter("\(name).running_var", [x.channels], .constant(1)),
    ]
    let output = network.append(name, .batchNormalization(epsilon: epsilon), inputs: inputs)
    return Feature(value: output, channels: x.channels, spatial: x.spatial)
  }

  /// Normalizes groups of channels of each picture over all positions.
  public mutating func groupNormalization(_ name: String, _ x: Feature, groups: Int, epsilon: Float) -> Feature {
    let inputs: [ValueID?] = [
      x.value, parameter("\(name).weight", [x.channels], .constant(1)),
      parameter("\(name).bias", [x.channels], .constant(0)),
    ]
    let output = network.append(name, .groupNormalization(groups: groups, epsilon: epsilon), inputs: inputs)
    return Feature(value: output, channels: x.channels, spatial: x.spatial)
  }

  /// A dense layer on the last axis: of flattened features, of tokens, or of a map with its channels last.
  ///
  /// - Parameters:
  ///   - parameters: name of the weight without its last part, where it is not the layer's with a dot: `in_proj_` for
  ///     `in_proj_weight`.
  ///   - initialization: of the weight, where it is not the network's ``linearInitialization``.
  public mutating func linear(
    _ name: String, _ x: Feature, _ features: Int, bias: Bool = true, parameters: String? = nil,
    initialization: ParameterInitialization? = nil
  ) -> Feature {
    let prefix = parameters ?? "\(name)."
    var inputs: [ValueID?] = [
      x.value, parameter("\(prefix)weight", [features, x.channels], initialization ?? linearInitialization),
    ]
    if bias { inputs.append(parameter("\(prefix)bias", [features], .constant(0))) }
    let output = network.append(
      name, .generalMatrixMultiply(GeneralMatrixMultiply(transposesB: true)), inputs: inputs)
    return Feature(value: output, channels: features, spatial: x.spatial)
  }

  // MARK: Layers without

  /// A function of each element.
  public mutating func pointwise(_ name: String, _ x: Feature, _ function: Pointwise) -> Feature {
    append(name, .pointwise(function), [x], like: x)
  }

  /// max(x, 0).
  public mutating func relu(_ name: String, _ x: Feature) -> Feature {
    pointwise(name, x, .relu)
  }

  /// min(max(x, 0), 6).
  public mutating func relu6(_ name: String, _ x: Feature) -> Feature {
    pointwise(name, x, .clip(minimum: 0, maximum: 6))
  }

  /// Nothing at all: the layer keeps its name.
  public mutating func dropout(_ name: String, _ x: Feature) -> Feature {
    append(name, .dropout, [x], like: x)
  }

  /// Nothing at all: the layer keeps its name.
  public mutating func identity(_ name: String, _ x: Feature) -> Feature {
    append(name, .identity, [x], like: x)
  }

  /// The sum of two features of one shape.
  public mutating func add(_ name: String, _ a: Feature, _ b: Feature) -> Feature {
    append(name, .elementwise(.add), [a, b], like: a)
  }

  /// `a` times `b`, which may be a 1×1 map of as many channels.
  public mutating func multiply(_ name: String, _ a: Feature, _ b: Feature) -> Feature {
    append(name, .elementwise(.multiply), [a, b], like: a)
  }

  /// The features joined along their channels. One alone passes as it is.
  public mutating func concatenate(_ name: String, _ features: [Feature]) -> Feature {
    let channels = features.reduce(0) { $0 + $1.channels }
    let operation: Operation = features.count == 1 ? .identity : .concatenate(axis: 1)
    let output = network.append(name, operation, inputs: features.map(\.value))
    return Feature(value: output, channels: channels, spatial: features.first?.spatial)
  }

  /// The largest of each window.
  public mutating func maxPool(
    _ name: String, _ x: Feature, kernel: Int, stride: Int, padding: Int = 0, ceilMode: Bool = false
  ) -> Feature {
    let window = Window(kernel, stride: stride, padding: padding, ceilMode: ceilMode)
    let output = network.append(name, .maxPool(MaxPool(window)), x.value)
    return Feature(value: output, channels: x.channels, spatial: extents(behind: window, x))
  }

  /// The mean of each window.
  public mutating func averagePool(
    _ name: String, _ x: Feature, kernel: Int, stride: Int, padding: Int = 0
  ) -> Feature {
    let window = Window(kernel, stride: stride, padding: padding)
    let output = network.append(name, .averagePool(AveragePool(window, countsPadding: true)), x.value)
    return Feature(value: output, channels: x.channels, spatial: extents(behind: window, x))
  }

  /// N×C×H×W to N×C×1×1.
  public mutating func globalAveragePool(_ name: String, _ x: Feature) -> Feature {
    let output = network.append(name, .reduce(Reduction(.mean, axes: .spatial)), x.value)
    return Feature(value: output, channels: x.channels, spatial: [1, 1])
  }

  /// N×C×H×W to N×C.
  public mutating func globalMean(_ name: String, _ x: Feature) -> Feature {
    let output = network.append(name, .reduce(Reduction(.mean, axes: .spatial, keepsDimensions: false)), x.value)
    return Feature(value: output, channels: x.channels, spatial: [])
  }

  /// N×C×H×W to N×(C·H·W).
  public mutating func flatten(_ name: String, _ x: Feature) -> Feature {
    let output = network.append(name, .flatten(axis: 1), x.value)
    return Feature(value: output, channels: (x.spatial ?? []).reduce(x.channels, *), spatial: [])
  }

  /// Each element `scale` times along both axes.
  public mutating func upsampleNearest(_ name: String, _ x: Feature, scale: Int) -> Feature {
    upsample(name, x, Resize(mode: .nearest, coordinates: .asymmetric, rounding: .floor), scale: scale)
  }

  /// Corners stay in place.
  public mutating func upsampleBilinear(_ name: String, _ x: Feature, scale: Int) -> Feature {
    upsample(name, x, Resize(mode: .linear, coordinates: .alignCorners), scale: scale)
  }

  private mutating func upsample(_ name: String, _ x: Feature, _ resize: Resize, scale: Int) -> Feature {
    var resize = resize
    resize.scales = [1, 1, Float(scale), Float(scale)]
    let output = network.append(name, .resize(resize), x.value)
    return Feature(value: output, channels: x.channels, spatial: x.spatial?.map { $0 * scale })
  }

  // MARK: Parts of layers

  /// A parameter under a name of the state dict.
  public mutating func parameter(
    _ name: String, _ shape: Shape, _ initialization: ParameterInitialization, groups: Int = 1
  ) -> ValueID {
    let value = network.makeValue(named: name)
    parameters.append(
      Parameter(name: name, shape: shape, initialization: initialization, groups: groups, value: value))
    return value
  }

  /// Appends a node of several outputs, which are named as the node with their place behind.
  mutating func append(_ name: String, _ operation: Operation, _ input: ValueID, outputs count: Int) -> [ValueID] {
    let outputs = (0..<count).map { network.makeValue(named: "\(name).\($0)") }
    network.nodes.append(Node(name: name, operation: operation, inputs: [input], outputs: outputs))
    return outputs
  }

  /// Appends an operator on the given values.
  mutating func append(_ name: String, _ operation: Operation, inputs: [ValueID?]) -> ValueID {
    network.append(name, operation, inputs: inputs)
  }

  /// Appends an operator on the given features; its output has the extents of `model`.
  public mutating func append(
    _ name: String, _ operation: Operation, _ features: [Feature], like model: Feature
  ) -> Feature {
    let output = network.append(name, operation, inputs: features.map(\.value))
    return Feature(value: output, channels: model.channels, spatial: model.spatial)
  }

  /// A fixed matrix that no state dict holds.
  mutating func constant(_ name: String, _ tensor: Tensor) -> ValueID {
    network.addConstant(name, .float(tensor))
  }

  /// Fixed integers that no state dict holds: a shape, places to gather.
  mutating func constant(_ name: String, _ integers: IntegerArray) -> ValueID {
    network.addConstant(name, .integer(integers))
  }

  mutating func matrixMultiply(_ name: String, _ a: ValueID, _ b: ValueID) -> ValueID {
    network.append(name, .matrixMultiply, a, b)
  }

  private func extents(behind window: Window, _ x: Feature) -> [Int]? {
    x.spatial.flatMap { try? window.axes(input: $0).map(\.output) }
  }
}
