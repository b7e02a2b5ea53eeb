import Foundation
import GinghamNetworks
import GinghamTensors

/// A strided convolution or pool as the same layer with stride 1, whose maps are cut off at the Nyquist frequency of the
/// positions that are kept: nothing is folded over (frequency low cut pooling; Grabinski, Jung, Keuper & Keuper 2022).
///
/// Cut and sampling of an axis are one matrix, so that the network holds two products in place of Fourier transforms. As
/// with these, opposite borders are neighbours, and the matrices fit one size of maps.
struct LowCutPool {
  func rewriting(_ site: RewriteSite) throws -> (Network, LayerRewrite) {
    let layer = try UnstridedLayer(site, for: "a low cut")
    let extents = layer.axes.map(\.output)
    let weights = (0..<2).map { axis in
      Self.weights(extent: extents[axis], stride: layer.strides[axis], positions: layer.output.spatial[axis])
    }
    var replacement = LayerReplacement(site)
    let dense = try layer.step(site, in: &replacement)
    let down = replacement.constant("cut.rows", Tensor([weights[0].count, extents[0]], weights[0].flatMap { $0 }))
    let across = replacement.constant(
      "cut.columns",
      Tensor([extents[1], weights[1].count], (0..<extents[1]).flatMap { m in weights[1].map { $0[m] } }))
    let rows = replacement.step("rows", .matrixMultiply, down, dense)
    let network = try replacement.finish(.matrixMultiply, rows, across)
    let stride = Set(layer.strides).count == 1 ? "\(layer.strides[0])" : "\(layer.strides[0])×\(layer.strides[1])"
    return (
      network,
      LayerRewrite(
        layer: site.name, from: "\(layer.name) \(layer.from)",
        to: "\(layer.name) \(layer.window.notation), low cut / \(stride)")
    )
  }

  /// One row a position, one weight an element: row n is what lies at or below 1/(2·stride) cycles an element around element n·stride.
  ///
  /// Row n is the Dirichlet kernel 1/H Σ cos(2πk(n·stride − m)/H) over the frequencies k that are kept; of the pair at the
  /// limit itself, which positions of that stride cannot tell apart, one half is kept. A position behind the border, where a
  /// window reached beyond it, is the last element's.
  static func weights(extent: Int, stride: Int, positions: Int) -> [[Float]] {
    // The kernel depends on the distance around the circle alone.
    let kernel = (0..<extent).map { distance -> Double in
      var sum = 1.0
      for k in 1..<max(extent, 2) where 2 * k * stride <= extent {
        let isLimit = 2 * k * stride == extent
        sum += (isLimit ? 1 : 2) * cos(2 * .pi * Double(k * distance % extent) / Double(extent))
      }
      return sum / Double(extent)
    }
    return (0..<positions).map { n in
      let centre = min(n * stride, extent - 1)
      return (0..<extent).map { Float(kernel[abs(centre - $0)]) }
    }
  }
}
