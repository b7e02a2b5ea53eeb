import Foundation
import GinghamDifferentiation
import GinghamModels
import GinghamNetworks
import GinghamTensors

/// How long a network takes, forward and with the input gradient of an objective.
public struct Benchmark: RunFindings {
  /// As it was asked for: a built-in architecture or a file.
  public var model: String
  /// The engine: `fast` or `reference`.
  public var backend: String
  /// Of products.
  public var precision: String
  /// Threads of the run, from 1.
  public var threads: Int
  /// N×C×H×W, N the pictures in a batch.
  public var inputShape: [Int]
  /// The objective, as it was asked for.
  public var target: String
  /// Medians in milliseconds.
  public var forwardMilliseconds: Double
  /// Of the forward pass and the gradient together.
  public var gradientMilliseconds: Double
  /// Compiling the plan, weights reordered.
  public var planMilliseconds: Double
  /// Of forward + gradient, each multiply-add of a convolution or matrix product counted as two operations, twice.
  public var gigaflops: Double
  /// Of the whole process, in MiB.
  public var peakMemory: Double
  /// Of the values of a pass, in MiB, weights apart; `nil` where an engine does not lay them out.
  public var planMemory: Double?
  /// What such a pass cannot do without, in MiB.
  public var leastPlanMemory: Double?
  /// At least so many passes were timed of each kind, as asked for; more where they took less than half a second.
  public var runs: Int
  /// Of forward + gradient layer by layer, where it was asked for.
  public var layers: [LayerBenchmark]?

  private enum CodingKeys: String, CodingKey {
    case model, backend, precision, threads, target, runs, layers, inputShape
    case forwardMilliseconds = "forward_ms"
    case gradientMilliseconds = "gradient_ms"
    case planMilliseconds = "plan_ms"
    case gigaflops = "gflops"
    case peakMemory = "peak_rss_mb"
    case planMemory = "plan_mb"
    case leastPlanMemory = "least_plan_mb"
  }

  /// - Throws: ``NetworkError``, ``EngineError``, ``ObjectiveError``.
  init(of model: Model, settings: BenchSettings, context: RunContext) throws {
    let objective = try model.objectiveParser().parse(settings.target)
    let shape = model.inputShape(batch: settings.batch)
    let differentiator = try context.differentiator(for: model.network)
    let input = Tensor(shape) { NormalSequence(seed: 0, name: "bench").fill($0, mean: 0.5, deviation: 0.25) }
    let start = ContinuousClock.now
    let pass = try ObjectivePass(objective, of: differentiator, inputShapes: [shape])
    planMilliseconds = (ContinuousClock.now - start).milliseconds
    forwardMilliseconds = try Self.median(runs: settings.runs) { _ = try pass.values(input) }
    gradientMilliseconds = try Self.median(runs: settings.runs) { _ = try pass.valuesAndGradients(input) }

    let memory = pass.layeredPlan?.memory
    planMemory = memory.map { Double($0.bytes) / 1_048_576 }
    leastPlanMemory = memory.map { Double($0.leastBytes) / 1_048_576 }
    if settings.layers { layers = try LayerBenchmark.times(of: pass, input, runs: settings.runs) }

    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    peakMemory = Double(usage.ru_maxrss) / 1024

    let targets = try objective.layers.map(model.network.value)
    let bound = try model.bound(batch: settings.batch, leadingTo: targets)
    let operations = 4 * Double(bound.simplified(targets: targets).layerStatistics.multiplyAdds)
    gigaflops = operations / gradientMilliseconds / 1e6
    self.model = model.source.specification
    backend = context.engine.backend.rawValue
    precision = context.engine.precisionName
    threads = context.team.threads
    target = settings.target
    runs = settings.runs
    inputShape = shape.dimensions
  }

  private static func median(runs: Int, _ body: () throws -> Void) throws -> Double {
    for _ in 0..<3 { try body() }
    var times: [Double] = []
    let begin = ContinuousClock.now
    while times.count < runs || ContinuousClock.now - begin < .milliseconds(500) {
      let start = ContinuousClock.now
      try body()
      times.append((ContinuousClock.now - start).milliseconds)
    }
    return times.sorted()[times.count / 2]
  }
}
