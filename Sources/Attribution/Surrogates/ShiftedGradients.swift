import GinghamDifferentiation
import GinghamSignals
import GinghamTensors

/// The mean gradient over shifted copies of a picture, each moved back to where its pixels belong. What leaves the
/// picture on one side enters on the other.
struct ShiftedGradients {
  /// One a copy; the first is the picture itself.
  let shifts: [(rows: Int, columns: Int)]
  /// Of each copy's gradient in the sum.
  let weights: [Float]
  let batchLimit: Int

  func attribute(
    _ pictures: Tensor, to objective: any Objective, by differentiator: any Differentiator
  ) throws -> Attribution {
    var maps: [Tensor] = []
    var values: [Float] = []
    var activations: [[Tensor]] = []
    for index in 0..<pictures.shape[0] {
      let picture = pictures.sample(index)
      let average = try GradientAverage(
        objective, of: differentiator, picture: picture.shape, variants: shifts.count, batchLimit: batchLimit)
      let sum = try average.sumWithValue(weights: weights) { buffer, variant in
        picture.rolled(by: shifts[variant]).withUnsafeBufferPointer { _ = buffer.update(from: $0) }
      } returningBy: { gradient, variant in
        gradient.rolled(by: (-shifts[variant].rows, -shifts[variant].columns))
      }
      maps.append(sum.map)
      values.append(sum.value)
      activations.append(sum.activations)
    }
    let layers = activations.first?.indices ?? 0..<0
    return Attribution(
      map: .stacked(maps), values: values,
      activations: layers.map { layer in .stacked(activations.map { $0[layer] }) })
  }
}
