import GinghamLattices
import GinghamNetworks
import GinghamTensors

/// One step of a layer that moves power between positions, with the side that lies nearer the network's input.
enum LayerStep {
  case separable(PlaneTransfer, isTransposed: Bool)
  case taps(TapTransfer, isTransposed: Bool)
  /// All positions alike.
  case scale(Double)

  func towardInput(_ plane: Plane) -> Plane {
    switch self {
    case .separable(let transfer, let isTransposed):
      isTransposed ? transfer.pushedForward(plane) : transfer.pulledBack(plane)
    case .taps(let transfer, let isTransposed):
      isTransposed ? transfer.pushedForward(plane) : transfer.pulledBack(plane)
    case .scale(let factor): Plane(height: plane.height, width: plane.width, values: plane.values.map { $0 * factor })
    }
  }

  func towardOutput(_ plane: Plane) -> Plane {
    switch self {
    case .separable(let transfer, let isTransposed):
      isTransposed ? transfer.pulledBack(plane) : transfer.pushedForward(plane)
    case .taps(let transfer, let isTransposed):
      isTransposed ? transfer.pulledBack(plane) : transfer.pushedForward(plane)
    case .scale: plane
    }
  }
}

/// A window whose taps carry different powers and do not separate: the second moments of given weights.
struct TapTransfer {
  let vertical: AxisGeometry
  let horizontal: AxisGeometry
  /// Power a tap carries, row-major.
  let powers: [Double]
  let extents: (vertical: AxisTransfer.Extent, horizontal: AxisTransfer.Extent)

  func pulledBack(_ plane: Plane) -> Plane {
    var result = Plane(height: extent(.vertical).inner, width: extent(.horizontal).inner)
    forEachTap { outer, inner, power in result.values[inner] += power * plane.values[outer] }
    return result
  }

  func pushedForward(_ plane: Plane) -> Plane {
    var result = Plane(height: extent(.vertical).outer, width: extent(.horizontal).outer)
    forEachTap { outer, inner, power in result.values[outer] += power * plane.values[inner] }
    return result
  }

  private enum Axis { case vertical, horizontal }

  private func extent(_ axis: Axis) -> (inner: Int, outer: Int) {
    let (geometry, extent) = axis == .vertical ? (vertical, extents.vertical) : (horizontal, extents.horizontal)
    if case .endless(let inner, let outer) = extent { return (inner, outer) }
    return (geometry.input, geometry.output)
  }

  /// Outer and inner flat index and power of every tap that lies on the plane.
  private func forEachTap(_ body: (Int, Int, Double) -> Void) {
    let (rows, columns) = (extent(.vertical), extent(.horizontal))
    func index(_ geometry: AxisGeometry, _ extent: AxisTransfer.Extent, _ output: Int, _ tap: Int) -> Int? {
      if case .endless(let inner, _) = extent {
        return wrapped(output * geometry.stride + tap * geometry.dilation - geometry.padBefore, inner)
      }
      return geometry.inputIndex(output: output, tap: tap)
    }
    for ty in 0..<vertical.kernel {
      for tx in 0..<horizontal.kernel {
        let power = powers[ty * horizontal.kernel + tx]
        guard power != 0 else { continue }
        let across = (0..<columns.outer).map { index(horizontal, extents.horizontal, $0, tx) }
        for oy in 0..<rows.outer {
          guard let iy = index(vertical, extents.vertical, oy, ty) else { continue }
          for (ox, ix) in across.enumerated() {
            if let ix { body(oy * columns.outer + ox, iy * columns.inner + ix, power) }
          }
        }
      }
    }
  }
}
