import GinghamNetworks
import GinghamTensors

extension NodeWriting {
  /// Gather (where channels change places), Mul, Add: ``Network/joinPixelNormalization(named:)`` reads them back.
  func write(_ normalization: PixelNormalization) throws {
    let channels = normalization.source.count
    let shape = shape(ofInput: 0)
    let trailing = [Int](repeating: 1, count: max((shape?.rank ?? 4) - 2, 0))
    let extents = Shape([channels] + trailing)
    var x = input(0)
    if normalization.source != Array(0..<channels) || shape?[1] != channels {
      x = intermediate(
        "source", "Gather", [x, constant("channels", normalization.source)], [("axis", .int(1))])
    }
    let scaled = intermediate("scale", "Mul", [x, constant("factors", normalization.scale, shape: extents)])
    emit("Add", [scaled, constant("shifts", normalization.shift, shape: extents)])
  }

  /// ONNX wants a scale and a bias for each channel; older files have them for each group.
  func writeGroupNormalization(groups: Int, epsilon: Float) throws {
    var inputs = [input(0)]
    for (index, suffix) in [(1, "scale"), (2, "bias")] {
      guard let channels = shape(ofInput: 0)?[1], let parameters = shape(ofInput: index) else {
        throw unwritable("the shapes of its parameters are unknown")
      }
      guard parameters != [channels] else {
        inputs.append(input(index))
        continue
      }
      guard let tensor = node.inputs[index].flatMap({ graph.network.constants[$0]?.tensor }) else {
        throw unwritable("its parameters for each group are no constants")
      }
      let values = tensor.scalars.flatMap { [Float](repeating: $0, count: channels / groups) }
      inputs.append(constant(suffix, values))
    }
    emit("GroupNormalization", inputs, [("num_groups", .int(groups)), ("epsilon", .float(epsilon))])
  }

  func write(_ softmax: Softmax) {
    let type = softmax.isLogarithmic ? "LogSoftmax" : "Softmax"
    guard softmax.flattensBehindAxis else { return emit(type, nil, [("axis", .int(softmax.axis))]) }
    // The meaning up to operator set 12: rows of a matrix.
    let shape = intermediate("shape", "Shape", [input(0)])
    let matrix = intermediate("matrix", "Flatten", [input(0)], [("axis", .int(softmax.axis))])
    emit("Reshape", [intermediate("rows", type, [matrix], [("axis", .int(1))]), shape])
  }

  func write(_ reduction: Reduction) throws {
    let type =
      switch reduction.kind {
      case .mean: "ReduceMean"
      case .sum: "ReduceSum"
      case .sumOfSquares: "ReduceSumSquare"
      case .product: "ReduceProd"
      case .maximum: "ReduceMax"
      case .minimum: "ReduceMin"
      case .l1: "ReduceL1"
      case .l2: "ReduceL2"
      case .logSum: "ReduceLogSum"
      case .logSumExp: "ReduceLogSumExp"
      }
    let keeps: Attributes = [("keepdims", .int(reduction.keepsDimensions ? 1 : 0))]
    switch reduction.axes {
    case .all: emit(type, [input(0)], keeps)
    case .spatial:
      switch (reduction.kind, reduction.keepsDimensions) {
      case (.mean, true): emit("GlobalAveragePool", [input(0)])
      case (.maximum, true): emit("GlobalMaxPool", [input(0)])
      default:
        guard let rank = shape(ofInput: 0)?.rank, rank > 2 else { throw unwritable("its number of axes is unknown") }
        write(type, axes: Array(2..<rank), isSum: reduction.kind == .sum, keeps)
      }
    case .listed(let axes): write(type, axes: axes, isSum: reduction.kind == .sum, keeps)
    case .fromInput(let emptyMeansNone):
      emit(type, nil, keeps + [("noop_with_empty_axes", .int(emptyMeansNone ? 1 : 0))])
    }
  }

  /// Axes became an input in operator set 13 for sums and in 18 for all others.
  private func write(_ type: String, axes: [Int], isSum: Bool, _ keeps: Attributes) {
    if graph.operatorSet >= 18 || isSum {
      emit(type, [input(0), constant("axes", axes)], keeps + [("noop_with_empty_axes", .int(axes.isEmpty ? 1 : 0))])
    } else {
      emit(type, [input(0)], keeps + [("axes", .ints(axes))])
    }
  }
}
