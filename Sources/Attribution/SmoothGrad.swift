import GinghamDifferentiation
import GinghamTensors

/// The mean gradient over noisy copies of the picture (Smilkov et al. 2017).
///
/// Defaults are Captum's `NoiseTunnel`: 5 copies, noise of deviation 1 in the network's normalized units. Copies are
/// not clipped to 0…1.
public struct SmoothGrad: AttributionMethod {
  /// What settings, manifests and findings call it.
  public static let name = "smoothgrad"
  /// It is not: the map is made of derivatives of the objective.
  public static let isSurrogate = false

  /// Noisy copies.
  public var samples: Int
  /// In the network's normalized units; multiplied by its deviation this is a pixel difference in 0…1.
  public var deviation: Float
  /// Of every random number.
  public var seed: UInt64
  /// Most copies in one pass; bounds the memory.
  public var batchLimit: Int

  /// With the properties of the same names.
  public init(samples: Int = 5, deviation: Float = 1, seed: UInt64 = 0, batchLimit: Int = 10) {
    self.samples = samples
    self.deviation = deviation
    self.seed = seed
    self.batchLimit = batchLimit
  }

  /// The map of ``AttributionMethod/attribute(_:to:by:)``.
  ///
  /// - Throws: what planning and running the differentiator throws.
  public func attribute(
    _ pictures: Tensor, to objective: any Objective, by differentiator: any Differentiator
  ) throws -> Attribution {
    let settled = try SettledObjective(objective, on: pictures, by: differentiator)
    let units = NormalizedUnits(differentiator.network, channels: pictures.shape[1])
    let plane = pictures.shape[2] * pictures.shape[3]
    let maps = try settled.objectives.enumerated().map { index, objective -> Tensor in
      let picture = pictures.sample(index)
      let average = try GradientAverage(
        objective, of: differentiator, picture: picture.shape, variants: samples, batchLimit: batchLimit)
      let weights = [Float](repeating: 1 / Float(samples), count: samples)
      return try average.sum(weights: weights) { buffer, sample in
        NormalSequence(seed: seed, name: "smoothgrad.\(index).\(sample)").fill(buffer, deviation: deviation)
        picture.withUnsafeBufferPointer { clean in
          for position in buffer.indices {
            buffer[position] = clean[position] + buffer[position] * units.unit[position / plane]
          }
        }
      }
    }
    return Attribution(map: .stacked(maps), values: settled.values, activations: settled.activations)
  }
}
