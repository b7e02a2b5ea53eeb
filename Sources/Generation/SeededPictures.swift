import GinghamModels
import GinghamSignals
import GinghamTensors

/// Inputs for networks that take pictures where the user gives none: smooth fields of colour with some noise, which have
/// no lattice of their own.
public enum SeededPictures {
  /// As many as a network takes: pictures, or signals in −1…1 that swing around silence.
  ///
  /// - Returns: 1×C×H×W each.
  public static func inputs(of model: Model, count: Int, seed: UInt64) -> [Tensor] {
    (0..<count).map { input($0, of: model, seed: seed) }
  }

  /// One of them alone, for those who do not keep all.
  ///
  /// - Returns: 1×C×H×W.
  public static func input(_ index: Int, of model: Model, seed: UInt64) -> Tensor {
    let found = picture(index, of: model.inputShape(batch: 1), seed: seed)
    return model.network.isOneDimensional ? found.map { 2 * $0 - 1 } : found
  }

  /// - Returns: of N×C×H×W, 1×C×H×W each in 0…1. A picture depends on the seed and its number alone.
  public static func pictures(_ shape: Shape, seed: UInt64) -> [Tensor] {
    (0..<shape[0]).map { picture($0, of: shape, seed: seed) }
  }

  private static func picture(_ index: Int, of shape: Shape, seed: UInt64) -> Tensor {
    let (channels, height, width) = (shape[1], shape[2], shape[3])
    let coarse = NormalSequence(seed: seed, name: "field \(index)")
    let fine = NormalSequence(seed: seed, name: "noise \(index)")
    let field = Tensor([1, channels, max(2, height / 12), max(2, width / 12)]) { coarse.fill($0, deviation: 0.25) }
      .fitted(height: height, width: width, shorterSide: nil, kernel: .bicubic)
    let noise = Tensor(field.shape) { fine.fill($0, mean: 0.5, deviation: 0.05) }
    return Tensor(field.shape, zip(field.scalars, noise.scalars).map { min(max($0 + $1, 0), 1) })
  }
}
