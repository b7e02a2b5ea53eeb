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

  init(count: Int) {
    precondition(count > 0 && count <= Int(Int32.max), "a Fourier transform of \(count) samples does not exist")
    guard let forward = kiss_fft_alloc(Int32(count), 0, nil, nil),
      let backward = kiss_fft_alloc(Int32(count), 1, nil, nil)
    else {
      preconditionFailure("no memory for a Fourier transform of \(count) samples")
    }
    self.count = count
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
    kiss_fft(inverse ? backwardPlan : forwardPlan, input, output)
  }
}
