import CCairo
import GinghamTensors

/// A Cairo surface and whatever it writes to, released together.
final class CairoSurface {
  let pointer: OpaquePointer

  /// Pixels, white at first.
  init?(width: Int, height: Int) {
    guard let surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, Int32(clamping: width), Int32(clamping: height))
    else { return nil }
    pointer = surface
    guard isHealthy else { return nil }
  }

  /// The pixels of a picture over white.
  convenience init?(_ picture: Picture) {
    self.init(width: picture.width, height: picture.height)
    let rgb = picture.overWhite.rgb.pixels
    let area = picture.height * picture.width
    guard let data = cairo_image_surface_get_data(pointer) else { return nil }
    let stride = Int(cairo_image_surface_get_stride(pointer))
    rgb.withUnsafeBufferPointer { source in
      for y in 0..<picture.height {
        let row = UnsafeMutableRawPointer(data + y * stride)
        for x in 0..<picture.width {
          let pixel = (0..<3).reduce(UInt32(0)) { packed, channel in
            let value = min(max(source[channel * area + y * picture.width + x], 0), 1)
            return packed << 8 | UInt32((value * 255).rounded())
          }
          row.storeBytes(of: pixel, toByteOffset: 4 * x, as: UInt32.self)
        }
      }
    }
    cairo_surface_mark_dirty(pointer)
  }

  /// A document that is written in strokes.
  enum Document {
    case svg, pdf
  }

  /// A document of the given size in units of 1/96 inch, built by `draw`.
  static func document(
    _ kind: Document, width: Double, height: Double, _ draw: (CairoSurface) -> Void
  ) -> [UInt8]? {
    let sink = ByteSink()
    let append: cairo_write_func_t = { sink, bytes, count in
      guard let sink else { return CAIRO_STATUS_WRITE_ERROR }
      Unmanaged<ByteSink>.fromOpaque(sink).takeUnretainedValue().bytes += UnsafeBufferPointer(
        start: bytes, count: Int(count))
      return CAIRO_STATUS_SUCCESS
    }
    return withExtendedLifetime(sink) {
      let target = Unmanaged.passUnretained(sink).toOpaque()
      let pointer: OpaquePointer?
      switch kind {
      case .svg:
        pointer = cairo_svg_surface_create_for_stream(append, target, width, height)
        if let pointer { cairo_svg_surface_set_document_unit(pointer, CAIRO_SVG_UNIT_PX) }
      case .pdf:
        // PDF counts in points of 1/72 inch.
        pointer = cairo_pdf_surface_create_for_stream(append, target, width * 0.75, height * 0.75)
        // Equal figures are equal bytes: the hour of drawing has no place in them.
        if let pointer {
          cairo_pdf_surface_set_metadata(pointer, CAIRO_PDF_METADATA_CREATE_DATE, "1970-01-01T00:00:00Z")
        }
      }
      guard let pointer else { return nil }
      let surface = CairoSurface(owning: pointer)
      draw(surface)
      cairo_surface_finish(pointer)
      return surface.isHealthy ? sink.bytes : nil
    }
  }

  private init(owning pointer: OpaquePointer) {
    self.pointer = pointer
  }

  deinit { cairo_surface_destroy(pointer) }

  var isHealthy: Bool { cairo_surface_status(pointer) == CAIRO_STATUS_SUCCESS }

  /// Calls `body` with a canvas on which one unit is `scale` pixels.
  func draw(scale: Double, _ body: (Canvas) -> Void) {
    guard let context = cairo_create(pointer) else { return }
    cairo_scale(context, scale, scale)
    body(Canvas(context: context))
    cairo_destroy(context)
    cairo_surface_flush(pointer)
  }

  /// The pixels drawn so far, red, green and blue side by side.
  var pixels: (samples: InterleavedSamples, bytes: [UInt8])? {
    let (width, height) = (
      Int(cairo_image_surface_get_width(pointer)), Int(cairo_image_surface_get_height(pointer))
    )
    guard isHealthy, width > 0, height > 0, let data = cairo_image_surface_get_data(pointer) else { return nil }
    let stride = Int(cairo_image_surface_get_stride(pointer))
    let samples = InterleavedSamples(height: height, width: width, channels: 3, bytesPerSample: 1)
    let bytes = [UInt8](unsafeUninitializedCapacity: samples.byteCount) { target, count in
      guard var next = target.baseAddress else { return }
      for y in 0..<height {
        let row = UnsafeRawPointer(data + y * stride)
        for x in 0..<width {
          let pixel = row.load(fromByteOffset: 4 * x, as: UInt32.self)
          next[0] = UInt8(truncatingIfNeeded: pixel >> 16)
          next[1] = UInt8(truncatingIfNeeded: pixel >> 8)
          next[2] = UInt8(truncatingIfNeeded: pixel)
          next += 3
        }
      }
      count = samples.byteCount
    }
    return (samples, bytes)
  }
}

private final class ByteSink {
  var bytes: [UInt8] = []
}
