import GinghamNetworks
import GinghamTensors

/// A strided convolution or pool as the same layer with stride 1, and a blur with that stride behind it, channel by
/// channel (Zhang 2019, "Making convolutional networks shift-invariant again"). Its borders are mirrored.
struct BlurPool {
  func rewriting(_ site: RewriteSite) throws -> (Network, LayerRewrite) {
    guard var (window, _) = site.boundNode.operation.downsamplingWindow else {
      throw site.fail(
        "it is a \(site.boundNode.operation.name); a blur pool takes the place of strided convolutions and pools")
    }
    let strides = window.strides
    guard strides.contains(where: { $0 > 1 }) else { throw site.fail("its stride is 1, so it skips nothing") }
    guard site.node.outputs.count == 1 else { throw site.fail("something reads the places of its maxima") }
    let (from, extents, output) = (window.notation, try site.extents(), try site.outputShape())
    window.strides = [1, 1]
    window.ceilMode = false
    let axes: [AxisGeometry]
    do {
      axes = try window.axes(input: extents)
    } catch let error as ShapeError {
      throw site.fail("\(error)")
    }
    let blurs = strides.map { BlurFilter.taps(stride: $0) }
    // Output o is the blur around element o·stride. A window that reached beyond the border needs more of it.
    let before = blurs.map { ($0.count - 1) / 2 }
    let after = axes.indices.map { axis in
      let missing = (output.spatial[axis] - 1) * strides[axis] - (axes[axis].output - 1)
      return blurs[axis].count - 1 - before[axis] + max(0, missing)
    }
    let channels = output[1]

    var replacement = LayerReplacement(site)
    let (operation, name, error) = try strided(site, window: window, blurs: blurs)
    var x: ValueID?
    switch operation {
    case .convolution: x = replacement.step("dense", operation, try site.input(), site.node.inputs[1], site.bias)
    default: x = replacement.step("dense", operation, try site.input())
    }
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
        layer: site.name, from: "\(name) \(from)",
        to: "\(name) \(window.notation), blur \(blurWindow.notation)", fitError: error)
    )
  }

  /// The layer with stride 1, what to call it, and how much the blur changes the kernel of a convolution.
  private func strided(
    _ site: RewriteSite, window: Window, blurs: [[Double]]
  ) throws -> (operation: Operation, name: String, error: Double?) {
    switch site.boundNode.operation {
    case .convolution(var layer):
      layer.window = window
      let bank = FilterBank(try site.weight())
      let placed = (0..<2).map { axis -> (plain: AxisMatrix, blurred: AxisMatrix) in
        let (taps, spacing) = (window.kernel[axis], window.dilations[axis])
        let extent = (taps - 1) * spacing + 1
        let dense = AxisMatrix.placing(taps, among: extent, spacing: spacing)
        let length = extent + blurs[axis].count - 1
        return (
          .placing(taps, among: length, offset: (blurs[axis].count - 1) / 2, spacing: spacing),
          .convolving(extent, with: blurs[axis].reversed()) * dense
        )
      }
      let error = bank.transformed(rows: placed[0].plain, columns: placed[1].plain).relativeDistance(
        to: bank.transformed(rows: placed[0].blurred, columns: placed[1].blurred))
      return (.convolution(layer), "convolution", error)
    case .maxPool: return (.maxPool(MaxPool(window)), "max pool", nil)
    case .averagePool(var pool):
      pool.window = window
      return (.averagePool(pool), "average pool", nil)
    default: throw site.fail("it has no window")
    }
  }
}
