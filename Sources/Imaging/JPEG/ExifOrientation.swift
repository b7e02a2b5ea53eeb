import GinghamTensors

/// How a camera was held: what has to be done to the stored rows so that the picture stands upright (EXIF 2.32, tag
/// 0x0112). Raw values are those of the tag.
enum ExifOrientation: Int {
  case upright = 1
  case mirrored, upsideDown, mirroredUpsideDown, mirroredLeft, left, mirroredRight, right

  /// Reads the tag from the contents of an APP1 marker; `nil` where it is not EXIF or has no valid orientation.
  init?(marker: [UInt8]) {
    let prefix = Array("Exif\0\0".utf8)
    guard marker.starts(with: prefix) else { return nil }
    self.init(tiff: marker.dropFirst(prefix.count))
  }

  /// Reads the tag from EXIF without anything in front of it, as PNG and WebP hold it.
  init?(tiff: ArraySlice<UInt8>) {
    let isLittleEndian: Bool
    switch tiff.prefix(2) {
    case [0x49, 0x49]: isLittleEndian = true
    case [0x4D, 0x4D]: isLittleEndian = false
    default: return nil
    }
    func integer(at offset: Int, bytes: Int) -> Int? {
      let start = tiff.startIndex + offset
      guard start + bytes <= tiff.endIndex else { return nil }
      let field = tiff[start..<(start + bytes)]
      return (isLittleEndian ? field.reversed() : Array(field)).reduce(0) { $0 << 8 | Int($1) }
    }
    guard integer(at: 2, bytes: 2) == 42, let directory = integer(at: 4, bytes: 4),
      let entries = integer(at: directory, bytes: 2)
    else { return nil }
    for entry in 0..<entries {
      let offset = directory + 2 + 12 * entry
      guard let tag = integer(at: offset, bytes: 2) else { return nil }
      guard tag == 0x0112 else { continue }
      guard integer(at: offset + 2, bytes: 2) == 3, let value = integer(at: offset + 8, bytes: 2) else { return nil }
      self.init(rawValue: value)
      return
    }
    return nil
  }

  /// Reads the tag from a PNG's text "Raw profile type exif": a name, the number of bytes, and these as hexadecimal
  /// digits, on lines of their own.
  init?(rawProfile text: some Collection<UInt8>) {
    let lines = text.split(separator: UInt8(ascii: "\n"), maxSplits: 2)
    guard lines.count == 3 else { return nil }
    let digits = lines[2].compactMap { Character(UnicodeScalar($0)).hexDigitValue }
    let bytes = stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    guard let found = ExifOrientation(marker: bytes) ?? ExifOrientation(tiff: bytes[...]) else { return nil }
    self = found
  }

  /// C×H×W turned so that the picture stands upright: C×W×H for the four that lie on their side.
  func upright(_ planes: Tensor) -> Tensor {
    if self == .upright { return planes }
    let transposes = rawValue >= 5
    let flipsRows = [.upsideDown, .mirroredUpsideDown, .left, .mirroredRight].contains(self)
    let flipsColumns = [.mirrored, .upsideDown, .mirroredRight, .right].contains(self)
    let (channels, rows, columns) = (planes.shape[0], planes.shape[1], planes.shape[2])
    let (height, width) = transposes ? (columns, rows) : (rows, columns)
    return planes.withUnsafeBufferPointer { source in
      Tensor([channels, height, width]) { target in
        for channel in 0..<channels {
          for y in 0..<height {
            for x in 0..<width {
              let row = transposes ? x : y
              let column = transposes ? y : x
              let from = (flipsRows ? rows - 1 - row : row) * columns + (flipsColumns ? columns - 1 - column : column)
              target[(channel * height + y) * width + x] = source[channel * rows * columns + from]
            }
          }
        }
      }
    }
  }
}
