import GinghamLattices
import GinghamNetworks

extension GradientPrediction {
  /// What in this architecture leaves a grid on gradients, the layer that contributes most first, each with changes
  /// whose effect at the input is predicted anew.
  ///
  /// - Throws: ``ArtifactError`` as the prediction does.
  public func warnings() throws -> [PredictionWarning] {
    let before = Unevenness(of: inputPhases)
    let strided = stridedLayers.sorted { $0.ownContribution > $1.ownContribution }
    return try strided.compactMap { try warning(about: $0, before: before) } + unusedPixelWarnings()
  }

  private func warning(about layer: StridedLayer, before: Unevenness) throws -> PredictionWarning? {
    let taps = zip(zip(layer.kernel, layer.stride), layer.dilation).map {
      OverlapLaw.tapCounts(kernel: $0.0.0, stride: $0.0.1, dilation: $0.1)
    }
    guard taps.contains(where: { Set($0).count > 1 }) else { return nil }
    let live = taps.reduce(1.0) { $0 * Double($1.count { $0 > 0 }) / Double($1.count) }
    let kernel = layer.kernel.map(String.init).joined(separator: "×")
    let stride = layer.stride.map(String.init).joined(separator: "×")
    let window = "\(layer.isPool ? "window" : "kernel") \(kernel) at stride \(stride)"
    let shape = layer.dilation.contains { $0 > 1 } ? window + ", dilation \(layer.dilation[0])" : window
    let ownBands = layer.ownBands.map { "period \($0.key): CV² \($0.value.short)" }.joined(separator: ", ")
    // What layers in front of it even out is still there in the feature maps between: then these are looked at.
    let (place, uneven) = ownBands.isEmpty ? (layer.front, try unevenness(at: layer.front)) : (inputValue, before)
    let brings =
      ownBands.isEmpty
      ? "; at the input nothing of it is left, at '\(network.name(of: layer.front))' CV² is \(uneven.cv2.short)"
      : "; at the input it brings in \(ownBands)"
    let message: String
    let kind: PredictionWarning.Kind
    if live < 1 {
      kind = .deadPhases
      message = "\(shape) skips \(((1 - live) * 100).short) % of the positions in front of it\(brings)"
    } else {
      kind = layer.isPool ? .unevenPool : .unevenOverlap
      message = "\(shape) reads neighbouring positions \(OverlapLaw.described(taps)) times\(brings)"
    }
    let effects = try changes(for: layer).map { change, mitigation in
      PredictionWarning.Effect(
        change, before: uneven, after: try unevenness(with: [layer.value: mitigation], at: place))
    }.sorted { $0.cv2After < $1.cv2After }
    return PredictionWarning(
      layer: layer.name, kind: kind, message: message, advice: PredictionWarning.Effect.advice(from: effects),
      effects: effects)
  }

  private func unevenness(at value: ValueID) throws -> Unevenness {
    guard let phases = phases(at: value) else { throw ArtifactError.unreachable(value: network.name(of: value)) }
    return Unevenness(of: phases)
  }

  /// Changes a practitioner can make to a strided layer. Kernels and strides are taken from the rows where axes
  /// differ.
  private func changes(for layer: StridedLayer) -> [(String, Mitigation)] {
    guard let kernel = layer.kernel.max(), let stride = layer.stride.max(), stride > 1 else { return [] }
    let dividing = (kernel + stride - 1) / stride * stride
    var changes: [(String, Mitigation)] = []
    if layer.isPool {
      changes.append(("average pool of \(stride) at stride \(stride)", .averagePool))
    } else {
      changes.append(("kernel \(dividing), which stride \(stride) divides", .kernel(dividing)))
      changes.append(("stride 1, then an average pool of \(stride)", .averagePool))
    }
    if stride == 2 {
      changes.append(("stride 1, then a blur pool of four taps (1, 3, 3, 1)", .blurPool(taps: [1, 3, 3, 1])))
    }
    changes.append(
      ("one more convolution of kernel \(stride) and stride 1 in front of it", .convolutionNearerPixels(kernel: stride))
    )
    return changes
  }

  /// Windows that leave rows or columns over, with how many pixels that makes at the input.
  private func unusedPixelWarnings() throws -> [PredictionWarning] {
    let found = try network.nodes.compactMap { node -> (Node, [AxisGeometry])? in
      guard let value = node.outputs.first, planes[value] != nil, let input = node.inputs.first ?? nil,
        let shape = network.shapes[input], let (window, _) = node.operation.downsamplingWindow
      else { return nil }
      let axes = try window.axes(input: Array(shape.dimensions.suffix(window.kernel.count)))
      return axes.contains { $0.unusedAfter > 0 && $0.output > 0 } ? (node, axes) : nil
    }
    guard !found.isEmpty else { return [] }
    let foveation = try foveation()
    let lost =
      foveation.unusedRows + foveation.unusedColumns > 0
      ? "; \(foveation.unusedRows) rows and \(foveation.unusedColumns) columns of the picture get no gradient at all"
      : ""
    return found.map { node, axes in
      let unused = axes.map(\.unusedAfter)
      let fits = axes.map { "\($0.input - $0.unusedAfter)" }.joined(separator: "×")
      return PredictionWarning(
        layer: node.name, kind: .unusedPixels,
        message: "its windows never reach the last \(unused[0]) rows"
          + (unused.count > 1 ? " and \(unused[1]) columns" : "") + " of its input" + lost,
        advice: "choose an input size that makes this layer's input \(fits), or pad by what is left over", effects: [])
    }
  }
}

extension StridedLayer {
  /// Contributions to the bands that begin with this layer, longest first left out where nothing is brought in.
  fileprivate var ownBands: [(key: Int, value: Double)] {
    contribution.filter {
      cumulativeBehind.isMultiple(of: $0.key) && !cumulativeBefore.isMultiple(of: $0.key) && $0.value > 1e-4
    }.sorted { $0.key < $1.key }
  }

  fileprivate var ownContribution: Double { ownBands.reduce(0) { $0 + $1.value } }
}
