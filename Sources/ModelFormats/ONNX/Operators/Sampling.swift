import GinghamNetworks
import GinghamTensors

extension OperatorTable {
  /// Operators that read between elements.
  static let sampling: [String: OperatorTranslator] = [
    "GridSample": { node in
      try node.requireInputs(2...2)
      try node.emit(.gridSample(node.gridSample()))
    },
    "AffineGrid": composed(2...2) { c in try c.affineGrid() },
    "RoiAlign": { node in
      try node.requireInputs(3...3)
      try node.emit(.regionAlign(node.regionAlign()))
    },
    "DeformConv": composed(3...5) { c in try c.deformableConvolution() },
  ]
}

extension NodeTranslation {
  fileprivate func gridSample() throws -> GridSample {
    var sample = GridSample(alignsCorners: try attributes.flag("align_corners") ?? false)
    switch try attributes.string("mode") ?? "linear" {
    case "linear", "bilinear": sample.mode = .linear
    case "nearest": sample.mode = .nearest
    case "cubic", "bicubic": sample.mode = .cubic
    case let other: throw malformed("attribute 'mode' is '\(other)'")
    }
    let outside = try attributes.string("padding_mode") ?? "zeros"
    guard let known = GridSample.Outside(rawValue: outside) else {
      throw malformed("attribute 'padding_mode' is '\(outside)'")
    }
    sample.outside = known
    return sample
  }

  /// Up to operator set 15 coordinates meant pixels' centres.
  fileprivate func regionAlign() throws -> RegionAlign {
    let coordinates =
      try attributes.string("coordinate_transformation_mode")
      ?? (operatorSet < 16 ? "output_half_pixel" : "half_pixel")
    guard ["half_pixel", "output_half_pixel"].contains(coordinates) else {
      throw malformed("attribute 'coordinate_transformation_mode' is '\(coordinates)'")
    }
    let mode = try attributes.string("mode") ?? "avg"
    guard ["avg", "max"].contains(mode) else { throw malformed("attribute 'mode' is '\(mode)'") }
    let extents = 1...(1 << 16)
    return RegionAlign(
      height: try attributes.int("output_height", in: extents) ?? 1,
      width: try attributes.int("output_width", in: extents) ?? 1,
      samples: try attributes.int("sampling_ratio", in: 0...1024) ?? 0,
      scale: try attributes.float("spatial_scale") ?? 1, isHalfPixel: coordinates == "half_pixel",
      takesMaximum: mode == "max")
  }
}

extension Composer {
  /// Coordinates in −1…1 along axes of some extents: centres of the first and last element, or their outer edges.
  private func coordinates(_ extent: Term, alignsCorners: Bool) -> Term {
    let place = range(extent).cast(to: .float32) * 2.0
    guard alignsCorners else { return (place + 1.0) / extent.cast(to: .float32) - 1.0 }
    // A single element lies in the middle.
    let last = (extent - 1).combined(.maximum, integer(1)).cast(to: .float32)
    return place / last - (extent - 1).combined(.minimum, integer(1)).cast(to: .float32)
  }

  /// N×H×W×2 (or N×D×H×W×3) places from matrices N×2×3 (or N×3×4) and the size N×C×H×W of what they sample.
  fileprivate func affineGrid() throws -> Term {
    let (matrices, size) = (try input(0), try input(1))
    guard let rank = node.shape(ofInput: 0)?.dropFirst().first ?? node.shape(ofInput: 1)?.first?.map({ $0 - 2 }),
      (1...3).contains(rank)
    else { throw node.unsupported("matrices of open extents") }
    let aligns = try node.attributes.flag("align_corners") ?? false
    let extents = (0..<rank).map { size.gathered(integers([$0 + 2])) }
    // x comes first and lies along the last axis.
    let spread = (0..<rank).reversed().map { axis in
      coordinates(extents[axis], alignsCorners: aligns)
        .reshaped([.fixed(-1)] + [Term.Extent](repeating: 1, count: rank - 1 - axis))
        .expanded(extents.map(Term.Extent.computed)).unsqueezed([-1])
    }
    let ones = spread[0] * 0.0 + 1.0
    let places = concatenated(spread + [ones], axis: -1).reshaped(-1, .fixed(rank + 1))
    let moved = places.product(with: matrices.transposed([0, 2, 1]))
    return moved.reshaped([.computed(matrices.extent(0))] + extents.map(Term.Extent.computed) + [.fixed(rank)])
  }

  /// Every tap of the kernel reads at a place of its own (Dai et al. 2017): all taps of all positions are sampled at
  /// once, weighted by the mask, and summed with the weights.
  fileprivate func deformableConvolution() throws -> Term {
    let (x, weight, offsets) = (try input(0), try input(1), try input(2))
    let attributes = node.attributes
    guard let kernel = try attributes.ints("kernel_shape", in: NodeTranslation.extents) ?? knownKernel(),
      kernel.count == 2
    else { throw node.unsupported("other than two spatial axes") }
    let window = try node.window(weight: 1)
    let (strides, dilations) = (
      window.strides.isEmpty ? [1, 1] : window.strides, window.dilations.isEmpty ? [1, 1] : window.dilations
    )
    guard case .explicit(var before, _) = window.padding else { throw node.malformed("it pads by itself") }
    if before.isEmpty { before = [0, 0] }
    let groups = try attributes.int("group", in: NodeTranslation.extents) ?? 1
    let offsetGroups = try attributes.int("offset_group", in: NodeTranslation.extents) ?? 1
    let taps = kernel[0] * kernel[1]
    let (height, width) = (offsets.extent(2), offsets.extent(3))
    let positions = (height * width)
    // N·G×taps×H×W×2 places, first y then x as offsets come.
    let moves = offsets.reshaped(.fixed(-1), .fixed(taps), 2, .computed(height), .computed(width))
    let places = [(0, height), (1, width)].map { axis, extent -> Term in
      let steps = range(extent).cast(to: .float32) * Double(strides[axis])
      let tapPlaces = (0..<taps).map { tap -> Float in
        let index = axis == 0 ? tap / kernel[1] : tap % kernel[1]
        return Float(index * dilations[axis] - before[axis])
      }
      let base = constant(.float(Tensor([taps, 1, 1], tapPlaces)))
      let grid = (axis == 0 ? steps.unsqueezed([1]) : steps) + base
      return (moves.gathered(axis, axis: 2) + grid).reshaped(
        .computed(x.extent(0) * offsetGroups), .fixed(taps), .computed(positions)
      ).unsqueezed([-1])
    }
    let grid = concatenated([places[1], places[0]], axis: -1)
    let channels = x.reshaped(
      .computed(x.extent(0) * offsetGroups), .fixed(-1), .computed(x.extent(2)), .computed(x.extent(3)))
    var columns = apply(.gridSample(GridSample(countsElements: true)), channels, grid)
    if let mask = optional(4) {
      columns =
        columns
        * mask.reshaped(.computed(x.extent(0) * offsetGroups), 1, .fixed(taps), .computed(positions))
    }
    // N×groups×(C/groups·taps)×positions, then the weights of each group.
    let inputs = columns.reshaped(.computed(x.extent(0)), .fixed(groups), .fixed(-1), .computed(positions))
    let filters = weight.reshaped(
      .fixed(groups), .computed(weight.extent(0).divided(by: groups)), .fixed(-1))
    let sums = filters.product(with: inputs).reshaped(
      .computed(x.extent(0)), .computed(weight.extent(0)), .computed(height), .computed(width))
    guard let bias = optional(3) else { return sums }
    return sums + bias.reshaped(-1, 1, 1)
  }

  private func knownKernel() -> [Int]? {
    guard let shape = node.shape(ofInput: 1) else { return nil }
    let spatial = shape.dropFirst(2).compactMap { $0 }
    return spatial.count == shape.count - 2 ? spatial : nil
  }
}
