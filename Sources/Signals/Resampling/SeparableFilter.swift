import Foundation
import GinghamTensors

/// One-dimensional filters whose taps sum to one.
public enum FilterTaps {
  /// The mean of `size` neighbours. An even size leans half a pixel towards the start.
  public static func box(_ size: Int) -> [Float] {
    [Float](repeating: 1 / Float(size), count: size)
  }

  /// A box of `size` convolved with itself: 2·size − 1 taps. It is exactly zero at every frequency m/size, m ≠ 0.
  public static func triangle(_ size: Int) -> [Float] {
    (0..<(2 * size - 1)).map { Float(size - abs($0 - size + 1)) / Float(size * size) }
  }

  /// Binomial coefficients of order `size` − 1: 1 2 1, 1 4 6 4 1, …
  public static func binomial(_ size: Int) -> [Float] {
    var row = [1.0]
    while row.count < size { row = zip([0] + row, row + [0]).map { ($0 + $1) / 2 } }
    return row.map(Float.init)
  }

  /// A sampled Gaussian of standard deviation `sigma` pixels, cut off at `radius` (default: four deviations).
  public static func gaussian(sigma: Double, radius: Int? = nil) -> [Float] {
    let radius = radius ?? Int((4 * sigma).rounded(.up))
    guard sigma > 0, radius > 0 else { return [1] }
    let weights = (-radius...radius).map { exp(-0.5 * Double($0 * $0) / (sigma * sigma)) }
    let sum = weights.reduce(0, +)
    return weights.map { Float($0 / sum) }
  }
}

extension AxisMap {
  /// `output[o] = Σ taps[t]·input[o + t − taps.count/2]`, the axis continued by `border`.
  public static func filter(_ size: Int, taps: [Float], border: Border) -> AxisMap {
    AxisMap(
      input: size,
      taps: (0..<size).map { position in
        taps.enumerated().compactMap { tap, weight in
          border.source(of: position + tap - taps.count / 2, count: size).map { ($0, Double(weight)) }
        }
      })
  }
}

extension SeparableMap {
  /// The same filter along both axes of maps …×`height`×`width`.
  public static func filter(height: Int, width: Int, taps: [Float], border: Border) -> SeparableMap {
    SeparableMap(
      vertical: .filter(height, taps: taps, border: border), horizontal: .filter(width, taps: taps, border: border))
  }
}

extension Tensor {
  /// Maps …×H×W filtered along both axes.
  public func filtered(taps: [Float], border: Border) -> Tensor {
    SeparableMap.filter(
      height: shape[shape.rank - 2], width: shape[shape.rank - 1], taps: taps, border: border)(self)
  }
}
