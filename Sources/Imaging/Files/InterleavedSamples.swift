import GinghamTensors

/// Samples as image files store them: rows of pixels whose channels stand side by side, of one or two bytes.
struct InterleavedSamples {
  let height: Int
  let width: Int
  let channels: Int
  /// One, or two in big-endian order.
  let bytesPerSample: Int

  var rowBytes: Int { width * channels * bytesPerSample }
  var byteCount: Int { height * rowBytes }

  /// Whether the bytes of the samples can be counted, and the floats they become.
  var isCountable: Bool {
    Shape([height, width, channels, bytesPerSample, MemoryLayout<Float>.stride]).checkedElementCount != nil
  }

  /// The samples as C×H×W in 0…1.
  func planes(of bytes: UnsafePointer<UInt8>) -> Tensor {
    let area = height * width
    let levels = (0...255).map { Float($0) / 255 }
    return Tensor([channels, height, width]) { target in
      for channel in 0..<channels {
        let plane = UnsafeMutableBufferPointer(rebasing: target[(channel * area)..<((channel + 1) * area)])
        if bytesPerSample == 1 {
          for pixel in 0..<area { plane[pixel] = levels[Int(bytes[pixel * channels + channel])] }
        } else {
          for pixel in 0..<area {
            let index = 2 * (pixel * channels + channel)
            plane[pixel] = Float(Int(bytes[index]) << 8 | Int(bytes[index + 1])) / 65535
          }
        }
      }
    }
  }

  /// C×H×W, clipped to 0…1 and rounded to the nearest level, as bytes.
  func bytes(of planes: Tensor) -> [UInt8] {
    let area = height * width
    return planes.withUnsafeBufferPointer { source in
      [UInt8](unsafeUninitializedCapacity: byteCount) { target, count in
        for channel in 0..<channels {
          for pixel in 0..<area {
            let value = min(max(source[channel * area + pixel], 0), 1)
            let index = pixel * channels + channel
            // Adding a half and cutting off rounds what is not negative, without a call to the C library an element.
            if bytesPerSample == 1 {
              target[index] = UInt8(value * 255 + 0.5)
            } else {
              let level = UInt16(value * 65535 + 0.5)
              target[2 * index] = UInt8(level >> 8)
              target[2 * index + 1] = UInt8(level & 0xFF)
            }
          }
        }
        count = byteCount
      }
    }
  }
}
