import COneDNN

/// Takes subnormal numbers (below 1.2e-38) for zero on all threads while a pass runs. Processors multiply them many
/// times more slowly than others, and the cotangent of a saturated softmax is full of them.
final class SubnormalFlushing {
  private var mode: UInt32 = 0
  private let threads: Int
  private lazy var enter = ParallelLoop(threads, threads: threads) { [unowned self] _ in
    gingham_set_float_mode(gingham_without_subnormals(mode))
  }
  private lazy var leave = ParallelLoop(threads, threads: threads) { [unowned self] _ in
    gingham_set_float_mode(mode)
  }

  init(threads: Int) {
    self.threads = threads
  }

  func callAsFunction(_ pass: () throws -> Void) rethrows {
    mode = gingham_float_mode()
    enter.run()
    defer { leave.run() }
    try pass()
  }
}
