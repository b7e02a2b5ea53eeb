import Foundation
import GinghamReporting

extension Benchmark {
  /// For the terminal, without a newline at its end.
  public var text: String {
    func short(_ value: Double) -> String { String(format: value < 10 ? "%.2f" : "%.1f", value) }
    let planned = planMemory.flatMap { plan in
      leastPlanMemory.map { "\n  of it for values    \(short(plan)) MiB  (at least \(short($0)) are needed)" }
    }
    let summary = """
      \(model), input \(inputShape.map(String.init).joined(separator: "×")), target \(target), \(threads) threads, \
      \(backend) engine, \(precision)
        forward             \(short(forwardMilliseconds)) ms
        forward + gradient  \(short(gradientMilliseconds)) ms  (\(short(gigaflops)) GFLOP/s)
        plan                \(short(planMilliseconds)) ms
        peak memory         \(short(peakMemory)) MiB\(planned ?? "")
      """
    return layers.map { "\(summary)\n\n\(Self.table($0))" } ?? summary
  }

  /// The most expensive layers first.
  private static func table(_ layers: [LayerBenchmark]) -> String {
    var table = TextTable([
      ("layer", .left), ("operation", .left), ("kernel", .left), ("forward ms", .right), ("backward ms", .right),
      ("share", .right),
    ])
    for layer in layers.sorted(by: { $0.share > $1.share }) {
      table.append([
        layer.name, layer.operations, layer.kernel, String(format: "%.3f", layer.forwardMilliseconds),
        String(format: "%.3f", layer.backwardMilliseconds), String(format: "%.1f %%", 100 * layer.share),
      ])
    }
    return table.description
  }
}
