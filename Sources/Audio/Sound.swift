import GinghamTensors

/// Samples over time, of one channel or several: what a 1-D network takes or makes.
public struct Sound: Sendable, Equatable {
  /// C×L, nominally in −1…1. At least one channel and one sample, all finite.
  public let samples: Tensor
  /// Samples a second and channel, in Hz.
  public let rate: Int

  /// What is taken where nobody says otherwise: the rate of speech and of WaveGAN (Donahue, McAuley & Puckette 2019).
  public static let usualRate = 16_000
  /// Rates that files may have, in Hz.
  public static let rates = 1...10_000_000

  /// - Parameter samples: C×L, or 1×C×1×L as networks have them.
  /// - Throws: ``SoundError``.
  public init(_ samples: Tensor, rate: Int = usualRate) throws {
    let extents = samples.shape.dimensions
    let shape =
      extents.count == 4 && extents[0] == 1 && extents[2] == 1 ? Shape([extents[1], extents[3]]) : samples.shape
    guard shape.rank == 2, shape.elementCount > 0 else { throw SoundError.notASound(samples.shape) }
    guard Sound.rates.contains(rate) else { throw SoundError.badRate(rate) }
    guard samples.isFinite else { throw SoundError.notFinite }
    self.init(unchecked: samples.reshaped(to: shape), rate: rate)
  }

  init(unchecked samples: Tensor, rate: Int) {
    (self.samples, self.rate) = (samples, rate)
  }

  /// One is mono, two are stereo.
  public var channels: Int { samples.shape[0] }
  /// Samples a channel.
  public var length: Int { samples.shape[1] }

  /// The mean of all channels: 1×L.
  public var mono: Tensor {
    guard channels > 1 else { return samples }
    let (channels, length) = (channels, length)
    return samples.withUnsafeBufferPointer { source in
      Tensor([1, length]) { target in
        for index in 0..<length {
          var sum: Float = 0
          for channel in 0..<channels { sum += source[channel * length + index] }
          target[index] = sum / Float(channels)
        }
      }
    }
  }
}

/// Why numbers make no sound.
public enum SoundError: Error, Hashable, Sendable {
  case notASound(Shape)
  case badRate(Int)
  case notFinite
}

extension SoundError: CustomStringConvertible {
  /// What is wrong.
  public var description: String {
    switch self {
    case .notASound(let shape): "a sound is C×L with at least one sample, not \(shape)"
    case .badRate(let rate): "a sound has 1 to \(Sound.rates.upperBound) samples a second, not \(rate)"
    case .notFinite: "some samples are NaN or infinite"
    }
  }
}
