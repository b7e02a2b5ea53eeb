import CJPEG
import GinghamTensors

/// Unpacks one JPEG with libjpeg and turns it upright.
struct JPEGDecoder {
  let bytes: [UInt8]
  let path: String

  init(_ bytes: [UInt8], path: String) {
    self.bytes = bytes
    self.path = path
  }

  func decode(pixelLimit: Int) throws -> Picture {
    guard let decoder = gingham_jpeg_create() else {
      throw ImageError.unreadable(path: path, reason: "not enough memory")
    }
    defer { gingham_jpeg_destroy(decoder) }
    return try bytes.withUnsafeBufferPointer { input in
      guard gingham_jpeg_begin(decoder, input.baseAddress, input.count) == 0 else { throw damaged(decoder) }
      let samples = InterleavedSamples(
        height: Int(decoder.pointee.info.image_height), width: Int(decoder.pointee.info.image_width),
        channels: Int(decoder.pointee.info.output_components), bytesPerSample: 1)
      guard samples.height * samples.width <= pixelLimit else {
        throw ImageError.tooLarge(path: path, height: samples.height, width: samples.width, limit: pixelLimit)
      }
      let orientation = orientation(decoder)
      let pixels = UnsafeMutablePointer<UInt8>.allocate(capacity: samples.byteCount)
      defer { pixels.deallocate() }
      guard gingham_jpeg_read(decoder, pixels, samples.rowBytes) == 0 else { throw damaged(decoder) }
      let planes = samples.planes(of: pixels)
      return Picture(unchecked: orientation.upright(samples.channels == 4 ? rgb(ofInvertedCMYK: planes) : planes))
    }
  }

  /// JPEG files with four colours hold the complement of each ink: every program that writes them follows Photoshop.
  private func rgb(ofInvertedCMYK planes: Tensor) -> Tensor {
    let area = planes.shape[1] * planes.shape[2]
    return planes.withUnsafeBufferPointer { source in
      Tensor([3, planes.shape[1], planes.shape[2]]) { target in
        for index in target.indices { target[index] = source[index] * source[3 * area + index % area] }
      }
    }
  }

  private func orientation(_ decoder: UnsafeMutablePointer<gingham_jpeg_decoder>) -> ExifOrientation {
    var marker = decoder.pointee.info.marker_list
    while let current = marker {
      let data = Array(UnsafeBufferPointer(start: current.pointee.data, count: Int(current.pointee.data_length)))
      if let orientation = ExifOrientation(marker: data) { return orientation }
      marker = current.pointee.next
    }
    return .upright
  }

  private func damaged(_ decoder: UnsafeMutablePointer<gingham_jpeg_decoder>) -> ImageError {
    .damaged(path: path, format: "JPEG", reason: withUnsafeBytes(of: decoder.pointee.message, String.init(terminated:)))
  }
}
