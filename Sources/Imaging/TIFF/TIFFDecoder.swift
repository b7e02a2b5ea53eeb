import CTIFF
import GinghamTensors

/// Unpacks the picture of a TIFF with libtiff and turns it upright; smaller copies and masks may stand behind it.
///
/// Grey and RGB of 8 and 16 bits and of 32-bit floats in 0…1 keep their precision; palettes, CMYK, YCbCr and smaller
/// samples become RGB of 8 bits.
struct TIFFDecoder {
  let bytes: [UInt8]
  let path: String

  init(_ bytes: [UInt8], path: String) {
    self.bytes = bytes
    self.path = path
  }

  /// - Throws: ``ImageError`` where the file is damaged, of a kind that no picture has, holds several pictures, or has more
  ///   than `pixelLimit` pixels.
  func decode(pixelLimit: Int) throws -> Picture {
    try bytes.withUnsafeBufferPointer { input in
      var decoder = gingham_tiff_decoder()
      return try withUnsafeMutablePointer(to: &decoder) { decoder in
        defer { gingham_tiff_end(decoder) }
        // 32 bytes a pixel: what the largest picture takes, and its tiles.
        let memory = UInt64(max(pixelLimit, 1 << 20)) * 32
        guard gingham_tiff_begin(decoder, input.baseAddress, input.count, memory) == 0 else { throw damaged(decoder) }
        let (height, width) = (Int(decoder.pointee.height), Int(decoder.pointee.width))
        guard height > 0, width > 0 else { throw damaged("it has no rows or no columns") }
        let (area, overflows) = height.multipliedReportingOverflow(by: width)
        guard !overflows, area <= pixelLimit else {
          throw ImageError.tooLarge(path: path, height: height, width: width, limit: pixelLimit)
        }
        try requireBlocks(decoder.pointee)
        let planes = try Layout(decoder.pointee).map { try exact($0, decoder) } ?? colours(decoder)
        // What was reported and passed over is damage all the same.
        guard decoder.pointee.message.0 == 0 else { throw damaged(decoder) }
        let orientation = ExifOrientation(rawValue: Int(decoder.pointee.orientation)) ?? .upright
        guard gingham_tiff_has_more(decoder) == 0 else {
          throw ImageError.unreadable(path: path, reason: "it holds several pictures; save one of them")
        }
        return Picture(unchecked: orientation.upright(planes))
      }
    }
  }

  /// Strips and tiles that a file does not list libtiff takes for the file's beginning: one kilobyte could be any picture.
  private func requireBlocks(_ decoder: gingham_tiff_decoder) throws {
    let count = decoder.is_tiled != 0 ? TIFFNumberOfTiles(decoder.tiff) : TIFFNumberOfStrips(decoder.tiff)
    for index in 0..<count where TIFFGetStrileByteCount(decoder.tiff, index) == 0 {
      throw damaged("part \(index + 1) of \(count) is not there")
    }
  }

  /// How samples lie in the file, where they need no conversion of colours.
  private struct Layout {
    enum Sample {
      case byte, short, float
    }

    let sample: Sample
    /// In the file.
    let channels: Int
    /// Without what stands beyond colours and alpha.
    let colours: Int
    let hasAlpha: Bool
    let isPremultiplied: Bool
    let isInverted: Bool
    let isPlanar: Bool

    var bytesPerSample: Int {
      switch sample {
      case .byte: 1
      case .short: 2
      case .float: 4
      }
    }

    init?(_ decoder: gingham_tiff_decoder) {
      switch (Int32(decoder.format), decoder.bits) {
      case (SAMPLEFORMAT_UINT, 8), (SAMPLEFORMAT_VOID, 8): sample = .byte
      case (SAMPLEFORMAT_UINT, 16), (SAMPLEFORMAT_VOID, 16): sample = .short
      case (SAMPLEFORMAT_IEEEFP, 32): sample = .float
      default: return nil
      }
      switch Int32(decoder.photometric) {
      case PHOTOMETRIC_MINISBLACK, PHOTOMETRIC_MINISWHITE: colours = 1
      case PHOTOMETRIC_RGB: colours = 3
      default: return nil
      }
      isInverted = Int32(decoder.photometric) == PHOTOMETRIC_MINISWHITE
      channels = Int(decoder.channels)
      guard channels >= colours, channels <= 64 else { return nil }
      let extra = Int32(decoder.extra_count > 0 ? decoder.extra : 0)
      hasAlpha = channels > colours && (extra == EXTRASAMPLE_ASSOCALPHA || extra == EXTRASAMPLE_UNASSALPHA)
      isPremultiplied = hasAlpha && extra == EXTRASAMPLE_ASSOCALPHA
      isPlanar = decoder.is_planar != 0
    }
  }

  /// C×H×W at the file's own precision.
  private func exact(_ layout: Layout, _ decoder: UnsafeMutablePointer<gingham_tiff_decoder>) throws -> Tensor {
    let (height, width) = (Int(decoder.pointee.height), Int(decoder.pointee.width))
    let kept = layout.colours + (layout.hasAlpha ? 1 : 0)
    var result = Tensor([kept, height, width])
    let isTiled = decoder.pointee.is_tiled != 0
    let block = (
      rows: isTiled ? Int(decoder.pointee.tile_height) : min(Int(decoder.pointee.rows_per_strip), height),
      columns: isTiled ? Int(decoder.pointee.tile_width) : width
    )
    let size = Int(isTiled ? TIFFTileSize(decoder.pointee.tiff) : TIFFStripSize(decoder.pointee.tiff))
    let together = layout.isPlanar ? 1 : layout.channels
    guard block.rows > 0, block.columns > 0,
      let wanted = Shape([block.rows, block.columns, together, layout.bytesPerSample]).checkedElementCount,
      size == wanted, size <= max(64 << 20, 32 * height * width)
    else { throw damaged("its strips or tiles have an impossible size") }
    let buffer = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 16)
    defer { buffer.deallocate() }
    let (down, across) = ((height + block.rows - 1) / block.rows, (width + block.columns - 1) / block.columns)
    for plane in 0..<(layout.isPlanar ? min(layout.channels, kept) : 1) {
      for number in 0..<(down * across) {
        let index = UInt32(plane * down * across + number)
        let (top, left) = (number / across * block.rows, number % across * block.columns)
        let rows = min(block.rows, height - top)
        let expected = isTiled ? size : rows * block.columns * together * layout.bytesPerSample
        let got =
          isTiled
          ? TIFFReadEncodedTile(decoder.pointee.tiff, index, buffer, tmsize_t(expected))
          : TIFFReadEncodedStrip(decoder.pointee.tiff, index, buffer, tmsize_t(expected))
        guard got == expected else { throw damaged(decoder) }
        let columns = min(block.columns, width - left)
        result.withUnsafeMutableBufferPointer { target in
          for channel in 0..<(layout.isPlanar ? 1 : kept) {
            for row in 0..<rows {
              let into = ((layout.isPlanar ? plane : channel) * height + top + row) * width + left
              for column in 0..<columns {
                let place = (row * block.columns + column) * together + channel
                target[into + column] = Self.value(buffer, place, layout)
              }
            }
          }
        }
      }
    }
    if layout.sample == .float {
      guard result.scalars.allSatisfy({ (0...1).contains($0) }) else {
        throw ImageError.unreadable(
          path: path, reason: "its numbers lie outside 0…1; save it with 8 or 16 bits, or as .npy")
      }
    }
    if layout.isPremultiplied { Self.divideByAlpha(&result) }
    return result
  }

  private static func value(_ buffer: UnsafeMutableRawPointer, _ place: Int, _ layout: Layout) -> Float {
    // Zero may be white; not so of an alpha behind it.
    let isInverted = layout.isInverted && (layout.isPlanar || place % layout.channels == 0)
    switch layout.sample {
    case .byte:
      let level = buffer.load(fromByteOffset: place, as: UInt8.self)
      return Float(isInverted ? 255 - level : level) / 255
    case .short:
      let level = buffer.load(fromByteOffset: 2 * place, as: UInt16.self)
      return Float(isInverted ? 65535 - level : level) / 65535
    case .float:
      let value = buffer.load(fromByteOffset: 4 * place, as: Float.self)
      return isInverted ? 1 - value : value
    }
  }

  private static func divideByAlpha(_ planes: inout Tensor) {
    let (colours, area) = (planes.shape[0] - 1, planes.shape[1] * planes.shape[2])
    planes.withUnsafeMutableBufferPointer { values in
      for pixel in 0..<area {
        let alpha = values[colours * area + pixel]
        for channel in 0..<colours {
          let index = channel * area + pixel
          values[index] = alpha > 0 ? min(values[index] / alpha, 1) : 0
        }
      }
    }
  }

  /// Whatever libtiff can turn into colours of 8 bits.
  private func colours(_ decoder: UnsafeMutablePointer<gingham_tiff_decoder>) throws -> Tensor {
    let samples = InterleavedSamples(
      height: Int(decoder.pointee.height), width: Int(decoder.pointee.width), channels: 4, bytesPerSample: 1)
    let pixels = UnsafeMutableRawPointer.allocate(byteCount: samples.byteCount, alignment: 16)
    defer { pixels.deallocate() }
    let bytes = pixels.bindMemory(to: UInt8.self, capacity: samples.byteCount)
    bytes.initialize(repeating: 0, count: samples.byteCount)
    guard gingham_tiff_read_colours(decoder, bytes) == 0 else { throw damaged(decoder) }
    var planes = samples.planes(of: bytes)
    guard decoder.pointee.extra_count > 0 else { return planes.slice(axis: 0, 0..<3) }
    Self.divideByAlpha(&planes)
    return planes
  }

  private func damaged(_ decoder: UnsafeMutablePointer<gingham_tiff_decoder>) -> ImageError {
    let message = withUnsafeBytes(of: decoder.pointee.message, String.init(terminated:))
    return damaged(message.isEmpty ? "the file ends early" : message)
  }

  private func damaged(_ reason: String) -> ImageError { .damaged(path: path, format: "TIFF", reason: reason) }
}
