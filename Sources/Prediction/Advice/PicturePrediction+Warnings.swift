import GinghamLattices
import GinghamNetworks

extension PicturePrediction {
  /// What in this generator leaves a grid on its pictures, in the network's order.
  ///
  /// - Throws: ``ArtifactError`` as the prediction does.
  public func warnings() throws -> [PredictionWarning] {
    let before = Unevenness(of: phases)
    return try upsamplingLayers.compactMap { layer in
      guard !layer.kernel.isEmpty else { return subPixelWarning(layer) }
      let taps = zip(zip(layer.kernel, layer.stride), layer.dilation).map {
        OverlapLaw.tapCounts(kernel: $0.0.0, stride: $0.0.1, dilation: $0.1)
      }
      guard taps.contains(where: { Set($0).count > 1 }), let kernel = layer.kernel.max(),
        let stride = layer.stride.max()
      else { return nil }
      let dividing = (kernel + stride - 1) / stride * stride
      let changes: [(String, Mitigation)] = [
        ("kernel \(dividing), which stride \(stride) divides", .kernel(dividing)),
        ("resize by \(stride), then a convolution of kernel \(kernel)", .resizeConvolution(kernel: kernel)),
        (
          "one more convolution of kernel \(stride) and stride 1 behind it", .convolutionNearerPixels(kernel: stride)
        ),
      ]
      let effects = try changes.map { change, mitigation in
        PredictionWarning.Effect(change, before: before, after: try unevenness(with: [layer.value: mitigation]))
      }.sorted { $0.cv2After < $1.cv2After }
      return PredictionWarning(
        layer: layer.name, kind: .unevenUpsampling,
        message:
          "kernel \(kernel) at stride \(stride) paints neighbouring positions \(OverlapLaw.described(taps)) times",
        advice: effects.prefix(2).map(\.summary).joined(separator: "; or "), effects: effects)
    }
  }

  /// Phases painted by independent filters differ by chance: n weights each, so their powers have CV² 2/n·(1 − 1/b²)
  /// where the weights are Gaussian. Filters that start alike (ICNR, Aitken et al. 2017) differ by nothing.
  private func subPixelWarning(_ layer: StridedLayer) -> PredictionWarning? {
    guard let node = network.nodes.first(where: { $0.outputs.first == layer.value }),
      case .depthToSpace(let block, _) = node.operation, let input = node.inputs.first ?? nil,
      let source = network.nodes.first(where: { $0.outputs.contains(input) }),
      case .convolution = source.operation, source.inputs.count > 1,
      let weight = source.inputs[1].flatMap({ network.shapes[$0] }), weight.rank > 2, block > 1
    else { return nil }
    let count = Double(max(weight.dimensions.dropFirst().reduce(1, *), 1))
    let expected = 2 / count * (1 - 1 / Double(block * block))
    return PredictionWarning(
      layer: layer.name, kind: .subPixelPhases,
      message:
        "the \(block * block) phases are painted by different filters of '\(source.name)', which start at random",
      advice: "start all filters of a block alike (ICNR): CV² \(expected.short) → 0 at the start of training",
      effects: [
        .init(
          change: "ICNR initialisation of '\(source.name)'", cv2Before: expected, cv2After: 0, maxMinBefore: nil,
          maxMinAfter: 1)
      ])
  }
}
