import GinghamNetworks
import GinghamTensors

/// One operation on its way into a file: what the writers of the operator families may ask and add. An operation that
/// ONNX has no operator for is composed of several; the last one bears the layer's name.
struct NodeWriting {
  typealias Attributes = [(name: String, value: OutgoingAttribute)]

  let node: Node
  let graph: OutgoingGraph

  init(_ node: Node, graph: OutgoingGraph) {
    self.node = node
    self.graph = graph
  }

  // MARK: Asking

  /// Names of the inputs, absent ones empty; those at the end are left out.
  var inputs: [String] {
    var names = node.inputs.map(graph.name)
    while names.last == "" { names.removeLast() }
    return names
  }

  func input(_ index: Int) -> String { index < node.inputs.count ? graph.name(of: node.inputs[index]) : "" }

  func type(ofInput index: Int) -> ElementType {
    graph.types[index < node.inputs.count ? node.inputs[index] : nil]
  }

  func shape(ofInput index: Int) -> Shape? {
    index < node.inputs.count ? node.inputs[index].flatMap { graph.shapes[$0] } : nil
  }

  func unwritable(_ why: String) -> FormatError {
    .unwritable(path: graph.path, reason: "layer '\(node.name)' (\(node.operation.name)): \(why)")
  }

  // MARK: Adding

  /// The operator that gives the layer's outputs.
  func emit(_ type: String, _ inputs: [String]? = nil, _ attributes: Attributes = []) {
    graph.addNode(
      type, name: node.name, inputs: inputs ?? self.inputs, outputs: node.outputs.map { graph.name(of: $0) },
      attributes: attributes)
  }

  /// An operator in front of it, and the name of what it gives.
  func intermediate(_ suffix: String, _ type: String, _ inputs: [String], _ attributes: Attributes = []) -> String {
    let name = "\(node.name).\(suffix)"
    let output = graph.unusedName(name)
    graph.addNode(type, name: name, inputs: inputs, outputs: [output], attributes: attributes)
    return output
  }

  func constant(_ suffix: String, _ integers: [Int]) -> String {
    graph.addInitializer("\(node.name).\(suffix)", .integer(IntegerArray([integers.count], integers)))
  }

  func constant(_ suffix: String, _ floats: [Float], shape: Shape? = nil) -> String {
    graph.addInitializer("\(node.name).\(suffix)", .float(Tensor(shape ?? [floats.count], floats)))
  }

  // MARK: Every operation

  func write() throws {
    switch node.operation {
    case .convolution, .transposedConvolution, .maxPool, .averagePool: try writeWindow()
    case .pointwise(let function): try write(function)
    case .parametricReLU: emit("PRelu")
    case .elementwise(let kind): try write(kind)
    case .select: emit("Where", [truth(0), input(1), input(2)])
    case .pixelNormalization(let normalization): try write(normalization)
    case .batchNormalization(let epsilon): emit("BatchNormalization", nil, [("epsilon", .float(epsilon))])
    case .instanceNormalization(let epsilon): emit("InstanceNormalization", nil, [("epsilon", .float(epsilon))])
    case .layerNormalization(let axis, let epsilon):
      emit("LayerNormalization", nil, [("axis", .int(axis)), ("epsilon", .float(epsilon))])
    case .groupNormalization(let groups, let epsilon): try writeGroupNormalization(groups: groups, epsilon: epsilon)
    case .localResponseNormalization(let normalization):
      emit(
        "LRN", nil,
        [
          ("size", .int(normalization.size)), ("alpha", .float(normalization.alpha)),
          ("beta", .float(normalization.beta)), ("bias", .float(normalization.bias)),
        ])
    case .reduce(let reduction): try write(reduction)
    case .matrixMultiply: emit("MatMul")
    case .generalMatrixMultiply(let multiply): write(multiply)
    case .softmax(let softmax): write(softmax)
    case .concatenate, .split, .slice, .pad, .transpose, .gather, .expand, .tile, .depthToSpace, .spaceToDepth:
      try writeRearrangement()
    case .reshape, .flatten, .squeeze, .unsqueeze: writeReshape()
    case .align(let axis): try writeAlignment(axis: axis)
    case .resize(let resize): write(resize)
    case .identity: emit("Identity")
    case .dropout: emit("Dropout", [input(0)])
    case .cast(let type): write(castTo: type)
    case .shapeOf(let start, let end):
      emit("Shape", nil, [("start", .int(start))] + (end.map { [("end", .int($0))] } ?? []))
    case .sizeOf: emit("Size")
    case .constantOfShape(let value, let type):
      let fill: Constant =
        type.isFloatingPoint
        ? .float(Tensor([1], [Float(value)])) : .integer(IntegerArray([1], [Int(value)], type: type))
      emit("ConstantOfShape", nil, [("value", .tensor(OutgoingGraph.message(fill, name: "")))])
    case .range: emit("Range")
    case .gatherElements, .gatherSlices, .scatterElements, .scatterSlices, .gridSample, .regionAlign, .cumulativeSum,
      .topK, .extremePlace, .nonZero, .unique, .determinant, .quantize, .dynamicQuantize, .random:
      try writeIndexing()
    case .branch, .loop: throw unwritable("branches and loops are not written")
    case .missing(let missing): throw unwritable(missing.reason)
    }
  }

  /// ONNX multiplies by a stored matrix with a bias in one operator only where there is one axis of rows.
  private func write(_ multiply: GeneralMatrixMultiply) {
    guard let rank = shape(ofInput: 0)?.rank, rank > 2 else {
      emit(
        "Gemm", nil,
        [
          ("alpha", .float(multiply.alpha)), ("beta", .float(multiply.beta)),
          ("transA", .int(multiply.transposesA ? 1 : 0)), ("transB", .int(multiply.transposesB ? 1 : 0)),
        ])
      return
    }
    func scaled(_ operand: String, _ name: String, by factor: Float) -> String {
      factor == 1
        ? operand : intermediate("\(name).scaled", "Mul", [operand, constant(name, [factor], shape: [])])
    }
    let a = scaled(input(0), "alpha", by: multiply.alpha)
    let b =
      multiply.transposesB
      ? intermediate("transposed", "Transpose", [input(1)], [("perm", .ints([1, 0]))]) : input(1)
    guard inputs.count > 2 else { return emit("MatMul", [a, b]) }
    emit("Add", [intermediate("product", "MatMul", [a, b]), scaled(input(2), "beta", by: multiply.beta)])
  }

  /// An input as a truth value.
  func truth(_ index: Int) -> String {
    guard type(ofInput: index) != .boolean else { return input(index) }
    return intermediate("truth\(index)", "Cast", [input(index)], [("to", .int(TensorMessage.code(of: .boolean)))])
  }

  /// The short floating-point types round and come back; a double is what a float is here.
  private func write(castTo type: ElementType) {
    let float = TensorMessage.code(of: .float32)
    switch type {
    case .float16, .bfloat16:
      let rounded = intermediate(
        type.rawValue, "Cast", [input(0)], [("to", .int(TensorMessage.code(of: type)))])
      emit("Cast", [rounded], [("to", .int(float))])
    default:
      emit("Cast", [input(0)], [("to", .int(type.isFloatingPoint ? float : TensorMessage.code(of: type)))])
    }
  }
}

extension Node {
  /// The first operator set in which ONNX can say what the node does; 17 where that is earlier.
  var firstOperatorSet: Int {
    switch operation {
    case .pointwise(.gelu): 20
    case .pointwise(.mish): 18
    case .groupNormalization: 21
    case .gridSample: 20
    case .quantize(let quantization): [.int8, .uint8].contains(quantization.type) ? 17 : 21
    case .scatterElements(_, let scattering), .scatterSlices(let scattering): scattering.firstOperatorSet
    case .elementwise(.bitwiseAnd), .elementwise(.bitwiseOr), .elementwise(.bitwiseXor): 18
    case .averagePool(let pool): pool.window.dilations.contains { $0 != 1 } ? 19 : 17
    case .pad(let pad): pad.mode == .wrap || inputs.dropFirst(3).contains { $0 != nil } ? 19 : 17
    case .reduce(let reduction): reduction.firstOperatorSet
    case .split(let split): split.sizes == nil && inputs.dropFirst().allSatisfy { $0 == nil } ? 18 : 17
    case .resize(let resize):
      resize.coordinates == .halfPixelSymmetric
        ? 19 : resize.antialiases || resize.axes != nil || resize.aspectPolicy != .stretch ? 18 : 17
    default: 17
    }
  }
}

extension Reduction {
  fileprivate var firstOperatorSet: Int {
    switch axes {
    case .fromInput: kind == .sum ? 17 : 18
    case .listed(let axes): axes.isEmpty ? 18 : 17
    case .all, .spatial: 17
    }
  }
}
