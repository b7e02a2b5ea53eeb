import GinghamLattices
import GinghamNetworks
import GinghamTensors

extension Propagation {
  /// The steps of a layer that moves power between positions, from its input to its output; `nil` for the others.
  func steps(of node: Node, direction: Direction) throws -> [LayerStep]? {
    guard let input = node.inputs.first ?? nil, let output = node.outputs.first, layouts.byValue[input] != nil
    else { return nil }
    let builder = LayerStepBuilder(
      propagation: self, node: node, input: input, output: output, direction: direction,
      mitigation: mitigations[output])
    do {
      return try builder.steps()
    } catch let error as ShapeError {
      throw ArtifactError.unsupported(layer: node.name, why: "\(error)")
    }
  }
}

/// Turns one node into steps.
struct LayerStepBuilder {
  let propagation: Propagation
  let node: Node
  let input: ValueID
  let output: ValueID
  let direction: Propagation.Direction
  let mitigation: Mitigation?

  var signals: PredictionOptions.Signals { propagation.draw?.signals ?? propagation.options.signals }
  private var layout: SpatialLayout { propagation.layout(input) }
  private var outputLayout: SpatialLayout { propagation.layout(output) }
  private var inputShape: Shape { propagation.shape(input) }
  private var outputShape: Shape { propagation.shape(output) }

  func steps() throws -> [LayerStep]? {
    switch node.operation {
    case .convolution(let convolution): return try convolutionSteps(convolution)
    case .transposedConvolution(let convolution): return try transposedSteps(convolution)
    case .maxPool(let pool):
      return try poolSteps(pool.window) { _ in
        { tap, valid, _ in
          MaximumPosition.chance(
            ofTap: tap - valid.lowerBound, of: valid.count, signals: signals)
        }
      }
    case .averagePool(let pool):
      let isCoherent = direction == .forward || signals == .smooth
      return try poolSteps(pool.window, isCoherent: direction == .backward && isCoherent) { geometry in
        { _, valid, output in
          let counted = pool.countsPadding && propagation.region == .picture
          let count = Double(counted ? geometry.paddedTapCount(ofOutput: output) : valid.count)
          return isCoherent ? 1 / count : 1 / (count * count)
        }
      }
    case .resize(let resize): return resizeSteps(resize)
    case .depthToSpace(let block, _): return blockSteps(block, isTransposed: true)
    case .spaceToDepth(let block): return blockSteps(block, isTransposed: false)
    case .pad(let pad): return padSteps(pad)
    case .slice(let slice): return sliceSteps(slice)
    // What moves nothing has a gain.
    case .pointwise, .parametricReLU, .elementwise, .select, .pixelNormalization, .batchNormalization,
      .instanceNormalization, .layerNormalization, .groupNormalization, .localResponseNormalization, .reduce,
      .matrixMultiply, .generalMatrixMultiply, .softmax, .concatenate, .split, .transpose, .reshape, .flatten, .squeeze,
      .unsqueeze, .gather, .expand, .tile, .identity, .dropout, .cast, .shapeOf, .sizeOf, .constantOfShape, .range,
      .align, .gatherElements, .gatherSlices, .scatterElements, .scatterSlices, .gridSample, .regionAlign,
      .cumulativeSum,
      .topK, .extremePlace, .quantize, .dynamicQuantize, .determinant, .nonZero, .unique, .random, .branch, .loop,
      .missing:
      return nil
    }
  }

  // MARK: Windows

  typealias TapWeight = (_ tap: Int, _ valid: Range<Int>, _ output: Int) -> Double

  private func convolutionSteps(_ convolution: Convolution) throws -> [LayerStep] {
    let geometry = try axes(convolution.window)
    let uniform: (AxisGeometry) -> TapWeight = { axis in { _, _, _ in 1 / Double(axis.kernel) } }
    if let mitigation {
      return mitigated(by: mitigation, geometry: geometry, weight: uniform)
    }
    if let powers = drawnTaps(convolution.window) ?? tapPowers() ?? liveTaps(),
      let vertical = geometry.rows ?? geometry.single(in: convolution.window), let horizontal = geometry.columns
    {
      return [learned(powers, vertical, horizontal, isTransposed: false)]
    }
    return [window(geometry, weight: uniform)] + collapse(geometry, weight: uniform)
  }

  private func transposedSteps(_ convolution: TransposedConvolution) throws -> [LayerStep] {
    let spatial = Array(inputShape.dimensions.suffix(convolution.window.kernel.count))
    let geometry = assigned(
      try convolution.window.transposedAxes(
        input: spatial, outputPadding: convolution.outputPadding, outputSize: convolution.outputSize),
      layout: layout)
    let direction = direction
    let uniform: (AxisGeometry) -> TapWeight = { axis in
      { _, _, _ in (direction == .forward ? Double(axis.stride) : 1) / Double(axis.kernel) }
    }
    switch mitigation {
    case .even:
      let strides = (geometry.rows?.stride, geometry.columns?.stride)
      return [
        window(geometry, weight: uniform, isTransposed: true), smoothing(strides.0, strides.1, at: output),
      ]
    case .kernel(let kernel), .convolutionNearerPixels(let kernel):
      let isExtra = mitigation == .convolutionNearerPixels(kernel: kernel)
      let changed = isExtra ? geometry : geometry.map { $0.with(kernel: kernel) }
      let first = window(changed, weight: uniform, isTransposed: true)
      return isExtra ? [first, smoothing(kernel, kernel, at: output)] : [first]
    case .resizeConvolution(let kernel):
      let repeated = geometry.map { $0.with(kernel: $0.stride) }
      return [
        window(repeated, weight: uniform, isTransposed: true), smoothing(kernel, kernel, at: output),
      ]
    case .averagePool, .blurPool, nil:
      if let vertical = geometry.rows, let horizontal = geometry.columns,
        let powers = tapPowers()
          ?? liveTaps()?.map({ direction == .forward ? $0 * Double(vertical.stride * horizontal.stride) : $0 })
      {
        return [learned(powers, vertical, horizontal, isTransposed: true)]
      }
      return [window(geometry, weight: uniform, isTransposed: true)]
    }
  }

  private func poolSteps(
    _ window: Window, isCoherent: Bool = false, weight: (AxisGeometry) -> TapWeight
  ) throws -> [LayerStep] {
    let geometry = try axes(window)
    if let mitigation { return mitigated(by: mitigation, geometry: geometry, weight: weight) }
    let forwardMean: (AxisGeometry) -> TapWeight = { _ in { _, valid, _ in 1 / Double(valid.count) } }
    if direction == .forward { return [self.window(geometry, weight: forwardMean)] }
    return [self.window(geometry, weight: weight, isCoherent: isCoherent)] + collapse(geometry, weight: weight)
  }

  /// A strided window changed as asked: steps from the input to the output.
  private func mitigated(
    by mitigation: Mitigation, geometry: Axes, weight: (AxisGeometry) -> TapWeight
  ) -> [LayerStep] {
    let uniform: (AxisGeometry) -> TapWeight = { axis in { _, _, _ in 1 / Double(axis.kernel) } }
    switch mitigation {
    case .even:
      return [
        smoothing(geometry.rows?.stride, geometry.columns?.stride, at: input), window(geometry, weight: weight),
      ]
    case .kernel(let kernel), .resizeConvolution(let kernel):
      return [window(geometry.map { $0.with(kernel: kernel) }, weight: uniform)]
    case .convolutionNearerPixels(let kernel):
      return [smoothing(kernel, kernel, at: input), window(geometry, weight: weight)]
    case .blurPool(let taps):
      // The upstream of the filter is white; its taps carry their squares.
      let square = taps.reduce(0) { $0 + $1 * $1 }
      let blur: (AxisGeometry) -> TapWeight = { _ in { tap, _, _ in taps[tap] * taps[tap] / max(square, 1e-300) } }
      return [
        dense(geometry, weight: weight), window(geometry.map { $0.with(kernel: taps.count) }, weight: blur),
      ]
    case .averagePool:
      let mean: (AxisGeometry) -> TapWeight = { axis in { _, _, _ in 1 / Double(axis.kernel) } }
      return [dense(geometry, weight: weight), window(geometry.map { $0.with(kernel: $0.stride) }, weight: mean)]
    }
  }

  /// The layer at stride 1.
  private func dense(_ geometry: Axes, weight: (AxisGeometry) -> TapWeight) -> LayerStep {
    let (height, width) = propagation.extents(input)
    func step(_ axis: AxisGeometry?, _ count: Int) -> AxisTransfer? {
      axis.map { axis in
        var single = axis
        single.stride = 1
        return .window(single, extent: .endless(inner: count, outer: count), weight: weight(axis))
      }
    }
    return .separable(
      PlaneTransfer(vertical: step(geometry.rows, height), horizontal: step(geometry.columns, width)),
      isTransposed: false)
  }

  /// A box of the given widths at stride 1, on the grid of `value`.
  private func smoothing(_ rows: Int?, _ columns: Int?, at value: ValueID) -> LayerStep {
    let (height, width) = propagation.extents(value)
    func step(_ kernel: Int?, _ count: Int) -> AxisTransfer? {
      kernel.map { kernel in
        let axis = AxisGeometry(
          input: count, output: count, kernel: kernel, padBefore: (kernel - 1) / 2, padAfter: kernel / 2)
        return .window(axis, extent: .endless(inner: count, outer: count)) { _, _, _ in 1 / Double(kernel) }
      }
    }
    return .separable(
      PlaneTransfer(vertical: step(rows, height), horizontal: step(columns, width)), isTransposed: false)
  }

  private func window(
    _ geometry: Axes, weight: (AxisGeometry) -> TapWeight, isTransposed: Bool = false, isCoherent: Bool = false
  ) -> LayerStep {
    func step(_ axis: AxisGeometry?, rows: Bool) -> AxisTransfer? {
      axis.map { .window($0, extent: extent($0, rows: rows, isTransposed: isTransposed), weight: weight($0)) }
    }
    return .separable(
      PlaneTransfer(
        vertical: step(geometry.rows, rows: true), horizontal: step(geometry.columns, rows: false),
        isCoherent: isCoherent), isTransposed: isTransposed)
  }

  private func extent(_ axis: AxisGeometry, rows: Bool, isTransposed: Bool = false) -> AxisTransfer.Extent {
    guard propagation.region == .interior else { return .bounded }
    let (near, far) = (propagation.extents(input), propagation.extents(output))
    let (a, b) = rows ? (near.height, far.height) : (near.width, far.width)
    return isTransposed ? .endless(inner: b, outer: a) : .endless(inner: a, outer: b)
  }

  // MARK: Geometry

  struct Axes {
    var rows: AxisGeometry?
    var columns: AxisGeometry?
    /// Axes that the layer sums away altogether: nothing moves along them, but power is shared out.
    var collapsed: [AxisGeometry] = []

    /// The row of a signal, which nothing slides along.
    func single(in window: Window) -> AxisGeometry? {
      guard collapsed.isEmpty, window.kernel.count == 2, window.kernel[0] == 1, window.strides[0] == 1 else {
        return nil
      }
      return AxisGeometry(input: 1, output: 1, kernel: 1)
    }

    func map(_ transform: (AxisGeometry) -> AxisGeometry) -> Axes {
      Axes(rows: rows.map(transform), columns: columns.map(transform), collapsed: collapsed)
    }
  }

  private func axes(_ window: Window) throws -> Axes {
    let spatial = Array(inputShape.dimensions.suffix(window.kernel.count))
    return assigned(try window.axes(input: spatial), layout: layout)
  }

  /// The geometry of the axes along which pixels lie. An axis that the layer sums away altogether keeps its window in
  /// a picture and is even in the interior.
  private func assigned(_ geometry: [AxisGeometry], layout: SpatialLayout) -> Axes {
    var axes = Axes()
    func pick(_ axis: SpatialAxis?, _ behind: SpatialAxis?) -> AxisGeometry? {
      guard let axis else { return nil }
      let position = axis.index - (inputShape.rank - geometry.count)
      guard geometry.indices.contains(position) else { return nil }
      guard propagation.region == .interior, behind == nil else { return geometry[position] }
      axes.collapsed.append(geometry[position])
      return nil
    }
    axes.rows = pick(layout.rows, outputLayout.rows)
    axes.columns = pick(layout.columns, outputLayout.columns)
    return axes
  }

  /// The part of a layer's weight that collapsed axes hold.
  private func collapse(_ geometry: Axes, weight: (AxisGeometry) -> TapWeight) -> [LayerStep] {
    guard !geometry.collapsed.isEmpty else { return [] }
    return [.scale(geometry.collapsed.reduce(1) { $0 * weight($1)(0, 0..<$1.kernel, 0) })]
  }

  private func learned(
    _ powers: [Double], _ vertical: AxisGeometry, _ horizontal: AxisGeometry, isTransposed: Bool
  ) -> LayerStep {
    .taps(
      TapTransfer(
        vertical: vertical, horizontal: horizontal, powers: powers,
        extents: (
          extent(vertical, rows: true, isTransposed: isTransposed),
          extent(horizontal, rows: false, isTransposed: isTransposed)
        )), isTransposed: isTransposed)
  }

  /// The share of each tap where all that are not zero by design carry alike, mean over the weight's first axis: what
  /// a layer passes whose channels have kernels at offsets of their own in a wider window. `nil` where no such zeros are.
  private func liveTaps() -> [Double]? {
    guard propagation.options.gain == .unit, node.inputs.count > 1,
      let weight = node.inputs[1].flatMap({ propagation.network.constants[$0]?.tensor }), weight.shape.rank == 4
    else { return nil }
    let (filters, inner, taps) = (weight.shape[0], weight.shape[1], weight.shape[2] * weight.shape[3])
    return weight.withUnsafeBufferPointer { values in
      var shares = [Double](repeating: 0, count: taps)
      var hasZeros = false
      for filter in 0..<filters {
        var live = [Bool](repeating: false, count: taps)
        let start = filter * inner * taps
        for index in 0..<(inner * taps) where values[start + index] != 0 { live[index % taps] = true }
        let count = live.count { $0 }
        // Weights that were left at zero say nothing.
        guard count > 0 else { return nil }
        hasZeros = hasZeros || count < taps
        for tap in 0..<taps where live[tap] { shares[tap] += 1 / Double(count * filters) }
      }
      return hasZeros ? shares : nil
    }
  }

  /// The taps of a strided layer as a draw of its weights has them; `nil` where nothing is drawn.
  private func drawnTaps(_ window: Window) -> [Double]? {
    guard let draw = propagation.draw, window.strides.contains(where: { $0 > 1 }), node.inputs.count > 1,
      let weight = node.inputs[1].flatMap({ propagation.network.constants[$0] })
    else { return nil }
    let taps = window.kernel.reduce(1, *)
    let powers = tapPowers() ?? liveTaps() ?? [Double](repeating: 1 / Double(taps), count: taps)
    return draw.varied(powers, weights: weight.shape.elementCount / max(taps, 1), of: output)
  }

  /// Mean over input channels of the power each tap carries: Σ_out W²/C_in, or `nil` under unit gain.
  private func tapPowers() -> [Double]? {
    guard propagation.options.gain == .weights, direction == .backward, node.inputs.count > 1,
      let weight = node.inputs[1].flatMap({ propagation.network.constants[$0]?.tensor }), weight.shape.rank == 4
    else { return nil }
    let taps = weight.shape[2] * weight.shape[3]
    let channels = Double(max(inputShape.rank > 1 ? inputShape[1] : 1, 1))
    return weight.withUnsafeBufferPointer { values in
      var powers = [Double](repeating: 0, count: taps)
      for index in values.indices { powers[index % taps] += Double(values[index]) * Double(values[index]) }
      return powers.map { $0 / channels }
    }
  }
}

extension AxisGeometry {
  func with(kernel: Int) -> AxisGeometry {
    var changed = self
    changed.kernel = kernel
    return changed
  }
}
