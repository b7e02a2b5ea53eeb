/// The central directory of a zip file: where it lies, and what it lists.
struct ZipDirectory {
  private let file: MappedFile
  /// Byte offset of the first record.
  let start: Int
  private let length: Int
  private let count: Int

  init(_ file: MappedFile) throws {
    self.file = file
    let bytes = file.bytes
    guard let end = Self.endRecord(in: bytes) else {
      throw FormatError.malformed(
        path: file.path, location: "end of file", reason: "no zip directory: the file is cut off or not a zip archive")
    }
    var place = (
      count: bytes.littleEndian(UInt16.self, at: end + 10).map(UInt64.init),
      length: bytes.littleEndian(UInt32.self, at: end + 12).map(UInt64.init),
      start: bytes.littleEndian(UInt32.self, at: end + 16).map(UInt64.init)
    )
    var limit = end
    if bytes.has("PK\u{6}\u{7}", at: end - 20) {
      guard
        let offset = bytes.littleEndian(UInt64.self, at: end - 20 + 8).flatMap({ Int(exactly: $0) }),
        offset <= end - 20, bytes.has("PK\u{6}\u{6}", at: offset)
      else {
        throw FormatError.malformed(
          path: file.path, location: "byte \(end - 20)", reason: "the ZIP64 locator points at no ZIP64 record")
      }
      place = (
        bytes.littleEndian(at: offset + 32), bytes.littleEndian(at: offset + 40), bytes.littleEndian(at: offset + 48)
      )
      limit = offset
    }
    guard
      let count = place.count.flatMap({ Int(exactly: $0) }), let length = place.length.flatMap({ Int(exactly: $0) }),
      let start = place.start.flatMap({ Int(exactly: $0) }), start <= limit, length <= limit - start,
      count <= length / Self.recordSize
    else {
      throw FormatError.malformed(
        path: file.path, location: "zip end record at byte \(end)", reason: "the directory does not lie inside the file"
      )
    }
    self.start = start
    self.length = length
    self.count = count
  }

  private static let recordSize = 46

  /// The last end record whose comment reaches exactly to the end of the file.
  private static func endRecord(in bytes: UnsafeRawBufferPointer) -> Int? {
    let recordSize = 22
    guard bytes.count >= recordSize else { return nil }
    let last = bytes.count - recordSize
    for offset in stride(from: last, through: max(0, last - 0xffff), by: -1) where bytes.has("PK\u{5}\u{6}", at: offset)
    {
      if let comment: UInt16 = bytes.littleEndian(at: offset + 20), Int(comment) == last - offset { return offset }
    }
    return nil
  }

  func entries() throws -> [ZipArchive.Entry] {
    var entries: [ZipArchive.Entry] = []
    entries.reserveCapacity(count)
    var offset = start
    for index in 0..<count {
      guard let entry = record(at: &offset) else {
        throw FormatError.malformed(
          path: file.path, location: "zip directory record \(index) at byte \(offset)",
          reason: "not a directory record, or its fields lie outside the directory")
      }
      entries.append(entry)
    }
    return entries
  }

  private func record(at offset: inout Int) -> ZipArchive.Entry? {
    guard
      let directory = file.bytes.window(at: offset, length: start + length - offset), directory.has("PK\u{1}\u{2}"),
      let flags: UInt16 = directory.littleEndian(at: 8),
      let method: UInt16 = directory.littleEndian(at: 10),
      let checksum: UInt32 = directory.littleEndian(at: 16),
      let packedSize: UInt32 = directory.littleEndian(at: 20),
      let size: UInt32 = directory.littleEndian(at: 24),
      let nameLength: UInt16 = directory.littleEndian(at: 28),
      let extraLength: UInt16 = directory.littleEndian(at: 30),
      let commentLength: UInt16 = directory.littleEndian(at: 32),
      let headerOffset: UInt32 = directory.littleEndian(at: 42),
      let name = directory.window(at: Self.recordSize, length: Int(nameLength)),
      let extra = directory.window(at: Self.recordSize + Int(nameLength), length: Int(extraLength)),
      let wide = Self.widened([size, packedSize, headerOffset], by: extra)
    else { return nil }
    offset += Self.recordSize + Int(nameLength) + Int(extraLength) + Int(commentLength)
    guard offset <= start + length else { return nil }
    return ZipArchive.Entry(
      name: String(decoding: name, as: UTF8.self), size: wide[0], packedSize: wide[1], method: method,
      isEncrypted: flags & 1 != 0, headerOffset: wide[2], checksum: checksum)
  }

  /// The fields of a record; one that is all ones stands in the ZIP64 extra field, in the same order.
  private static func widened(_ fields: [UInt32], by extra: UnsafeRawBufferPointer) -> [Int]? {
    guard fields.contains(.max) else { return fields.map(Int.init) }
    var offset = 0
    while let tag: UInt16 = extra.littleEndian(at: offset), let size: UInt16 = extra.littleEndian(at: offset + 2) {
      guard let body = extra.window(at: offset + 4, length: Int(size)) else { return nil }
      offset += 4 + Int(size)
      guard tag == 1 else { continue }
      var position = 0
      var wide: [Int] = []
      for field in fields {
        if field == .max {
          guard let value = body.littleEndian(UInt64.self, at: position).flatMap({ Int(exactly: $0) }) else {
            return nil
          }
          wide.append(value)
          position += 8
        } else {
          wide.append(Int(field))
        }
      }
      return wide
    }
    return nil
  }
}
