import CKissFFT

/// The one place where KissFFT is called: unnormalised complex transforms of one length, of four signals at once and in
/// both directions. One object serves one thread, or several of which each has its ``ownCopy()``.
final class ComplexTransform: @unchecked Sendable {
  /// Signals that are transformed together.
  static let lanes = 4

  let count: Int
  private let forwardPlan: OpaquePointer
  private let backwardPlan: OpaquePointer

  convenience init(count: Int) {
    precondition(count > 0, "a Fourier transform of \(count) samples does not exist")
    self.init(count: count, forward: gingham_fft_new(count, false), backward: gingham_fft_new(count, true))
  }

  private init(count: Int, forward: OpaquePointer?, backward: OpaquePointer?) {
    guard let forward, let backward else {
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

  /// One that no other thread uses; itself where it is only read while it runs.
  func ownCopy() -> ComplexTransform {
    guard !gingham_fft_is_shared(count) else { return self }
    return ComplexTransform(
      count: count, forward: gingham_fft_copy(forwardPlan), backward: gingham_fft_copy(backwardPlan))
  }

  /// `output[k] = Σ input[n]·exp(∓2πi·kn/count)`. The buffers hold `count` elements each and must not overlap.
  func run(
    _ input: UnsafePointer<gingham_complex>, into output: UnsafeMutablePointer<gingham_complex>, inverse: Bool
  ) {
    gingham_fft_run(inverse ? backwardPlan : forwardPlan, input, output)
  }
}
