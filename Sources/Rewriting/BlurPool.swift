import GinghamNetworks
import GinghamTensors

/// A strided convolution or pool as the same layer with stride 1, and a blur with that stride behind it, channel by
/// channel (Zhang 2019, "Making convolutional networks shift-invariant again"). Its borders are mirrored.
struct BlurPool {
  func rewriting(_ site: RewriteSite) throws -> (Network, LayerRewrite) {
    let layer = try UnstridedLayer(site, for: "a blur pool")
    let (strides, axes, output) = (layer.strides, layer.axes, layer.output)
    let blurs = strides.map { BlurFilter.taps(stride: $0) }
    // Output o is the blur around element o·stride. A window that reached beyond the border needs more of it.
    let before = blurs.map { ($0.count - 1) / 2 }
    let after = axes.indices.map { axis in
      let missing = (output.spatial[axis] - 1) * strides[axis] - (axes[axis].output - 1)
      return blurs[axis].count - 1 - before[axis] + max(0, missing)
    }
    let channels = output[1]

    var replacement = LayerReplacement(site)
    var x = try layer.step(site, in: &replacement)
    let pad = Pad.around(before: before, after: after, extents: axes.map(\.output))
    x = replacement.step("pad", .pad(pad), x)
    let filter = blurs[0].flatMap { row in blurs[1].map { Float(row * $0) } }
    let blur = replacement.constant(
      "blur.weight",
      Tensor([channels, 1, blurs[0].count, blurs[1].count], (0..<channels).flatMap { _ in filter }))
    let blurWindow = Window(kernel: blurs.map(\.count), strides: strides)
    let network = try replacement.finish(.convolution(Convolution(blurWindow, groups: channels)), x, blur)
    return (
      network,
      LayerRewrite(
        layer: site.name, from: "\(layer.name) \(layer.from)",
        to: "\(layer.name) \(layer.window.notation), blur \(blurWindow.notation)",
        fitError: try fitError(site, layer, blurs))
    )
  }

  /// How much the blur changes the kernel of a convolution; `nil` for pools.
  private func fitError(_ site: RewriteSite, _ layer: UnstridedLayer, _ blurs: [[Double]]) throws -> Double? {
    guard case .convolution = layer.operation else { return nil }
    let bank = FilterBank(try site.weight())
    let placed = (0..<2).map { axis -> (plain: AxisMatrix, blurred: AxisMatrix) in
      let (taps, spacing) = (layer.window.kernel[axis], layer.window.dilations[axis])
      let extent = (taps - 1) * spacing + 1
      let dense = AxisMatrix.placing(taps, among: extent, spacing: spacing)
      let length = extent + blurs[axis].count - 1
      return (
        .placing(taps, among: length, offset: (blurs[axis].count - 1) / 2, spacing: spacing),
        .convolving(extent, with: blurs[axis].reversed()) * dense
      )
    }
    return bank.transformed(rows: placed[0].plain, columns: placed[1].plain).relativeDistance(
      to: bank.transformed(rows: placed[0].blurred, columns: placed[1].blurred))
  }
}
