import GinghamTensors

extension Network {
  /// Makes the first input one that pictures go into: N×C×H×W of floating-point numbers in 0…1.
  ///
  /// Channels that come last, as TensorFlow has them, come second afterwards, and integers (0…255 as 8-bit pictures have
  /// them) are made of the numbers in front of the first layer, so that gradients are in units of 0…1.
  public mutating func takePictures() {
    choosePicture()
    turnChannelsFirst()
    scaleIntegers()
  }

  /// Puts the only input that can be a picture first, where the first one cannot.
  private mutating func choosePicture() {
    guard let first = inputs.first, first.shape.count < 2 else { return }
    let pictures = inputs.indices.filter { inputs[$0].shape.count == 4 }
    guard pictures.count == 1 else { return }
    inputs.insert(inputs.remove(at: pictures[0]), at: 0)
  }

  // MARK: Channels last

  private mutating func turnChannelsFirst() {
    guard let input = inputs.first, input.shape.count == 4, hasChannelsLast(input) else { return }
    inputs[0].shape = [input.shape[0], input.shape[3], input.shape[1], input.shape[2]]
    var isTurnedBack = false
    for index in nodes.indices {
      if case .transpose(let permutation) = nodes[index].operation, permutation == [0, 3, 1, 2],
        nodes[index].inputs == [input.value]
      {
        nodes[index].operation = .identity
      } else if nodes[index].inputs.contains(input.value) {
        isTurnedBack = true
      }
    }
    if isTurnedBack {
      let turned = makeValue(named: "channels_last")
      for index in nodes.indices where nodes[index].operation != .identity || nodes[index].inputs != [input.value] {
        nodes[index].inputs = nodes[index].inputs.map { $0 == input.value ? turned : $0 }
      }
      nodes.insert(
        Node(
          name: "channels_last", operation: .transpose(permutation: [0, 2, 3, 1]), inputs: [input.value],
          outputs: [turned]), at: 0)
    }
    // Maps that are turned for a reader that wants channels last: nobody here does.
    for index in outputs.indices {
      guard let node = nodes.first(where: { $0.outputs == [outputs[index]] }),
        case .transpose(let permutation) = node.operation, permutation == [0, 2, 3, 1], let source = node.inputs[0]
      else { continue }
      outputs[index] = source
    }
  }

  /// Whether the first thing that tells axes apart brings the last one forward; where nothing does, whether the declared
  /// extents say so.
  private func hasChannelsLast(_ input: Input) -> Bool {
    let extents = input.shape
    func isChannelCount(_ extent: Int?) -> Bool { extent.map { (1...4).contains($0) } ?? false }
    if isChannelCount(extents[1]), !isChannelCount(extents[3]) { return false }
    var reached: Set<ValueID> = [input.value]
    for node in nodes where node.inputs.contains(where: { $0.map(reached.contains) ?? false }) {
      switch node.operation {
      case .transpose(let permutation):
        if permutation == [0, 3, 1, 2] { return true }
      case .convolution, .transposedConvolution, .maxPool, .averagePool, .batchNormalization, .instanceNormalization,
        .groupNormalization, .localResponseNormalization, .depthToSpace, .spaceToDepth, .pixelNormalization:
        return false
      case .pointwise, .elementwise, .parametricReLU, .select, .cast, .identity, .dropout, .pad, .resize:
        reached.formUnion(node.outputs)
      default: continue
      }
    }
    return isChannelCount(extents[3]) && (extents[1].map { $0 > 4 } ?? true)
  }

  // MARK: Integers

  /// What full intensity is in pictures of a type, and what black is.
  private static func range(of type: ElementType) -> (black: Float, scale: Float)? {
    switch type {
    case .uint16: (0, 65535)
    case .int8: (-128, 255)
    case .uint8, .int16, .int32, .uint32, .int64, .uint64: (0, 255)
    default: nil
    }
  }

  private mutating func scaleIntegers() {
    guard let input = inputs.first, input.shape.count == 4, let range = Self.range(of: input.type) else { return }
    inputs[0].type = .float32
    let scale = addConstant("integers.scale", .float(Tensor([], [range.scale])))
    var steps: [(String, ValueID, Elementwise)] = [("integers", scale, .multiply)]
    if range.black != 0 {
      steps.append(("integers.offset", addConstant("integers.black", .float(Tensor([], [range.black]))), .add))
    }
    let readers = nodes
    var (value, front) = (input.value, [Node]())
    for (name, constant, kind) in steps {
      let result = makeValue(named: name)
      front.append(Node(name: name, operation: .elementwise(kind), inputs: [value, constant], outputs: [result]))
      value = result
    }
    nodes =
      front
      + readers.map { node in
        var node = node
        node.inputs = node.inputs.map { $0 == input.value ? value : $0 }
        return node
      }
  }
}
