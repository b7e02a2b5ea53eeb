import CKissFFT

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The one place where KissFFT is called: unnormalised complex transforms of one length, in both directions.
///
/// A KissFFT plan is only read while it runs, so one object may serve several threads.
final class ComplexTransform: @unchecked Sendable {
  let count: Int
  private let forwardPlan: kiss_fft_cfg
  private let backwardPlan: kiss_fft_cfg
  /// Joins the plans' transforms where the length has a prime factor that KissFFT is slow at.
  private let step: PrimeStep?

  init(count: Int) {
    precondition(count > 0 && count <= Int(Int32.max), "a Fourier transform of \(count) samples does not exist")
    let step = PrimeStep(count: count)
    let length = Int32(step?.length ?? count)
    guard let forward = kiss_fft_alloc(length, 0, nil, nil), let backward = kiss_fft_alloc(length, 1, nil, nil) else {
      preconditionFailure("no memory for a Fourier transform of \(count) samples")
    }
    self.count = count
    self.step = step
    forwardPlan = forward
    backwardPlan = backward
  }

  deinit {
    free(UnsafeMutableRawPointer(forwardPlan))
    free(UnsafeMutableRawPointer(backwardPlan))
  }

  /// `output[k] = Σ input[n]·exp(∓2πi·kn/count)`. The buffers hold `count` numbers each and must not overlap.
  func run(
    _ input: UnsafePointer<kiss_fft_cpx>, into output: UnsafeMutablePointer<kiss_fft_cpx>, inverse: Bool
  ) {
    let plan = inverse ? backwardPlan : forwardPlan
    guard let step else { return kiss_fft(plan, input, output) }
    withUnsafeTemporaryAllocation(of: kiss_fft_cpx.self, capacity: step.prime * step.pitch) { parts in
      guard let base = parts.baseAddress else { return }
      // What lies between a part's end and the next one is read with it, and must not be numbers that are slow.
      if step.pitch > step.length { parts.initialize(repeating: kiss_fft_cpx(r: 0, i: 0)) }
      for part in 0..<step.prime {
        kiss_fft_stride(plan, input + part, base + part * step.pitch, Int32(step.prime))
      }
      step.join(base, into: output, inverse: inverse)
    }
  }
}
