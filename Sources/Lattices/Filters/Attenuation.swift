import GinghamTensors

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// How much of a lattice survives averaging, in closed form.
public enum Attenuation {
  /// Amplitude that averaging over `offsets` equally likely neighbouring shifts leaves at a frequency in cycles a pixel
  /// along one axis: |sin(πfJ)/(J·sin(πf))|. Zero for a period that divides J, 1/J where J is one more.
  public static func jitter(offsets: Int, frequency: Double) -> Double {
    guard offsets > 0 else { return 1 }
    let denominator = sin(Double.pi * frequency)
    guard abs(denominator) > 1e-12 else { return 1 }
    let value = abs(sin(Double.pi * frequency * Double(offsets)) / (Double(offsets) * denominator))
    return value < 1e-12 ? 0 : value
  }

  /// Amplitude that a convolution of stride 1 and k equal taps nearer the pixels leaves of frequency m/P of a lattice:
  /// the same law.
  public static func convolution(kernel: Int, period: Int, harmonic: Int = 1) -> Double {
    jitter(offsets: kernel, frequency: Double(harmonic) / Double(period))
  }
}

extension Tensor {
  /// ⟨a, b⟩/(‖a‖·‖b‖): how much a surrogate has in common with the true gradient. 0 where either is zero.
  ///
  /// - Throws: ``ArtifactError/badArgument(_:)`` for different shapes.
  public func cosine(to other: Tensor) throws -> Double {
    guard shape == other.shape else {
      throw ArtifactError.badArgument("gradients of \(shape) and \(other.shape) cannot be compared")
    }
    return withUnsafeBufferPointer { a in
      other.withUnsafeBufferPointer { b in
        var (product, left, right) = (0.0, 0.0, 0.0)
        for index in a.indices {
          product += Double(a[index]) * Double(b[index])
          left += Double(a[index]) * Double(a[index])
          right += Double(b[index]) * Double(b[index])
        }
        return left > 0 && right > 0 ? product / (left * right).squareRoot() : 0
      }
    }
  }
}
