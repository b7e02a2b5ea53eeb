import CKissFFT

/// The one place where KissFFT is called: unnormalised complex transforms of one length, of four signals at once and in
/// both directions. Several threads may use one object.
final class ComplexTransform: @unchecked Sendable {
  /// Signals that are transformed together.
  static let lanes = 4

  let count: Int
  private let forwardPlan: OpaquePointer
  private let backwardPlan: OpaquePointer

  init(count: Int) {
    precondition(count > 0, "a Fourier transform of \(count) samples does not exist")
    guard let forward = gingham_fft_new(count, false), let backward = gingham_fft_new(count, true) else {
      preconditionFailure("no memory for a Fourier transform of \(count) samples")
    }
    self.count = count
    forwardPlan = forward
    backwardPlan = backward
  }

  deinit {
    gingham_fft_free(forwardPlan)
    gingham_fft_free(backwardPlan)
  }

  /// `output[k] = Σ input[n]·exp(∓2πi·kn/count)`. The buffers hold `count` elements each and must not overlap.
  ///
  /// - Parameter scratch: a thread's own; its contents do not matter.
  func run(
    _ input: UnsafePointer<gingham_complex>, into output: UnsafeMutablePointer<gingham_complex>,
    scratch: UnsafeMutablePointer<gingham_complex>, inverse: Bool
  ) {
    gingham_fft_run(inverse ? backwardPlan : forwardPlan, input, output, scratch)
  }
}
