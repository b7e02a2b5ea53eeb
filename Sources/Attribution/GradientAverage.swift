import GinghamDifferentiation
import GinghamTensors

/// Gradients at many variants of one picture, taken a batch at a time and added up with weights.
struct GradientAverage {
  let pass: ObjectivePass
  private let batch: Int
  private let pictureShape: Shape

  /// - Parameter variants: how many variants a picture will have.
  init(
    _ objective: any Objective, of differentiator: any Differentiator, picture: Shape, variants: Int, batchLimit: Int
  ) throws {
    // As many batches as the limit makes necessary, as equal as they can be: filling up the last one costs gradients.
    let batches = (max(variants, 1) + max(batchLimit, 1) - 1) / max(batchLimit, 1)
    batch = (max(variants, 1) + batches - 1) / batches
    pictureShape = picture
    var shape = picture
    shape[0] = batch
    pass = try ObjectivePass(objective, of: differentiator, inputShapes: [shape])
  }

  /// Σ weight · gradient over the variants, which `write` paints one by one (its picture's elements, its number).
  ///
  /// - Parameter undo: brings the gradient of a variant, 1×C×H×W, back to where the picture's own pixels are.
  func sum(
    weights: [Float], painting write: (UnsafeMutableBufferPointer<Float>, Int) -> Void,
    returningBy undo: ((Tensor, Int) -> Tensor)? = nil
  ) throws -> Tensor {
    try sum(weights: weights, painting: write, returningBy: undo) { variants, _ in
      try pass.valuesAndGradients(variants).gradients[0]
    }
  }

  /// The same sum where variant 0 is the picture itself, so that it also tells the objective's value and settles what
  /// `top` means for all others: no pass is spent on that alone.
  func sumWithValue(
    weights: [Float], painting write: (UnsafeMutableBufferPointer<Float>, Int) -> Void,
    returningBy undo: ((Tensor, Int) -> Tensor)? = nil
  ) throws -> (map: Tensor, value: Float, activations: [Tensor]) {
    let leading = ObjectivePass(SettledByLeader(base: pass.objective), on: pass.plan)
    var following: ObjectivePass?
    var value: Float = 0
    var activations: [Tensor] = []
    let map = try sum(weights: weights, painting: write, returningBy: undo) { variants, start in
      if let following { return try following.valuesAndGradients(variants).gradients[0] }
      let (values, gradients) = try leading.valuesAndGradients(variants)
      (value, activations) = (values[0], leading.activations.map { $0.sample(0) })
      following = ObjectivePass(pass.objective.settled(by: activations), on: pass.plan)
      return gradients[0]
    }
    return (map, value, activations)
  }

  private func sum(
    weights: [Float], painting write: (UnsafeMutableBufferPointer<Float>, Int) -> Void,
    returningBy undo: ((Tensor, Int) -> Tensor)?, gradient: (Tensor, _ start: Int) throws -> Tensor
  ) throws -> Tensor {
    let count = pictureShape.elementCount
    var total = [Double](repeating: 0, count: count)
    var shape = pictureShape
    shape[0] = batch
    var variants = Tensor(shape)
    for start in stride(from: 0, to: weights.count, by: batch) {
      variants.withUnsafeMutableBufferPointer { buffer in
        for slot in 0..<batch {
          // The last batch is filled up with repetitions that carry no weight.
          write(
            UnsafeMutableBufferPointer(rebasing: buffer[(slot * count)..<((slot + 1) * count)]),
            min(start + slot, weights.count - 1))
        }
      }
      let gradients = try gradient(variants, start)
      for slot in 0..<min(batch, weights.count - start) {
        let weight = Double(weights[start + slot])
        if let undo {
          undo(gradients.sample(slot), start + slot).withUnsafeBufferPointer { returned in
            for index in 0..<count { total[index] += weight * Double(returned[index]) }
          }
        } else {
          gradients.withUnsafeBufferPointer { gradient in
            for index in 0..<count { total[index] += weight * Double(gradient[slot * count + index]) }
          }
        }
      }
    }
    return Tensor(pictureShape, total.map(Float.init))
  }
}

/// Asks every picture of a batch about what the first one settles.
private struct SettledByLeader: Objective {
  let base: any Objective
  var layers: [String] { base.layers }

  func evaluate(_ activations: [Tensor], addingTo cotangents: inout [Tensor], weight: Float) throws -> [Float] {
    try base.settled(by: activations.map { $0.sample(0) })
      .evaluate(activations, addingTo: &cotangents, weight: weight)
  }
}

/// An objective at clean pictures: its values, and itself with `top` replaced by the class of each picture, so that
/// variants of a picture are all asked about the same class.
struct SettledObjective {
  /// One a picture.
  private(set) var objectives: [any Objective] = []
  private(set) var values: [Float] = []
  let activations: [Tensor]

  init(_ objective: any Objective, on pictures: Tensor, by differentiator: any Differentiator) throws {
    let pass = try ObjectivePass(
      objective, of: differentiator, inputShapes: [pictures.shape], gradientsAt: [])
    values = try pass.values(pictures)
    activations = pass.activations
    for sample in 0..<pictures.shape[0] {
      objectives.append(objective.settled(by: activations.map { $0.sample(sample) }))
    }
  }
}
