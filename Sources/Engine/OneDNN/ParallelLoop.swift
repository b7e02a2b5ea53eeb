import COneDNN

/// A loop of our own on the threads that oneDNN runs on. Each thread takes one contiguous share, the same every time.
///
/// Made once; running it allocates nothing.
final class ParallelLoop {
  private let count: Int
  private let threads: Int
  private let body: (Range<Int>) -> Void

  init(_ count: Int, threads: Int, _ body: @escaping (Range<Int>) -> Void) {
    self.count = count
    self.threads = min(threads, max(count, 1))
    self.body = body
  }

  func run() {
    guard threads > 1 else { return body(0..<count) }
    GOMP_parallel(
      { context in
        guard let context else { return }
        let loop = Unmanaged<ParallelLoop>.fromOpaque(context).takeUnretainedValue()
        let (share, shares) = (Int(omp_get_thread_num()), Int(omp_get_num_threads()))
        loop.body((loop.count * share / shares)..<(loop.count * (share + 1) / shares))
      }, Unmanaged.passUnretained(self).toOpaque(), UInt32(threads), 0)
  }
}
