import Foundation

extension Benchmark {
  public var text: String {
    func short(_ value: Double) -> String { String(format: value < 10 ? "%.2f" : "%.1f", value) }
    return """
      \(model), input \(inputShape.map(String.init).joined(separator: "×")), target \(target), \(threads) threads, \
      \(backend) engine
        forward             \(short(forwardMilliseconds)) ms
        forward + gradient  \(short(gradientMilliseconds)) ms  (\(short(gigaflops)) GFLOP/s)
        plan                \(short(planMilliseconds)) ms
        peak memory         \(short(peakMemory)) MiB
      """
  }
}
