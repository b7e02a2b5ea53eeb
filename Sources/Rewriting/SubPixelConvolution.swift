import GinghamNetworks
import GinghamTensors

/// A transposed convolution as a convolution that paints every phase into channels of its own, and a depth-to-space
/// (Shi et al. 2016). Position o = q·s + φ − p of the output is Σ_m x[q − m]·w[φ + s·m]: the filter of phase φ is every
/// s-th tap of the kernel, and nothing is lost.
struct SubPixelConvolution {
  /// ICNR: one filter for all phases, the one nearest to them in the sense of least squares.
  let averagesPhases: Bool

  func rewriting(_ site: RewriteSite) throws -> (Network, LayerRewrite) {
    if averagesPhases, case .convolution(let layer) = site.boundNode.operation, let (block, order) = site.depthToSpace {
      return try averaging(site, layer, block: block, order: order)
    }
    let (layer, axes) = try site.transposedConvolution(for: "a sub-pixel convolution")
    let scale = layer.window.strides[0]
    guard layer.window.strides.allSatisfy({ $0 == scale }), scale > 1 else {
      throw site.fail(
        "a depth-to-space enlarges rows and columns alike, its stride is \(layer.window.notation.suffix(3))")
    }
    let weight = try site.weight()
    let inputs = weight.shape[0]
    let outputs = weight.shape[1] * layer.groups
    let taps = axes.map { ($0.extent + scale - 1) / scale }
    let dense = FilterBank(weight).transformed(
      rows: .placing(axes[0].kernel, among: taps[0] * scale, spacing: axes[0].dilation),
      columns: .placing(axes[1].kernel, among: taps[1] * scale, spacing: axes[1].dilation)
    ).exchanged(groups: layer.groups, inputs: inputs)
    var phases = Self.phases(of: dense, scale: scale, taps: taps, outputs: outputs)
    var error = 0.0
    if averagesPhases {
      let averaged = phases.averaged(over: scale * scale, outputs: outputs)
      error = phases.relativeDistance(to: averaged)
      phases = averaged
    }

    var replacement = LayerReplacement(site)
    let kernel = replacement.weight(phases.tensor(outputs * scale * scale, inputs / layer.groups))
    let bias = try site.biasScalars().map { scalars in
      replacement.bias(
        Tensor(
          [scalars.count * scale * scale],
          scalars.flatMap {
            [Float](repeating: $0, count: scale * scale)
          }))
    }
    // Whole blocks in front of the first output are not painted; what is left of one is cut off behind.
    let front = axes.map { min($0.padBefore / scale, taps[0] - 1) }
    let first = axes.indices.map { max(0, front[$0]) }
    let low = axes.indices.map { axes[$0].padBefore - first[$0] * scale }
    guard low.allSatisfy({ $0 >= 0 }) else { throw site.fail("its padding is negative") }
    let blocks = axes.indices.map { (low[$0] + axes[$0].input + scale - 1) / scale }
    let high = axes.indices.map { blocks[$0] * scale - low[$0] - axes[$0].input }
    let before = axes.indices.map { taps[$0] - 1 - first[$0] }
    let after = axes.indices.map { blocks[$0] - axes[$0].output - before[$0] + taps[$0] - 1 }
    var x = try site.input()
    if (before + after).contains(where: { $0 < 0 }) {
      x = replacement.step(
        "crop", .slice(.trimming(before: before.map { max(0, -$0) }, after: after.map { max(0, -$0) })), x)
    }
    let window = Window(
      kernel: taps, padding: .explicit(before: before.map { max(0, $0) }, after: after.map { max(0, $0) }))
    let painted = replacement.step(
      "phases", .convolution(Convolution(window, groups: layer.groups)), x, kernel, bias)
    let shuffle = Operation.depthToSpace(blockSize: scale, order: .columnFirst)
    let network: Network
    if (low + high).contains(where: { $0 > 0 }) {
      let whole = replacement.step("shuffle", shuffle, painted)
      network = try replacement.finish(.slice(.trimming(before: low, after: high)), whole)
    } else {
      network = try replacement.finish(shuffle, painted)
    }
    return (
      network,
      LayerRewrite(
        layer: site.name, from: "transposed convolution \(layer.window.notation)",
        to: "convolution \(window.notation) to \(outputs * scale * scale) channels"
          + (averagesPhases ? " alike in each block" : "") + ", depth to space ×\(scale)", fitError: error)
    )
  }

  /// A sub-pixel convolution that is there already.
  private func averaging(
    _ site: RewriteSite, _ layer: Convolution, block: Int, order: DepthOrder
  ) throws -> (Network, LayerRewrite) {
    let weight = try site.weight()
    let phases = FilterBank(weight)
    let averaged = phases.averaged(over: block * block, outputs: weight.shape[0] / (block * block), order: order)
    var replacement = LayerReplacement(site)
    let network = try replacement.finish(
      .convolution(layer), try site.input(), replacement.weight(averaged.tensor(weight.shape[0], weight.shape[1])),
      site.bias)
    return (
      network,
      LayerRewrite(
        layer: site.name, from: "sub-pixel convolution \(layer.window.notation)",
        to: "sub-pixel convolution \(layer.window.notation) alike in each block",
        fitError: phases.relativeDistance(to: averaged))
    )
  }

  /// Filters out × in of height s·a and width s·b as (out · s²) × in of a×b, the channels of a block side by side.
  private static func phases(of bank: FilterBank, scale: Int, taps: [Int], outputs: Int) -> FilterBank {
    let inputs = bank.count / outputs
    let (rows, columns) = (taps[0], taps[1])
    var result = FilterBank(
      count: bank.count * scale * scale, height: rows, width: columns,
      values: [Double](repeating: 0, count: bank.values.count))
    for output in 0..<outputs {
      for phase in 0..<(scale * scale) {
        for input in 0..<inputs {
          let source = (output * inputs + input) * bank.area
          let target = ((output * scale * scale + phase) * inputs + input) * rows * columns
          for row in 0..<rows {
            for column in 0..<columns {
              // A convolution slides its kernel the other way round.
              let y = phase / scale + scale * (rows - 1 - row)
              let x = phase % scale + scale * (columns - 1 - column)
              result.values[target + row * columns + column] = bank.values[source + y * bank.width + x]
            }
          }
        }
      }
    }
    return result
  }
}

extension FilterBank {
  /// Filters (out · phases) × in with those of all phases of an output replaced by their mean.
  func averaged(over phases: Int, outputs: Int, order: DepthOrder = .columnFirst) -> FilterBank {
    var result = self
    let row = count / (outputs * phases) * area
    for output in 0..<outputs {
      let starts = (0..<phases).map { (order == .columnFirst ? output * phases + $0 : $0 * outputs + output) * row }
      for element in 0..<row {
        let mean = starts.reduce(0) { $0 + values[$1 + element] } / Double(phases)
        for start in starts { result.values[start + element] = mean }
      }
    }
    return result
  }
}
