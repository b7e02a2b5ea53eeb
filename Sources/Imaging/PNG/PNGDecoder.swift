import CPNG
import GinghamTensors

/// Unpacks one PNG with libpng: grey stays grey, palettes become colours, transparency becomes alpha. Turned upright where
/// an eXIf chunk says how, or the text that ImageMagick writes in its place.
struct PNGDecoder {
  let bytes: [UInt8]
  let path: String

  init(_ bytes: [UInt8], path: String) {
    self.bytes = bytes
    self.path = path
  }

  func decode(pixelLimit: Int) throws -> Picture {
    guard frameCount <= 1 else {
      throw ImageError.unreadable(path: path, reason: "it is an animation; save one of its pictures")
    }
    return try bytes.withUnsafeBufferPointer { input in
      var decoder = gingham_png_decoder()
      return try withUnsafeMutablePointer(to: &decoder) { decoder in
        defer { gingham_png_end(decoder) }
        let status = gingham_png_begin(decoder, input.baseAddress, input.count, UInt64(max(pixelLimit, 0)))
        let (height, width) = (Int(decoder.pointee.height), Int(decoder.pointee.width))
        if status == GINGHAM_PNG_TOO_LARGE {
          throw ImageError.tooLarge(path: path, height: height, width: width, limit: pixelLimit)
        }
        guard status == GINGHAM_PNG_DONE else { throw damaged(decoder) }
        let samples = InterleavedSamples(
          height: height, width: width, channels: Int(decoder.pointee.channels),
          bytesPerSample: Int(decoder.pointee.depth) / 8)
        guard samples.isCountable else {
          throw ImageError.tooLarge(path: path, height: height, width: width, limit: pixelLimit)
        }
        let pixels = UnsafeMutablePointer<UInt8>.allocate(capacity: samples.byteCount)
        defer { pixels.deallocate() }
        guard gingham_png_read(decoder, pixels, samples.rowBytes) == GINGHAM_PNG_DONE else { throw damaged(decoder) }
        let exif = Array(UnsafeBufferPointer(start: decoder.pointee.exif, count: Int(decoder.pointee.exif_size)))
        let profile = UnsafeBufferPointer(start: decoder.pointee.profile, count: decoder.pointee.profile_size)
        let orientation = ExifOrientation(tiff: exif[...]) ?? ExifOrientation(rawProfile: profile) ?? .upright
        return Picture(unchecked: orientation.upright(samples.planes(of: pixels)))
      }
    }
  }

  /// What an animation says of itself, in a chunk in front of the pixels that libpng passes over (APNG specification, 2015).
  private var frameCount: Int {
    var position = 8
    while position + 12 <= bytes.count {
      let name = bytes[position + 4..<position + 8]
      if name.elementsEqual("IDAT".utf8) { return 1 }
      if name.elementsEqual("acTL".utf8) { return number(at: position + 8) }
      position += number(at: position) + 12
    }
    return 1
  }

  /// Of four bytes, the highest first.
  private func number(at position: Int) -> Int { bytes[position..<position + 4].reduce(0) { $0 << 8 + Int($1) } }

  private func damaged(_ decoder: UnsafeMutablePointer<gingham_png_decoder>) -> ImageError {
    .damaged(path: path, format: "PNG", reason: withUnsafeBytes(of: decoder.pointee.message, String.init(terminated:)))
  }
}

extension String {
  /// The text up to the first zero byte.
  init(terminated bytes: UnsafeRawBufferPointer) {
    self.init(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
  }
}
