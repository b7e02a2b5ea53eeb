import GinghamTensors

/// What becomes of a picture's transparency when it is read.
public enum Transparency: String, Hashable, Sendable {
  /// Composited over white, in encoded values, as a browser shows it on a white page.
  case overWhite
  /// Thrown away: hidden colours come to light, as with `Image.convert("RGB")` of the Python Imaging Library.
  case dropped
  /// Kept as a last channel.
  case kept
}

extension Picture {
  /// More pixels than this are refused before they are unpacked: 67 million, 800 MB as RGB in memory.
  public static let defaultPixelLimit = 1 << 26

  /// Reads a PNG, JPEG, WebP or TIFF file; the contents decide which, not the name.
  ///
  /// PNG: every colour type and bit depth, interlaced or not; gamma and colour profiles are ignored, as networks expect.
  /// JPEG: grey, RGB, YCbCr, CMYK and YCCK. WebP: lossy and lossless. TIFF: the first picture, 16 bits and floats in 0…1
  /// as precise as they are. All are turned upright by their EXIF orientation, or TIFF's own.
  ///
  /// - Throws: ``ImageError`` where the file cannot be read, is neither, is damaged in any way, or declares more than
  ///   `pixelLimit` pixels.
  public init(
    contentsOf path: String, transparency: Transparency = .overWhite, pixelLimit: Int = defaultPixelLimit
  ) throws {
    try self.init(
      bytes: FileBytes.contents(of: path), path: path, transparency: transparency, pixelLimit: pixelLimit)
  }

  /// Decodes PNG, JPEG, WebP or TIFF bytes; `path` is what errors call them.
  public init(
    bytes: [UInt8], path: String = "picture", transparency: Transparency = .overWhite,
    pixelLimit: Int = defaultPixelLimit
  ) throws {
    let stored =
      switch FileKind(bytes) {
      case .png: try PNGDecoder(bytes, path: path).decode(pixelLimit: pixelLimit)
      case .jpeg: try JPEGDecoder(bytes, path: path).decode(pixelLimit: pixelLimit)
      case .webp: try WebPDecoder(bytes, path: path).decode(pixelLimit: pixelLimit)
      case .tiff: try TIFFDecoder(bytes, path: path).decode(pixelLimit: pixelLimit)
      case .other(let found): throw ImageError.notAPicture(path: path, found: found)
      }
    self =
      switch transparency {
      case .overWhite: stored.overWhite
      case .dropped: stored.withoutAlpha
      case .kept: stored
      }
  }
}

/// What the first bytes of a file say it is.
enum FileKind: Equatable {
  case png
  case jpeg
  case webp
  case tiff
  case other(String)

  init(_ bytes: [UInt8]) {
    func begins(_ magic: [UInt8], at offset: Int = 0) -> Bool {
      bytes.dropFirst(offset).starts(with: magic)
    }
    let known: [(magic: String, offset: Int, name: String)] = [
      ("GIF8", 0, "a GIF picture"), ("BM", 0, "a BMP picture"), ("ftyp", 4, "a HEIC, AVIF or video file"),
      ("8BPS", 0, "a Photoshop document"), ("%PDF", 0, "a PDF document"), ("PK\u{3}\u{4}", 0, "a ZIP archive"),
      ("\u{1}NUMPY", 1, "a NumPy array"),
    ]
    if bytes.isEmpty {
      self = .other("the file is empty")
    } else if begins([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
      self = .png
    } else if begins([0xFF, 0xD8, 0xFF]) {
      self = .jpeg
    } else if begins(Array("RIFF".utf8)), begins(Array("WEBP".utf8), at: 8) {
      self = .webp
    } else if ["II*\0", "MM\0*", "II+\0", "MM\0+"].contains(where: { begins(Array($0.utf8)) }) {
      self = .tiff
    } else if begins([0x89, 0x50, 0x4E, 0x47]) {
      self = .other("a PNG whose first bytes are damaged, perhaps by a transfer as text")
    } else if let match = known.first(where: { begins(Array($0.magic.utf8), at: $0.offset) }) {
      self = .other("it is \(match.name)")
    } else if bytes.prefix(512).allSatisfy({ $0 >= 0x20 && $0 != 0x7F || (9...13).contains($0) }) {
      self = .other("it is text")
    } else {
      self = .other("its contents are unknown")
    }
  }
}
