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
    batch = max(1, min(variants, batchLimit))
    pictureShape = picture
    var shape = picture
    shape[0] = batch
    pass = try ObjectivePass(objective, of: differentiator, inputShapes: [shape])
  }

  /// Σ weight · gradient over the variants, which `write` paints one by one (its picture's elements, its number).
  func sum(
    weights: [Float], painting write: (UnsafeMutableBufferPointer<Float>, Int) -> Void
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
      let (_, gradients) = try pass.valuesAndGradients(variants)
      gradients[0].withUnsafeBufferPointer { gradient in
        for slot in 0..<min(batch, weights.count - start) {
          let weight = Double(weights[start + slot])
          for index in 0..<count { total[index] += weight * Double(gradient[slot * count + index]) }
        }
      }
    }
    return Tensor(pictureShape, total.map(Float.init))
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
