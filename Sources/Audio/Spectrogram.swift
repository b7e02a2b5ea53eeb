import GinghamSignals
import GinghamTensors

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Power over time and frequency: Hann-windowed frames that overlap by three quarters.
public struct Spectrogram: Sendable {
  /// F×T in dB of full scale (a sine of amplitude 1 has 0 dB), the highest frequency in the first row; not below
  /// ``floor``.
  public let levels: Tensor
  /// What silence is drawn as, in dB.
  public static let floor: Float = -100

  /// Of the mean of all channels.
  ///
  /// - Parameter frame: samples a frame; as many as fit where the sound is shorter.
  public init(of sound: Sound, frame: Int = 512) {
    let length = FourierTransform.fastLength(atMost: max(2, min(frame, sound.length)))
    // Longer sounds have frames farther apart: a picture has no more columns.
    let step = max(1, max(length / 4, sound.length / 2048))
    let count = sound.length < length ? 1 : (sound.length - length) / step + 1
    let window = (0..<length).map { Float(0.5 - 0.5 * cos(2 * Double.pi * (Double($0) + 0.5) / Double(length))) }
    let plan = FourierTransform(height: 1, width: length)
    let (rows, unit) = (plan.halfWidth, 4 / (Float(length) * Float(length) * 0.25))
    let samples = sound.mono
    levels = samples.withUnsafeBufferPointer { source in
      Tensor([rows, count]) { target in
        for column in 0..<count {
          let start = column * step
          let framed = Tensor([1, length]) { framed in
            for index in 0..<length {
              framed[index] = start + index < source.count ? source[start + index] * window[index] : 0
            }
          }
          for (row, power) in plan.halfPower(of: framed).enumerated() {
            target[(rows - 1 - row) * count + column] = max(Self.floor, 10 * log10(max(power * unit, 1e-30)))
          }
        }
      }
    }
  }
}
