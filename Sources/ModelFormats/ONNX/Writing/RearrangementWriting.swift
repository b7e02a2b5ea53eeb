import GinghamNetworks
import GinghamTensors

extension NodeWriting {
  func writeRearrangement() throws {
    switch node.operation {
    case .concatenate(let axis): emit("Concat", nil, [("axis", .int(axis))])
    case .split(let split):
      var inputs = inputs
      var attributes: Attributes = [("axis", .int(split.axis))]
      if let sizes = split.sizes {
        inputs = [input(0), constant("sizes", sizes)]
      } else if inputs.count < 2 {
        attributes.append(("num_outputs", .int(node.outputs.count)))
      }
      emit("Split", inputs, attributes)
    case .slice(let slice): try write(slice)
    case .pad(let pad): try write(pad)
    case .transpose(let permutation): emit("Transpose", nil, permutation.map { [("perm", .ints($0))] } ?? [])
    case .gather(let axis): emit("Gather", nil, [("axis", .int(axis))])
    case .expand(let shape): emit("Expand", shape.map { [input(0), constant("shape", $0)] })
    case .tile(let repeats): emit("Tile", repeats.map { [input(0), constant("repeats", $0)] })
    case .depthToSpace(let block, let order):
      emit(
        "DepthToSpace", nil,
        [("blocksize", .int(block)), ("mode", .string(order == .depthFirst ? "DCR" : "CRD"))])
    case .spaceToDepth(let block): emit("SpaceToDepth", nil, [("blocksize", .int(block))])
    default: break
    }
  }

  private func write(_ slice: Slice) throws {
    let bounds: [(String, [Int]?)] = [
      ("starts", slice.starts), ("ends", slice.ends), ("axes", slice.axes), ("steps", slice.steps),
    ]
    // What is no attribute comes in as an input.
    var inputs = [input(0)]
    for (index, bound) in bounds.enumerated() {
      inputs.append(bound.1.map { constant(bound.0, $0) } ?? input(index + 1))
    }
    while inputs.last == "" { inputs.removeLast() }
    guard inputs.count >= 3, inputs[1] != "", inputs[2] != "" else { throw unwritable("its bounds are missing") }
    emit("Slice", inputs)
  }

  private func write(_ pad: Pad) throws {
    let mode: Attributes = [("mode", .string(pad.mode.rawValue))]
    guard let before = pad.before, let after = pad.after else { return emit("Pad", nil, mode) }
    var inputs = [input(0), constant("amounts", before + after)]
    if pad.mode == .constant { inputs.append(constant("value", [pad.value], shape: [])) }
    emit("Pad", inputs, mode)
  }

  func writeReshape() {
    switch node.operation {
    case .reshape(let reshape):
      emit(
        "Reshape", reshape.shape.map { [input(0), constant("shape", $0)] },
        [("allowzero", .int(reshape.allowsZero ? 1 : 0))])
    case .flatten(let axis): emit("Flatten", nil, [("axis", .int(axis))])
    case .squeeze(let axes): emit("Squeeze", axes.map { [input(0), constant("axes", $0)] })
    case .unsqueeze(let axes): emit("Unsqueeze", axes.map { [input(0), constant("axes", $0)] })
    default: break
    }
  }

  /// The number of axes is the same at every size.
  func writeAlignment(axis: Int) throws {
    guard let list = shape(ofInput: 0), let x = shape(ofInput: 1) else { throw unwritable("its shape is not known") }
    guard list.rank == 1, list.elementCount > 1, x.rank > 1 else { return emit("Identity", [input(0)]) }
    let own = axis < 0 ? axis + x.rank : axis
    emit("Reshape", [input(0), constant("shape", [-1] + [Int](repeating: 1, count: x.rank - 1 - own))])
  }

  func write(_ resize: Resize) {
    var inputs = [input(0), input(1), input(2), input(3)]
    if let region = resize.region { inputs[1] = constant("region", region) }
    if let scales = resize.scales, resize.sizes == nil {
      inputs[2] = constant("scales", scales)
    } else if let sizes = resize.sizes {
      inputs[3] = constant("sizes", sizes)
    }
    while inputs.last == "" { inputs.removeLast() }
    var attributes: Attributes = [
      ("mode", .string(resize.mode.rawValue)),
      ("coordinate_transformation_mode", .string(resize.coordinates.operatorName)),
      ("nearest_mode", .string(resize.rounding.operatorName)),
    ]
    if resize.mode == .cubic { attributes.append(("cubic_coeff_a", .float(resize.cubicCoefficient))) }
    if resize.excludesOutside { attributes.append(("exclude_outside", .int(1))) }
    if resize.coordinates == .cropAndResize {
      attributes.append(("extrapolation_value", .float(resize.extrapolationValue)))
    }
    if resize.antialiases { attributes.append(("antialias", .int(1))) }
    if let axes = resize.axes { attributes.append(("axes", .ints(axes))) }
    switch resize.aspectPolicy {
    case .stretch: break
    case .notLarger: attributes.append(("keep_aspect_ratio_policy", .string("not_larger")))
    case .notSmaller: attributes.append(("keep_aspect_ratio_policy", .string("not_smaller")))
    }
    emit("Resize", inputs, attributes)
  }
}

extension Resize.Coordinates {
  fileprivate var operatorName: String {
    switch self {
    case .halfPixel: "half_pixel"
    case .halfPixelSymmetric: "half_pixel_symmetric"
    case .pytorchHalfPixel: "pytorch_half_pixel"
    case .alignCorners: "align_corners"
    case .asymmetric: "asymmetric"
    case .cropAndResize: "tf_crop_and_resize"
    }
  }
}

extension Resize.Rounding {
  fileprivate var operatorName: String {
    switch self {
    case .roundPreferFloor: "round_prefer_floor"
    case .roundPreferCeil: "round_prefer_ceil"
    case .floor: "floor"
    case .ceil: "ceil"
    }
  }
}
