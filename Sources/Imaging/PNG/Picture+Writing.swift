import GinghamTensors

/// Bits a sample of a written PNG.
public enum BitDepth: Int, Hashable, Sendable, CaseIterable, Encodable {
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
    let samples = InterleavedSamples(
      height: height, width: width, channels: channels, bytesPerSample: depth.rawValue / 8)
    return try PNGEncoder(samples, filter: .adaptive, path: path).encode(samples.bytes(of: pixels), texts: texts)
  }
}
