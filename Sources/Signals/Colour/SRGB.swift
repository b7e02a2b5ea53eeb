import Foundation
import GinghamTensors

/// The transfer curve of sRGB (IEC 61966-2-1), channel by channel.
public enum SRGB {
  /// Light intensity of an encoded value; both in 0…1. Values below zero are mirrored.
  public static func linear(_ encoded: Double) -> Double {
    let magnitude = abs(encoded)
    let value = magnitude <= 0.04045 ? magnitude / 12.92 : pow((magnitude + 0.055) / 1.055, 2.4)
    return encoded < 0 ? -value : value
  }

  /// Encoded value of a light intensity, the inverse of ``linear(_:)``.
  public static func encoded(_ linear: Double) -> Double {
    let magnitude = abs(linear)
    let value = magnitude <= 0.0031308 ? magnitude * 12.92 : 1.055 * pow(magnitude, 1 / 2.4) - 0.055
    return linear < 0 ? -value : value
  }

  /// Linear light of encoded colours in 0…1 (IEC 61966-2-1).
  public static func linear(_ encoded: SIMD3<Double>) -> SIMD3<Double> {
    SIMD3(linear(encoded.x), linear(encoded.y), linear(encoded.z))
  }

  /// Encoded colours of linear light in 0…1 (IEC 61966-2-1).
  public static func encoded(_ linear: SIMD3<Double>) -> SIMD3<Double> {
    SIMD3(encoded(linear.x), encoded(linear.y), encoded(linear.z))
  }
}

extension Tensor {
  /// Colour pictures …×3×H×W with `transform` applied to the three channels of each pixel.
  public func mapColours(_ transform: (SIMD3<Double>) -> SIMD3<Double>) -> Tensor {
    precondition(shape.rank >= 3 && shape[shape.rank - 3] == 3, "colours need …×3×H×W, not \(shape)")
    let area = shape[shape.rank - 2] * shape[shape.rank - 1]
    return withUnsafeBufferPointer { source in
      Tensor(shape) { target in
        for picture in 0..<(area == 0 ? 0 : source.count / (3 * area)) {
          for pixel in (picture * 3 * area)..<((picture * 3 + 1) * area) {
            let colour = transform(
              SIMD3(Double(source[pixel]), Double(source[pixel + area]), Double(source[pixel + 2 * area])))
            target[pixel] = Float(colour.x)
            target[pixel + area] = Float(colour.y)
            target[pixel + 2 * area] = Float(colour.z)
          }
        }
      }
    }
  }
}
