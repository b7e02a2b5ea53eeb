import CWebP

extension Picture {
  /// The picture as the bytes of a lossy WebP: a tile of a site in a tenth of a PNG's size. Grey is written as
  /// colour, alpha is dropped. Equal pictures give equal bytes.
  ///
  /// - Parameters:
  ///   - path: what complaints call it.
  ///   - quality: 0 (small) to 100 (close).
  /// - Throws: ``ImageError/nonFinite(what:count:total:)``, ``ImageError/unwritable(path:reason:)`` where a side has more
  ///   than the 16,383 pixels of the format.
  public func encodedWebP(path: String = "picture", quality: Float = 85) throws -> [UInt8] {
    try pixels.withUnsafeBufferPointer { try ImageError.requireFinite($0, of: "the picture '\(path)'") }
    guard max(height, width) <= Int(WEBP_MAX_DIMENSION) else {
      throw ImageError.unwritable(path: path, reason: "a WebP cannot have \(height)×\(width) pixels")
    }
    let samples = InterleavedSamples(height: height, width: width, channels: 3, bytesPerSample: 1)
    var packed: UnsafeMutablePointer<UInt8>?
    let count = WebPEncodeRGB(
      samples.bytes(of: rgb.pixels), Int32(width), Int32(height), Int32(samples.rowBytes), quality, &packed)
    defer { WebPFree(packed) }
    guard count > 0, let packed else {
      throw ImageError.unwritable(path: path, reason: "libwebp could not encode it")
    }
    return Array(UnsafeBufferPointer(start: packed, count: count))
  }
}
