import GinghamTensors

extension Sound {
  /// Bits of a sample in files that are written.
  public enum Depth: Int, Sendable, Hashable, CaseIterable, Encodable {
    case sixteen = 16
    case twentyFour = 24

    /// Of a sample.
    public var bytes: Int { rawValue / 8 }
    /// The level of 1.
    var scale: Float { Float(1 << (rawValue - 1)) }
  }

  /// A WAV file of integers: samples rounded to the nearest level, those beyond −1…1 cut off.
  ///
  /// - Throws: ``FormatError/unwritable(path:reason:)`` where there are more bytes than such a file can hold.
  public func wav(depth: Depth = .sixteen, path: String = "sound.wav") throws -> [UInt8] {
    let (channels, length) = (channels, length)
    let size = channels * length * depth.bytes
    guard size <= Int(UInt32.max) - 64, channels <= Int(UInt16.max) / depth.bytes else {
      throw FormatError.unwritable(path: path, reason: "\(size) bytes are more than a WAV file holds")
    }
    var file = LittleEndianBytes()
    file.append("RIFF")
    file.append(UInt32(36 + size + size % 2))
    file.append("WAVEfmt ")
    file.append(UInt32(16))
    file.append(UInt16(1))
    file.append(UInt16(channels))
    file.append(UInt32(rate))
    file.append(UInt32(clamping: rate * channels * depth.bytes))
    file.append(UInt16(channels * depth.bytes))
    file.append(UInt16(depth.rawValue))
    file.append("data")
    file.append(UInt32(size))
    file.bytes.reserveCapacity(file.bytes.count + size + 1)
    samples.withUnsafeBufferPointer { source in
      for index in 0..<length {
        for channel in 0..<channels {
          let level = (source[channel * length + index] * depth.scale).rounded()
          let whole = UInt32(bitPattern: Int32(min(max(level, -depth.scale), depth.scale - 1)))
          for byte in 0..<depth.bytes { file.bytes.append(UInt8(truncatingIfNeeded: whole >> (8 * UInt32(byte)))) }
        }
      }
    }
    if !size.isMultiple(of: 2) { file.bytes.append(0) }
    return file.bytes
  }

  /// How many samples a file of integers cuts off.
  public var clippedCount: Int { samples.withUnsafeBufferPointer { $0.count { abs($0) > 1 } } }
}

private struct LittleEndianBytes {
  var bytes: [UInt8] = []

  mutating func append(_ text: StaticString) { text.withUTF8Buffer { bytes += $0 } }

  mutating func append(_ value: some FixedWidthInteger) {
    withUnsafeBytes(of: value.littleEndian) { bytes += $0 }
  }
}
