import Foundation
import GinghamDifferentiation
import GinghamTensors

/// A network that tells classes apart, compiled once for batches of one shape: logits, predictions, and input gradients
/// of losses. Not safe for use by several threads at once.
public final class Classifier {
  /// What the net's outputs are.
  public let output: ClassifierOutput
  /// Outputs of the net.
  public let classCount: Int
  /// Forward and backward passes so far, batches counted once.
  public private(set) var forwardPasses = 0
  /// Backward passes so far, each over a batch.
  public private(set) var backwardPasses = 0

  private let differentiator: any Differentiator
  private var pass: GradientPass

  /// - Parameters:
  ///   - inputShape: N×C×H×W of the batches to come; a batch of another N is compiled for again.
  ///   - output: what the last layer hands out; losses take logarithms of probabilities.
  /// - Throws: ``ProbingError/notAClassifier(_:)``, and what planning throws.
  public init(
    _ differentiator: any Differentiator, inputShape: Shape, output: ClassifierOutput = .logits
  ) throws {
    self.differentiator = differentiator
    self.output = output
    pass = try Self.pass(differentiator, inputShape)
    let shape = pass.plan.targetShapes[0]
    let count = shape.elementCount / max(inputShape[0], 1)
    guard shape.rank >= 2, shape[0] == inputShape[0], count == shape[1], count >= 2 else {
      throw ProbingError.notAClassifier(shape)
    }
    classCount = count
  }

  /// The same network with its output taken for something else.
  public func reading(_ output: ClassifierOutput) throws -> Classifier {
    try Classifier(differentiator, inputShape: pass.plan.request.inputShapes[0], output: output)
  }

  private static func pass(_ differentiator: any Differentiator, _ shape: Shape) throws -> GradientPass {
    let network = differentiator.network
    return GradientPass(
      try differentiator.plan(
        PlanRequest(
          inputShapes: [shape], targets: Array(network.outputs.prefix(1)),
          gradients: network.inputs.prefix(1).map(\.value))))
  }

  /// N×classes as the network hands them out.
  public func outputs(of pictures: Tensor) throws -> [Float] {
    try forward(pictures)
    return pass.activations[0].scalars
  }

  /// The class each picture is taken for; of equal scores the first.
  public func predictions(of pictures: Tensor) throws -> [Int] {
    try forward(pictures)
    return predictions
  }

  /// Predictions of the last forward pass.
  public var predictions: [Int] {
    pass.activations[0].withUnsafeBufferPointer { scores in
      (0..<(scores.count / classCount)).map { sample in
        largest(1, of: UnsafeBufferPointer(rebasing: scores[(sample * classCount)..<((sample + 1) * classCount)]))[0]
      }
    }
  }

  /// The `count` likeliest classes of each picture at the last forward pass, the likeliest first.
  func ranking(_ count: Int) -> [[Int]] {
    pass.activations[0].withUnsafeBufferPointer { scores in
      (0..<(scores.count / classCount)).map { sample in
        largest(
          count, of: UnsafeBufferPointer(rebasing: scores[(sample * classCount)..<((sample + 1) * classCount)]))
      }
    }
  }

  /// Values of a loss, without its gradient.
  public func values(of objective: some LogitObjective, at pictures: Tensor) throws -> [Float] {
    try forward(pictures)
    return try pass.values(of: objective)
  }

  /// Values of a loss and the gradient of their sum, N×C×H×W. The gradient's memory is used again at the next call
  /// where the caller has let go of it.
  public func valuesAndGradient(
    of objective: some LogitObjective, at pictures: Tensor
  ) throws -> (values: [Float], gradient: Tensor) {
    try forward(pictures)
    return try gradient(of: objective)
  }

  /// As ``valuesAndGradient(of:at:)`` for the pictures of the last forward pass.
  func gradient(of objective: some LogitObjective) throws -> (values: [Float], gradient: Tensor) {
    let (values, gradients) = try pass.valuesAndGradients(of: objective)
    backwardPasses += 1
    return (values, gradients[0])
  }

  func forward(_ pictures: Tensor) throws {
    if pictures.shape != pass.plan.request.inputShapes[0] {
      pass = try Self.pass(differentiator, pictures.shape)
    }
    try pass.forward([pictures])
    forwardPasses += 1
    guard pass.activations[0].isFinite else { throw ProbingError.nonFiniteOutput }
  }
}
