import GinghamNetworks
import GinghamPrediction
import GinghamTensors

/// Changes a kernel by as little as makes its phase sums equal, so that a constant is painted evenly (Kiya et al. 2018);
/// the layer stays a layer of its kind.
///
/// Of all changes that bring the sum S_p of phase p to a common value, the least one spreads S̄ − S_p evenly over the
/// phase's taps. The kernel is first padded with zeros to a multiple of the stride: then all phases have equally many
/// taps, the best common value is the mean of the sums, and the sum of all taps, what a constant becomes, stays.
struct EqualPhaseSums {
  func rewriting(_ site: RewriteSite) throws -> (Network, LayerRewrite) {
    if case .convolution(let layer) = site.boundNode.operation, let (block, order) = site.depthToSpace {
      return try subPixel(site, layer, block: block, order: order)
    }
    let (layer, axes) = try site.transposedConvolution(for: "equal phase sums")
    guard axes.contains(where: { $0.stride > 1 }) else { throw site.fail("its stride is 1, so it has a single phase") }
    let weight = try site.weight()
    var window = layer.window
    var (before, after) = (axes.map(\.padBefore), axes.map(\.padAfter))
    var placings: [AxisMatrix] = []
    for (index, axis) in axes.enumerated() {
      // Taps of a dilated kernel reach every phase only where the dilation has no factor in common with the stride.
      let keepsDilation = greatestCommonDivisor(axis.dilation, axis.stride) == 1
      let (taps, spacing) = keepsDilation ? (axis.kernel, 1) : (axis.extent, axis.dilation)
      let dilation = keepsDilation ? axis.dilation : 1
      let padded = (taps + axis.stride - 1) / axis.stride * axis.stride
      let offset = (padded - taps) / 2
      placings.append(.placing(axis.kernel, among: padded, offset: offset, spacing: spacing))
      window.kernel[index] = padded
      window.dilations[index] = dilation
      before[index] += dilation * offset
      after[index] += dilation * (padded - taps - offset)
    }
    guard (before + after).allSatisfy({ $0 >= 0 }) else {
      throw site.fail("it paints more than its kernel reaches (its padding is negative)")
    }
    window.padding = .explicit(before: before, after: after)
    let learned = FilterBank(weight).transformed(rows: placings[0], columns: placings[1])
    let even = learned.evened(on: window)

    var replacement = LayerReplacement(site)
    let operation = TransposedConvolution(window, groups: layer.groups, outputPadding: layer.outputPadding)
    let network = try replacement.finish(
      .transposedConvolution(operation), try site.input(),
      replacement.weight(even.tensor(weight.shape[0], weight.shape[1])), site.bias)
    return (
      network,
      LayerRewrite(
        layer: site.name, from: "transposed convolution \(layer.window.notation)",
        to: "transposed convolution \(window.notation), equal phase sums",
        fitError: learned.relativeDistance(to: even))
    )
  }

  /// The phases of a sub-pixel convolution are filters of their own.
  private func subPixel(
    _ site: RewriteSite, _ layer: Convolution, block: Int, order: DepthOrder
  ) throws -> (Network, LayerRewrite) {
    let weight = try site.weight()
    guard weight.shape.rank == 4 else { throw site.fail("its weight is \(weight.shape), not one of pictures") }
    let learned = FilterBank(weight)
    let phases = block * block
    let outputs = weight.shape[0] / phases
    let inputs = weight.shape[1]
    // The filters that paint one channel from another, one a phase, stand side by side as one kernel.
    let starts = (0..<outputs).flatMap { output in
      (0..<inputs).flatMap { input in
        (0..<phases).map { phase in
          ((order == .columnFirst ? output * phases + phase : phase * outputs + output) * inputs + input) * learned.area
        }
      }
    }
    let kernels = FilterBank(
      count: outputs * inputs, height: phases, width: learned.area,
      values: starts.flatMap { learned.values[$0..<($0 + learned.area)] })
    let evened = kernels.evened(phase: (0..<(phases * learned.area)).map { $0 / learned.area }, phaseCount: phases)
    var even = learned
    for (place, start) in starts.enumerated() {
      for tap in 0..<learned.area { even.values[start + tap] = evened.values[place * learned.area + tap] }
    }
    var replacement = LayerReplacement(site)
    let network = try replacement.finish(
      .convolution(layer), try site.input(), replacement.weight(even.tensor(weight.shape[0], inputs)), site.bias)
    return (
      network,
      LayerRewrite(
        layer: site.name, from: "sub-pixel convolution \(layer.window.notation)",
        to: "sub-pixel convolution \(layer.window.notation), equal phase sums",
        fitError: learned.relativeDistance(to: even))
    )
  }
}

extension FilterBank {
  /// The nearest filters whose phase sums are equal on the stride's lattice.
  func evened(on window: Window) -> FilterBank {
    // Padding only renames the phases.
    let bare = Window(kernel: window.kernel, strides: window.strides, dilations: window.dilations)
    return evened(phase: KernelPhases.phases(of: bare), phaseCount: window.strides.reduce(1, *))
  }

  /// The nearest filters whose phase sums are equal: what each phase lacks is shared out among its taps. A phase without
  /// taps stays empty and has no say in the mean.
  ///
  /// - Parameters:
  ///   - phase: on which phase each tap falls, row-major.
  ///   - phaseCount: how many phases there are.
  func evened(phase: [Int], phaseCount: Int) -> FilterBank {
    let taps = phase.reduce(into: [Double](repeating: 0, count: phaseCount)) { $0[$1] += 1 }
    let live = Double(max(taps.count { $0 > 0 }, 1))
    var result = self
    var sums = taps
    for filter in 0..<count {
      for index in sums.indices { sums[index] = 0 }
      for tap in 0..<area { sums[phase[tap]] += values[filter * area + tap] }
      let mean = sums.reduce(0, +) / live
      for tap in 0..<area { result.values[filter * area + tap] += (mean - sums[phase[tap]]) / taps[phase[tap]] }
    }
    return result
  }
}

extension Tensor {
  /// The weights in × out/groups × kH × kW of a transposed convolution that are nearest to these and whose phase sums are
  /// equal; the kernels keep their sizes.
  package func withEqualPhaseSums(on window: Window) -> Tensor {
    FilterBank(self).evened(on: window).tensor(shape[0], shape[1])
  }
}
