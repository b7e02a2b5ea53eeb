import GinghamDifferentiation
import GinghamModelFormats
import GinghamNetworks
import GinghamPrediction
import GinghamReferenceEngine
import GinghamRewriting
import GinghamTensors

/// Everything that is asked of a network between its file and its first gradient.
enum GraphReading {
  /// Passes that take longer tell little more, and the loop has many to try.
  private static let mostWork = 1e7

  static func read(_ path: String) throws {
    var network = try ONNXModel.load(path: path)
    network.takePictures()
    for input in network.inputs.dropFirst() where input.shape.isEmpty {
      try network.fix(input: network.name(of: input.value), at: .float(Tensor([], [1])))
    }
    // Open extents are small ones.
    var shapes: [String: Shape] = [:]
    for input in network.inputs { shapes[network.name(of: input.value)] = Shape(input.shape.map { $0 ?? 2 }) }
    let bound = try network.bound(to: shapes)
    var failures: [any Error] = []
    func attempt(_ body: () throws -> Void) {
      do { try body() } catch { failures.append(error) }
    }
    _ = bound.layerStatistics.multiplyAdds
    _ = bound.simplified(targets: bound.outputs).nodes.count
    attempt { _ = try bound.kernelPhases() }
    attempt { _ = try GradientPrediction(bound).warnings() }
    attempt { _ = try PicturePrediction(bound).finding }
    for method in [RewriteMethod.equalise, .subpixel, .nearest, .blurpool, .lowcut] {
      for layer in network.layers(for: method).prefix(2) {
        attempt {
          var copy = network
          _ = try copy.rewrite(layer: layer, with: method, bound: bound)
        }
      }
    }
    try bound.requireAllowedWork()
    guard bound.work < mostWork else { return }
    attempt {
      let inputs = network.inputs.filter { $0.type == .float32 || $0.type == .float16 || $0.type == .float64 }
      let request = PlanRequest(
        inputShapes: bound.inputs.compactMap { bound.shapes[$0] }, targets: Array(bound.outputs.prefix(1)),
        gradients: inputs.prefix(1).map(\.value))
      let plan = try ReferenceDifferentiator<Float>(network).plan(request)
      let activations = try plan.forward(request.inputShapes.map { Tensor($0, repeating: 0.5) })
      _ = try plan.backward(activations)
    }
    if let failure = failures.first { throw failure }
  }
}
