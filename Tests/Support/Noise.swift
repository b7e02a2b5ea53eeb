import Foundation
import GinghamLattices
import GinghamTensors

/// Reproducible random numbers (SplitMix64).
package struct Noise: RandomNumberGenerator {
  private var state: UInt64

  package init(seed: UInt64) { state = seed }

  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  package mutating func normal() -> Double {
    let (u, v) = (Double.random(in: .leastNonzeroMagnitude..<1, using: &self), Double.random(in: 0..<1, using: &self))
    return (-2 * log(u)).squareRoot() * cos(2 * .pi * v)
  }

  /// White Gaussian noise of unit variance.
  package mutating func plane(_ height: Int, _ width: Int) -> Plane {
    Plane(height: height, width: width, values: (0..<(height * width)).map { _ in normal() })
  }
}

extension Plane {
  /// A map of a formula.
  package init(height: Int, width: Int, _ value: (Int, Int) -> Double) {
    self.init(
      height: height, width: width,
      values: (0..<height).flatMap { y in (0..<width).map { x in value(y, x) } })
  }
}

package func isClose(_ a: Double, _ b: Double, _ tolerance: Double = 1e-12) -> Bool {
  abs(a - b) <= tolerance * max(1, abs(a), abs(b))
}
