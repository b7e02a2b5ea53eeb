import CWebP
import GinghamTensors

/// Unpacks one WebP with libwebp, lossy or lossless, and turns it upright.
struct WebPDecoder {
  let bytes: [UInt8]
  let path: String

  init(_ bytes: [UInt8], path: String) {
    self.bytes = bytes
    self.path = path
  }

  /// - Throws: ``ImageError`` where the file is damaged, moves, or has more than `pixelLimit` pixels.
  func decode(pixelLimit: Int) throws -> Picture {
    try bytes.withUnsafeBufferPointer { input in
      // The decoder takes what there is; a file that says it is longer was cut off.
      guard input.count >= 12,
        (0..<4).reduce(8, { $0 + Int(input[4 + $1]) << (8 * $1) }) <= input.count
      else { throw damaged("the file ends early") }
      var features = WebPBitstreamFeatures()
      guard WebPGetFeatures(input.baseAddress, input.count, &features) == VP8_STATUS_OK else {
        throw damaged("its header cannot be read")
      }
      guard features.has_animation == 0 else {
        throw ImageError.unreadable(path: path, reason: "it is an animation; save one of its pictures")
      }
      let samples = InterleavedSamples(
        height: Int(features.height), width: Int(features.width), channels: features.has_alpha != 0 ? 4 : 3,
        bytesPerSample: 1)
      guard samples.height * samples.width <= pixelLimit else {
        throw ImageError.tooLarge(path: path, height: samples.height, width: samples.width, limit: pixelLimit)
      }
      let pixels = UnsafeMutablePointer<UInt8>.allocate(capacity: samples.byteCount)
      defer { pixels.deallocate() }
      let decode = samples.channels == 4 ? WebPDecodeRGBAInto : WebPDecodeRGBInto
      guard decode(input.baseAddress, input.count, pixels, samples.byteCount, Int32(samples.rowBytes)) != nil else {
        throw damaged("its pixels cannot be decoded, or the file ends early")
      }
      return Picture(unchecked: orientation(of: input).upright(samples.planes(of: pixels)))
    }
  }

  private func orientation(of input: UnsafeBufferPointer<UInt8>) -> ExifOrientation {
    guard let demuxer = gingham_webp_demux(input.baseAddress, input.count) else { return .upright }
    defer { WebPDemuxDelete(demuxer) }
    var chunk = WebPChunkIterator()
    guard WebPDemuxGetChunk(demuxer, "EXIF", 1, &chunk) != 0 else { return .upright }
    defer { WebPDemuxReleaseChunkIterator(&chunk) }
    let data = Array(UnsafeBufferPointer(start: chunk.chunk.bytes, count: chunk.chunk.size))
    // Some programs write the marker of JPEG in front of it.
    return ExifOrientation(marker: data) ?? ExifOrientation(tiff: data[...]) ?? .upright
  }

  private func damaged(_ reason: String) -> ImageError { .damaged(path: path, format: "WebP", reason: reason) }
}
