import Foundation
import GinghamDifferentiation
import GinghamTensors

/// The gradient integrated along the straight line from a baseline to the picture, times their difference
/// (Sundararajan, Taly & Yan 2017). Its sum is the objective's difference between both ends.
///
/// Defaults are Captum's: 50 Gauss–Legendre nodes, and the network's normalized zero as baseline.
public struct IntegratedGradients: AttributionMethod {
  /// What settings, manifests and findings call it.
  public static let name = "integrated"
  /// It is not: the map is made of derivatives of the objective.
  public static let isSurrogate = false

  /// Of the Riemann sum between baseline and picture.
  public var steps: Int
  /// C×H×W or 1×C×H×W in 0…1; `nil`: the picture that normalization maps to zero.
  public var baseline: Tensor?
  /// Most points in one pass; bounds the memory.
  public var batchLimit: Int

  /// With the properties of the same names.
  public init(steps: Int = 50, baseline: Tensor? = nil, batchLimit: Int = 10) {
    self.steps = steps
    self.baseline = baseline
    self.batchLimit = batchLimit
  }

  /// The map of ``AttributionMethod/attribute(_:to:by:)``.
  ///
  /// - Throws: what planning and running the differentiator throws.
  public func attribute(
    _ pictures: Tensor, to objective: any Objective, by differentiator: any Differentiator
  ) throws -> Attribution {
    let settled = try SettledObjective(objective, on: pictures, by: differentiator)
    let units = NormalizedUnits(differentiator.network, channels: pictures.shape[1])
    let nodes = GaussLegendre(steps)
    var maps: [Tensor] = []
    var gaps: [Float] = []
    for (index, objective) in settled.objectives.enumerated() {
      let picture = pictures.sample(index)
      let start = baseline?.reshaped(to: picture.shape) ?? units.baseline(picture.shape)
      let average = try GradientAverage(
        objective, of: differentiator, picture: picture.shape, variants: steps, batchLimit: batchLimit)
      var map = try average.sum(weights: nodes.weights.map(Float.init)) { buffer, step in
        let position = Float(nodes.positions[step])
        picture.withUnsafeBufferPointer { end in
          start.withUnsafeBufferPointer { origin in
            for pixel in buffer.indices { buffer[pixel] = origin[pixel] + position * (end[pixel] - origin[pixel]) }
          }
        }
      }
      var sum = 0.0
      picture.withUnsafeBufferPointer { end in
        start.withUnsafeBufferPointer { origin in
          map.withUnsafeMutableBufferPointer { map in
            for pixel in map.indices {
              map[pixel] *= end[pixel] - origin[pixel]
              sum += Double(map[pixel])
            }
          }
        }
      }
      let atBaseline = try Gradient.value(of: objective, at: start, by: differentiator)
      maps.append(map)
      gaps.append(Float(sum) - (settled.values[index] - atBaseline))
    }
    return Attribution(
      map: .stacked(maps), values: settled.values, activations: settled.activations, completenessGaps: gaps)
  }
}

extension Gradient {
  fileprivate static func value(
    of objective: any Objective, at picture: Tensor, by differentiator: any Differentiator
  ) throws -> Float {
    let pass = try ObjectivePass(objective, of: differentiator, inputShapes: [picture.shape], gradientsAt: [])
    return try pass.values(picture)[0]
  }
}

/// Nodes and weights of Gauss–Legendre quadrature on 0…1: exact for polynomials up to degree 2n − 1.
struct GaussLegendre {
  let positions: [Double]
  let weights: [Double]

  init(_ count: Int) {
    var positions: [Double] = []
    var weights: [Double] = []
    for index in 0..<count {
      // Newton's method from Chebyshev's estimate of the root; it converges in a handful of steps.
      var x = -cos(.pi * (Double(index) + 0.75) / (Double(count) + 0.5))
      var slope = 1.0
      for _ in 0..<100 {
        let (value, derivative) = Self.legendre(count, x)
        slope = derivative
        let step = value / derivative
        x -= step
        if abs(step) < 1e-15 { break }
      }
      slope = Self.legendre(count, x).derivative
      positions.append((1 + x) / 2)
      weights.append(1 / ((1 - x * x) * slope * slope))
    }
    self.positions = positions
    self.weights = weights
  }

  /// The Legendre polynomial of the given degree and its derivative, by Bonnet's recursion.
  private static func legendre(_ degree: Int, _ x: Double) -> (value: Double, derivative: Double) {
    var (previous, current) = (1.0, x)
    for n in 1..<max(degree, 1) {
      (previous, current) = (current, (Double(2 * n + 1) * x * current - Double(n) * previous) / Double(n + 1))
    }
    return (current, Double(degree) * (x * current - previous) / (x * x - 1))
  }
}
