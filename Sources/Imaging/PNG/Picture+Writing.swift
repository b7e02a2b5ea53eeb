import CPNG
import GinghamTensors

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Bits a sample of a written PNG.
public enum BitDepth: Int, Hashable, Sendable, CaseIterable {
  case eight = 8
  /// Fine enough that slow gradients of colour show no bands.
  case sixteen = 16
}

extension Picture {
  /// Writes the picture as PNG, to a temporary name first, so that a failure leaves the old file.
  ///
  /// - Parameter texts: keywords and texts kept in the file, such as how the picture came about.
  /// - Throws: ``ImageError/nonFinite(what:count:total:)``, ``ImageError/unwritable(path:reason:)``.
  public func write(
    to path: String, depth: BitDepth = .eight, texts: KeyValuePairs<String, String> = [:]
  ) throws {
    try FileBytes.replaceContents(of: path, with: encodedPNG(path: path, depth: depth, texts: texts))
  }

  /// The picture as the bytes of a PNG. Equal pictures give equal bytes.
  public func encodedPNG(
    path: String = "picture", depth: BitDepth = .eight, texts: KeyValuePairs<String, String> = [:]
  ) throws -> [UInt8] {
    try pixels.withUnsafeBufferPointer { try ImageError.requireFinite($0, of: "the picture '\(path)'") }
    for (keyword, text) in texts {
      let legal = (1...79).contains(keyword.utf8.count) && keyword.utf8.allSatisfy { (0x20...0x7E).contains($0) }
      guard legal, !text.utf8.contains(0) else {
        throw ImageError.unwritable(path: path, reason: "a PNG cannot hold a text named '\(keyword)'")
      }
    }
    let samples = InterleavedSamples(
      height: height, width: width, channels: channels, bytesPerSample: depth.rawValue / 8)
    let packed = texts.flatMap { Array($0.key.utf8CString) + Array($0.value.utf8CString) }
    guard let rows = UInt32(exactly: height), let columns = UInt32(exactly: width) else {
      throw ImageError.unwritable(path: path, reason: "a PNG cannot have \(height)×\(width) pixels")
    }
    var encoder = gingham_png_encoder()
    let status = gingham_png_encode(
      &encoder, columns, rows, Int32(channels), Int32(depth.rawValue), samples.bytes(of: pixels), samples.rowBytes,
      packed, Int32(texts.count))
    defer { free(encoder.bytes) }
    guard status == GINGHAM_PNG_DONE else {
      let reason = withUnsafeBytes(of: encoder.message, String.init(terminated:))
      throw ImageError.unwritable(path: path, reason: reason)
    }
    return Array(UnsafeBufferPointer(start: encoder.bytes, count: encoder.count))
  }
}
