import GinghamNetworks
import GinghamTensors

/// Layers that interpolate, pad, cut and rearrange.
extension LayerStepBuilder {
  /// Power of an interpolation adds by squared weights where its upstream is white, by amplitude where it is smooth or
  /// where amplitudes are asked for.
  func resizeSteps(_ resize: Resize) -> [LayerStep]? {
    let isCoherent = signals == .smooth && direction == .backward
    let isLinear = isCoherent || direction == .forward
    func weight(_ tap: Double) -> Double { isLinear ? abs(tap) : tap * tap }
    func step(_ axis: SpatialAxis?, rows: Bool) -> AxisTransfer? {
      guard let axis, let shape = propagation.network.shapes[input] else { return nil }
      let extent = shape[axis.index]
      switch propagation.region {
      case .picture:
        guard let taps = resize.taps(axis: axis.index, input: extent) else { return nil }
        return AxisTransfer(inner: extent, outer: taps.count) { output in
          taps.range(ofOutput: output).map { (taps.indices[$0], weight(taps.weights[$0])) }
        }
      case .interior:
        let (near, far) = (propagation.extents(input), propagation.extents(output))
        let (inner, outer) = rows ? (near.height, far.height) : (near.width, far.width)
        return endless(resize, axis: axis.index, extent: extent, inner: inner, outer: outer, weight: weight)
      }
    }
    let layout = propagation.layout(input)
    return [
      .separable(
        PlaneTransfer(
          vertical: step(layout.rows, rows: true), horizontal: step(layout.columns, rows: false),
          isCoherent: isCoherent), isTransposed: false)
    ]
  }

  /// One tile far from the borders: the same resize of an axis that is long enough, read around its middle.
  private func endless(
    _ resize: Resize, axis: Int, extent: Int, inner: Int, outer: Int, weight: (Double) -> Double
  ) -> AxisTransfer? {
    guard let sizes = resize.sizes, sizes.indices.contains(axis), extent > 0 else { return nil }
    let reach = 16 * max(1, (extent + sizes[axis] - 1) / max(sizes[axis], 1))
    let factor = (4 * (inner + reach)) / extent + 1
    var long = resize
    long.sizes?[axis] = sizes[axis] * factor
    // Aligned corners drift against the grid; over one tile of a long axis they are the plain ratio.
    if resize.coordinates == .alignCorners || resize.coordinates == .cropAndResize { long.coordinates = .asymmetric }
    guard let taps = long.taps(axis: axis, input: extent * factor) else { return nil }
    let tiles = taps.count / outer / 2
    return AxisTransfer(inner: inner, outer: outer) { output in
      let position = tiles * outer + output
      guard position < taps.count else { return [] }
      return taps.range(ofOutput: position).map {
        (wrapped(taps.indices[$0], inner), weight(taps.weights[$0]))
      }
    }
  }

  /// Blocks of space against channels: what a block holds together is averaged, what it spreads is repeated.
  func blockSteps(_ block: Int, isTransposed: Bool) -> [LayerStep] {
    let fine = propagation.extents(isTransposed ? output : input)
    let coarse = propagation.extents(isTransposed ? input : output)
    // Toward the coarse side blocks are averaged, toward the fine side repeated.
    let towardFine = (direction == .backward) != isTransposed
    func step(_ inner: Int, _ outer: Int) -> AxisTransfer {
      let axis = AxisGeometry(input: inner, output: outer, kernel: block, stride: block)
      return .window(axis, extent: .bounded) { _, _, _ in towardFine ? 1 : 1 / Double(block) }
    }
    return [
      .separable(
        PlaneTransfer(
          vertical: step(fine.height, coarse.height), horizontal: step(fine.width, coarse.width)),
        isTransposed: isTransposed)
    ]
  }

  func padSteps(_ pad: Pad) -> [LayerStep]? {
    guard let before = pad.before else { return nil }
    let layout = propagation.layout(input)
    let (near, far) = (propagation.extents(input), propagation.extents(output))
    func step(_ axis: SpatialAxis?, _ inner: Int, _ outer: Int) -> AxisTransfer? {
      guard let axis, before.indices.contains(axis.index) else { return nil }
      let shift = before[axis.index]
      return AxisTransfer(inner: inner, outer: outer) { output in
        let index =
          propagation.region == .interior
          ? wrapped(output - shift, inner) : pad.mode.border.source(of: output - shift, count: inner)
        return index.map { [($0, 1)] } ?? []
      }
    }
    return [
      .separable(
        PlaneTransfer(
          vertical: step(layout.rows, near.height, far.height),
          horizontal: step(layout.columns, near.width, far.width)), isTransposed: false)
    ]
  }

  /// Along the pixels' axes a slice picks positions; along the others it takes a share of the channels, whose other
  /// part receives nothing: the mean over channels falls by that share on the way back.
  func sliceSteps(_ slice: Slice) -> [LayerStep]? {
    guard let starts = slice.starts, let steps = slice.steps else { return nil }
    let layout = propagation.layout(input)
    let (before, after) = (propagation.shape(input), propagation.shape(output))
    let spatial = layout.axes.map(\.index)
    let share = before.dimensions.indices.filter { !spatial.contains($0) }.reduce(1.0) {
      $0 * Double(max(after[$1], 1)) / Double(max(before[$1], 1))
    }
    let (near, far) = (propagation.extents(input), propagation.extents(output))
    func step(_ axis: SpatialAxis?, _ inner: Int, _ outer: Int, weight: Double) -> AxisTransfer? {
      let (start, stride) = axis.map { (starts[$0.index], steps[$0.index]) } ?? (0, 1)
      return AxisTransfer(inner: inner, outer: outer) { output in
        let index = start + output * stride
        if propagation.region == .interior { return [(wrapped(index, inner), weight)] }
        return (0..<inner).contains(index) ? [(index, weight)] : []
      }
    }
    return [
      .separable(
        PlaneTransfer(
          vertical: step(layout.rows, near.height, far.height, weight: 1),
          horizontal: step(
            layout.columns, near.width, far.width, weight: direction == .backward ? share : 1)),
        isTransposed: false)
    ]
  }
}
