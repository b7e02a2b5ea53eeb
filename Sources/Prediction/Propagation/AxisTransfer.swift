import GinghamLattices
import GinghamNetworks
import GinghamTensors

/// How power moves along one axis between the side of a layer nearer the pixels (inner) and the other one (outer):
/// a sparse matrix of non-negative weights, used in either direction.
struct AxisTransfer {
  /// Whether the axis ends or repeats.
  enum Extent: Hashable {
    /// The axis as it is, with its borders.
    case bounded
    /// One tile of an endless axis: what happens far from all borders.
    case endless(inner: Int, outer: Int)
  }

  let inner: Int
  let outer: Int
  /// Outer position `o` owns entries `starts[o]..<starts[o + 1]`.
  private var starts = [0]
  private var indices: [Int] = []
  private var weights: [Double] = []

  init(inner: Int, outer: Int, entries: (Int) -> [(index: Int, weight: Double)]) {
    self.inner = inner
    self.outer = outer
    for position in 0..<outer {
      for entry in entries(position) {
        indices.append(entry.index)
        weights.append(entry.weight)
      }
      starts.append(indices.count)
    }
  }

  /// A window. `weight` gives each tap's weight, told how many taps of the window lie on the axis and which this is.
  static func window(
    _ geometry: AxisGeometry, extent: Extent, weight: (_ tap: Int, _ valid: Range<Int>, _ output: Int) -> Double
  ) -> AxisTransfer {
    switch extent {
    case .bounded:
      return AxisTransfer(inner: geometry.input, outer: geometry.output) { output in
        let valid = geometry.taps(ofOutput: output)
        return valid.map { tap in
          (output * geometry.stride + tap * geometry.dilation - geometry.padBefore, weight(tap, valid, output))
        }
      }
    case .endless(let inner, let outer):
      return AxisTransfer(inner: inner, outer: outer) { output in
        (0..<geometry.kernel).map { tap in
          let index = output * geometry.stride + tap * geometry.dilation - geometry.padBefore
          return (wrapped(index, inner), weight(tap, 0..<geometry.kernel, output))
        }
      }
    }
  }

  /// Inner positions from outer ones: `inner[i] = Σ weight · outer[o]`.
  func pulledBack(_ plane: Plane, along axis: Axis) -> Plane {
    var result = axis.resized(plane, to: inner)
    for output in 0..<outer {
      for entry in starts[output]..<starts[output + 1] {
        axis.accumulate(plane, output, times: weights[entry], into: &result, indices[entry])
      }
    }
    return result
  }

  /// Outer positions from inner ones: `outer[o] = Σ weight · inner[i]`.
  func pushedForward(_ plane: Plane, along axis: Axis) -> Plane {
    var result = axis.resized(plane, to: outer)
    for output in 0..<outer {
      for entry in starts[output]..<starts[output + 1] {
        axis.accumulate(plane, indices[entry], times: weights[entry], into: &result, output)
      }
    }
    return result
  }

  enum Axis {
    case vertical, horizontal

    fileprivate func resized(_ plane: Plane, to extent: Int) -> Plane {
      self == .vertical
        ? Plane(height: extent, width: plane.width) : Plane(height: plane.height, width: extent)
    }

    fileprivate func accumulate(
      _ source: Plane, _ from: Int, times weight: Double, into target: inout Plane, _ to: Int
    ) {
      switch self {
      case .vertical:
        let (a, b) = (from * source.width, to * target.width)
        for x in 0..<source.width { target.values[b + x] += weight * source.values[a + x] }
      case .horizontal:
        for y in 0..<source.height {
          target.values[y * target.width + to] += weight * source.values[y * source.width + from]
        }
      }
    }
  }
}

/// A separable step between two planes.
struct PlaneTransfer {
  /// `nil` leaves the axis as it is.
  var vertical: AxisTransfer?
  var horizontal: AxisTransfer?
  /// Weights act on amplitudes, not on powers: what is summed is fully correlated.
  var isCoherent = false

  func pulledBack(_ plane: Plane) -> Plane {
    transported(plane) { transfer, plane, axis in transfer.pulledBack(plane, along: axis) }
  }

  func pushedForward(_ plane: Plane) -> Plane {
    transported(plane) { transfer, plane, axis in transfer.pushedForward(plane, along: axis) }
  }

  private func transported(
    _ plane: Plane, _ step: (AxisTransfer, Plane, AxisTransfer.Axis) -> Plane
  ) -> Plane {
    var plane = plane
    if isCoherent { plane.values = plane.values.map { $0.squareRoot() } }
    if let vertical { plane = step(vertical, plane, .vertical) }
    if let horizontal { plane = step(horizontal, plane, .horizontal) }
    if isCoherent { plane.values = plane.values.map { $0 * $0 } }
    return plane
  }
}
