/// How the size of a perturbation is measured, over all channels and pixels of a picture.
public enum PerturbationNorm: String, Hashable, Sendable, Codable, CaseIterable {
  /// The largest change of any number.
  case linf
  /// The Euclidean length of the change.
  case l2

  /// For people.
  public var title: String { self == .linf ? "L∞" : "L2" }
}

extension PerturbationNorm {
  /// x ← clip(x₀ + P(x + α·n(g) − x₀)): a step of length α along the gradient, normalised to this norm's steepest
  /// direction, back into the ball of radius ε, back into 0…1. sign(0) = 0.
  func step(
    _ x: UnsafeMutableBufferPointer<Float>, from clean: UnsafeBufferPointer<Float>,
    along gradient: UnsafeBufferPointer<Float>, size: Float, epsilon: Float
  ) {
    switch self {
    case .linf:
      for index in x.indices {
        let moved = x[index] + size * sign(gradient[index])
        x[index] = clippedToUnit(clean[index] + min(max(moved - clean[index], -epsilon), epsilon))
      }
    case .l2:
      let scale = size / Float(max(sumOfSquares(gradient).squareRoot(), 1e-12))
      for index in x.indices { x[index] += scale * gradient[index] }
      project(x, around: clean, epsilon: epsilon)
    }
  }

  /// x ← clip(x₀ + P(x − x₀)).
  func project(
    _ x: UnsafeMutableBufferPointer<Float>, around clean: UnsafeBufferPointer<Float>, epsilon: Float
  ) {
    switch self {
    case .linf:
      for index in x.indices {
        x[index] = clippedToUnit(clean[index] + min(max(x[index] - clean[index], -epsilon), epsilon))
      }
    case .l2:
      let norm = squaredDistance(UnsafeBufferPointer(x), clean).squareRoot()
      let factor = min(1, epsilon / Float(max(norm, 1e-12)))
      for index in x.indices { x[index] = clippedToUnit(clean[index] + (x[index] - clean[index]) * factor) }
    }
  }

  /// Of the difference of two pictures.
  func distance(_ a: UnsafeBufferPointer<Float>, _ b: UnsafeBufferPointer<Float>) -> Double {
    switch self {
    case .linf: largestDifference(a, b)
    case .l2: squaredDistance(a, b).squareRoot()
    }
  }

  /// The norm that measures gradients where perturbations are measured by this one: L1 for L∞, L2 for L2.
  func dual(_ gradient: UnsafeBufferPointer<Float>) -> Double {
    switch self {
    case .linf: sumOfMagnitudes(gradient)
    case .l2: sumOfSquares(gradient).squareRoot()
    }
  }
}

@inline(__always)
func sign(_ value: Float) -> Float { value > 0 ? 1 : value < 0 ? -1 : 0 }

@inline(__always)
func clippedToUnit(_ value: Float) -> Float { min(max(value, 0), 1) }

/// Eight partial sums run side by side; each holds few enough elements for double precision to be exact enough.
@inline(__always)
private func sum(_ count: Int, _ term: (Int) -> Float) -> Double {
  var partial = SIMD8<Double>()
  var index = 0
  while index + 8 <= count {
    for lane in 0..<8 { partial[lane] += Double(term(index + lane)) }
    index += 8
  }
  var total = partial.sum()
  while index < count {
    total += Double(term(index))
    index += 1
  }
  return total
}

func sumOfSquares(_ values: UnsafeBufferPointer<Float>) -> Double {
  sum(values.count) { values[$0] * values[$0] }
}

func sumOfMagnitudes(_ values: UnsafeBufferPointer<Float>) -> Double {
  sum(values.count) { abs(values[$0]) }
}

func squaredDistance(_ a: UnsafeBufferPointer<Float>, _ b: UnsafeBufferPointer<Float>) -> Double {
  sum(a.count) { (a[$0] - b[$0]) * (a[$0] - b[$0]) }
}

func largestDifference(_ a: UnsafeBufferPointer<Float>, _ b: UnsafeBufferPointer<Float>) -> Double {
  var largest: Float = 0
  for index in a.indices { largest = max(largest, abs(a[index] - b[index])) }
  return Double(largest)
}
