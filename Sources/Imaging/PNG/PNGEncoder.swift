import CPNG

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Packs interleaved samples as a PNG with libpng.
struct PNGEncoder {
  /// How rows are made ready for packing.
  enum Filter {
    /// Each row by whichever of libpng's filters suits it: small files of photographs.
    case adaptive
    /// Not at all: areas of one colour pack as well without, in half the time.
    case none
  }

  let samples: InterleavedSamples
  let filter: Filter
  let path: String

  init(_ samples: InterleavedSamples, filter: Filter, path: String) {
    self.samples = samples
    self.filter = filter
    self.path = path
  }

  /// - Throws: ``ImageError/unwritable(path:reason:)``.
  func encode(_ bytes: [UInt8], texts: KeyValuePairs<String, String> = [:]) throws -> [UInt8] {
    for (keyword, text) in texts {
      let legal = (1...79).contains(keyword.utf8.count) && keyword.utf8.allSatisfy { (0x20...0x7E).contains($0) }
      guard legal, !text.utf8.contains(0) else {
        throw ImageError.unwritable(path: path, reason: "a PNG cannot hold a text named '\(keyword)'")
      }
    }
    let packed = texts.flatMap { Array($0.key.utf8CString) + Array($0.value.utf8CString) }
    guard let rows = UInt32(exactly: samples.height), let columns = UInt32(exactly: samples.width) else {
      throw ImageError.unwritable(
        path: path, reason: "a PNG cannot have \(samples.height)×\(samples.width) pixels")
    }
    var encoder = gingham_png_encoder()
    let status = gingham_png_encode(
      &encoder, columns, rows, Int32(samples.channels), Int32(8 * samples.bytesPerSample), bytes, samples.rowBytes,
      filter == .adaptive ? 1 : 0, packed, Int32(texts.count))
    defer { free(encoder.bytes) }
    guard status == GINGHAM_PNG_DONE else {
      let reason = withUnsafeBytes(of: encoder.message, String.init(terminated:))
      throw ImageError.unwritable(path: path, reason: reason)
    }
    return Array(UnsafeBufferPointer(start: encoder.bytes, count: encoder.count))
  }
}
