import GinghamNetworks
import GinghamTensors

/// A transposed convolution as a resize and a convolution of stride 1.
///
/// The pair amounts to the transposed convolution with kernel rev(c) * h, h the resize's own kernel: (1, … 1) for nearest,
/// (1, 2, … s, … 2, 1)/s for linear (``EquivalentKernel``). Along both axes such kernels are a subspace, and the learned
/// one is projected onto it: c = A⁺·w·(A⁺)ᵀ with A the matrix that takes c to rev(c) * h. Every kernel of the subspace
/// paints a constant evenly.
struct ResizeConvolution {
  let interpolation: Resize.Mode
  let options: RewriteOptions

  init(_ interpolation: Resize.Mode, options: RewriteOptions) {
    self.interpolation = interpolation
    self.options = options
  }

  /// One axis of the pair.
  private struct Axis {
    let scale: Int
    /// Taps of the convolution.
    let taps: Int
    /// From c to the kernel of the transposed convolution, and its inverse.
    let painting: AxisMatrix
    let fit: AxisMatrix
    /// From the learned taps into the kernel's extent.
    let placing: AxisMatrix
    /// Elements added around the resized map; negative ones are cut off.
    let before: Int
    let after: Int
    let resized: Int
  }

  func rewriting(_ site: RewriteSite) throws -> (Network, LayerRewrite) {
    let what = interpolation == .nearest ? "a nearest resize" : "a bilinear resize"
    let (layer, geometry) = try site.transposedConvolution(for: what)
    let weight = try site.weight()
    let axes = try geometry.map { try axis($0, site: site) }
    let learned = FilterBank(weight).transformed(rows: axes[0].placing, columns: axes[1].placing)
    let fitted = learned.transformed(rows: axes[0].fit, columns: axes[1].fit)
    let painted = fitted.transformed(rows: axes[0].painting, columns: axes[1].painting)
    let inputs = weight.shape[0]
    let kernel = fitted.exchanged(groups: layer.groups, inputs: inputs)
      .tensor(weight.shape[1] * layer.groups, inputs / layer.groups)

    var replacement = LayerReplacement(site)
    var x = replacement.step("resize", .resize(resize(axes)), try site.input())
    let (low, high) = (axes.map { max(0, -$0.before) }, axes.map { max(0, -$0.after) })
    if (low + high).contains(where: { $0 > 0 }) {
      x = replacement.step("crop", .slice(.trimming(before: low, after: high)), x)
    }
    var (before, after) = (axes.map { max(0, $0.before) }, axes.map { max(0, $0.after) })
    var border = ""
    if options.border == .reflect, (before + after).contains(where: { $0 > 0 }) {
      let pad = Pad.around(
        before: before, after: after, extents: axes.indices.map { axes[$0].resized - low[$0] - high[$0] })
      x = replacement.step("pad", .pad(pad), x)
      border = "\(pad.mode.rawValue) pad, "
      (before, after) = ([0, 0], [0, 0])
    }
    let window = Window(kernel: axes.map(\.taps), padding: .explicit(before: before, after: after))
    let network = try replacement.finish(
      .convolution(Convolution(window, groups: layer.groups)), x, replacement.weight(kernel), site.bias)
    let scale =
      Set(axes.map(\.scale)).count == 1 ? "\(axes[0].scale)" : axes.map { "\($0.scale)" }.joined(separator: "×")
    return (
      network,
      LayerRewrite(
        layer: site.name, from: "transposed convolution \(layer.window.notation)",
        to: "\(interpolation == .nearest ? "nearest" : "bilinear") ×\(scale), \(border)convolution \(window.notation)",
        fitError: learned.relativeDistance(to: painted))
    )
  }

  private func resize(_ axes: [Axis]) -> Resize {
    // The linear resize on the grid of the samples is the one with kernel (1, 2, … s, … 2, 1)/s.
    Resize(
      mode: interpolation, coordinates: .asymmetric, rounding: .floor,
      scales: [1, 1] + axes.map { Float($0.scale) })
  }

  /// Output position o reads c[u]·X[o + u − before] of the resized map X, whose element i·s + v holds x[i] with weight
  /// h[v]. With o = i·s + t − p this is tap t = v + before + p − u of the transposed convolution.
  private func axis(_ geometry: AxisGeometry, site: RewriteSite) throws -> Axis {
    let (scale, extent) = (geometry.stride, geometry.extent)
    let reach = interpolation == .nearest ? 0 : scale - 1
    let support = interpolation == .nearest ? scale : 2 * scale - 1
    let taps = try self.taps(extent: extent, scale: scale, support: support, site: site)
    let length = taps + support - 1
    let offset = (length - extent) / 2
    let painting = AxisMatrix(rows: length, columns: taps) { row, tap in
      let position = tap + row - (taps - 1) - reach
      switch interpolation {
      case .nearest: return (0..<scale).contains(position) ? 1 : 0
      default: return max(0, 1 - Double(abs(position)) / Double(scale))
      }
    }
    guard let fit = painting.pseudoinverse else { throw site.fail("its kernel cannot be fitted") }
    let before = taps - 1 + reach - geometry.padBefore - offset
    let resized = geometry.output * scale
    return Axis(
      scale: scale, taps: taps, painting: painting, fit: fit,
      placing: .placing(geometry.kernel, among: length, offset: offset, spacing: geometry.dilation), before: before,
      after: geometry.input - resized - before + taps - 1, resized: resized)
  }

  private func taps(extent: Int, scale: Int, support: Int, site: RewriteSite) throws -> Int {
    let least = max(1, extent - support + 1)
    if let kernel = options.kernel {
      guard kernel >= least else {
        throw site.fail(
          "a kernel of \(kernel) behind the resize does not reach as far as its own of \(extent); take \(least) or more"
        )
      }
      return kernel
    }
    let whole = (extent + scale - 1) / scale * scale - scale + 1
    // Kernels that grow by as much on either side keep their centre.
    return interpolation == .nearest || (whole + support - 1 - extent).isMultiple(of: 2) ? whole : whole + 1
  }
}

extension Slice {
  /// Cuts rows and columns off the picture, whatever its size.
  static func trimming(before: [Int], after: [Int]) -> Slice {
    Slice(starts: before, ends: after.map { $0 > 0 ? -$0 : Int(Int64.max) }, axes: [2, 3], steps: [1, 1])
  }
}

extension Pad {
  /// Mirrors the picture around its border pixels, or repeats these where it is too small.
  static func around(before: [Int], after: [Int], extents: [Int]) -> Pad {
    let fits = zip(zip(before, after), extents).allSatisfy { max($0.0, $0.1) < $1 }
    return Pad(mode: fits ? .reflect : .edge, before: [0, 0] + before, after: [0, 0] + after)
  }
}
