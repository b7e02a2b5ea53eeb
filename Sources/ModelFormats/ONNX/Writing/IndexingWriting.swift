import GinghamNetworks
import GinghamTensors

/// Operators that choose, order or sample elements, and those of quantised networks.
extension NodeWriting {
  func writeIndexing() throws {
    switch node.operation {
    case .gatherElements(let axis): emit("GatherElements", nil, [("axis", .int(axis))])
    case .gatherSlices(let batchAxes): emit("GatherND", nil, [("batch_dims", .int(batchAxes))])
    case .scatterElements(let axis, let scattering):
      emit("ScatterElements", nil, [("axis", .int(axis)), ("reduction", .string(scattering.operatorName))])
    case .scatterSlices(let scattering): emit("ScatterND", nil, [("reduction", .string(scattering.operatorName))])
    case .cumulativeSum(let sum):
      emit(
        "CumSum", sum.axis.map { [input(0), integer("axis", $0)] },
        [("exclusive", .int(sum.isExclusive ? 1 : 0)), ("reverse", .int(sum.isReversed ? 1 : 0))])
    case .topK(let top):
      emit(
        "TopK", top.count.map { [input(0), constant("k", [$0])] },
        [("axis", .int(top.axis)), ("largest", .int(top.takesLargest ? 1 : 0))])
    case .extremePlace(let place):
      emit(
        place.isMaximum ? "ArgMax" : "ArgMin", nil,
        [
          ("axis", .int(place.axis)), ("keepdims", .int(place.keepsDimension ? 1 : 0)),
          ("select_last_index", .int(place.picksLast ? 1 : 0)),
        ])
    case .nonZero: emit("NonZero")
    case .unique(let unique):
      emit(
        "Unique", nil,
        [("sorted", .int(unique.isSorted ? 1 : 0))] + (unique.axis.map { [("axis", .int($0))] } ?? []))
    case .gridSample(let sample) where sample.countsElements:
      throw unwritable("its places count elements")
    case .gridSample(let sample):
      emit(
        "GridSample", nil,
        [
          ("mode", .string(sample.mode.rawValue)), ("padding_mode", .string(sample.outside.rawValue)),
          ("align_corners", .int(sample.alignsCorners ? 1 : 0)),
        ])
    case .regionAlign(let align): write(align)
    case .determinant: emit("Det")
    case .quantize(let quantization): try write(quantization)
    case .dynamicQuantize: emit("DynamicQuantizeLinear")
    case .random(let fill): write(fill)
    default: throw unwritable("it has no operator in ONNX")
    }
  }

  private func integer(_ suffix: String, _ value: Int) -> String {
    graph.addInitializer("\(node.name).\(suffix)", .integer(IntegerArray([], [value])))
  }

  private func write(_ align: RegionAlign) {
    emit(
      "RoiAlign", [input(0), input(1), asIntegers(2)],
      [
        ("mode", .string(align.takesMaximum ? "max" : "avg")), ("output_height", .int(align.height)),
        ("output_width", .int(align.width)), ("sampling_ratio", .int(align.samples)),
        ("spatial_scale", .float(align.scale)),
        ("coordinate_transformation_mode", .string(align.isHalfPixel ? "half_pixel" : "output_half_pixel")),
      ])
  }

  private func asIntegers(_ index: Int) -> String {
    guard type(ofInput: index).isFloatingPoint else { return input(index) }
    return intermediate("integers", "Cast", [input(index)], [("to", .int(TensorMessage.code(of: .int64)))])
  }

  /// As ONNX' own operator, through which gradients pass: rounding spelled out would stop them. It takes one scale, or one
  /// for each element of an axis.
  private func write(_ quantization: Quantization) throws {
    guard let x = shape(ofInput: 0), let scales = shape(ofInput: 1), scales.rank <= x.rank else {
      throw unwritable("the shape of its scales is not known")
    }
    let offset = x.rank - scales.rank
    let axes = (0..<scales.rank).filter { scales[$0] != 1 }
    guard axes.count <= 1 else { throw unwritable("its scales go along several axes, ONNX allows one") }
    let list = constant("one", axes.map { scales[$0] })
    let code = ("to", OutgoingAttribute.int(TensorMessage.code(of: quantization.type)))
    let scale = intermediate("scale", "Reshape", [input(1), list])
    let zero =
      input(2) != ""
      ? intermediate("zero", "Reshape", [input(2), list]) : intermediate("zero", "Sub", [scale, scale])
    let point = intermediate("zeroPoint", "Cast", [zero], [code])
    emit("QuantizeLinear", [input(0), scale, point], axes.map { ("axis", .int($0 + offset)) })
  }

  private func write(_ fill: RandomFill) {
    let settings: Attributes
    let name: String
    switch fill.distribution {
    case .normal(let mean, let deviation):
      (name, settings) = ("RandomNormal", [("mean", .float(mean)), ("scale", .float(deviation))])
    case .uniform(let low, let high):
      (name, settings) = ("RandomUniform", [("low", .float(low)), ("high", .float(high))])
    }
    let seed: Attributes = [("seed", .float(Float(fill.seed)))]
    if let shape = fill.shape { return emit(name, [], settings + seed + [("shape", .ints(shape))]) }
    emit(name + "Like", [input(0)], settings + seed + [("dtype", .int(TensorMessage.code(of: .float32)))])
  }
}

extension Scattering {
  fileprivate var operatorName: String {
    switch self {
    case .replace: "none"
    case .add: "add"
    case .multiply: "mul"
    case .minimum: "min"
    case .maximum: "max"
    }
  }

  var firstOperatorSet: Int { self == .minimum || self == .maximum ? 18 : 17 }
}
