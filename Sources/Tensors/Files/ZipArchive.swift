import CZlib

/// A zip file's table of contents, its stored entries where they lie in the mapping, and its compressed ones
/// unpacked.
///
/// Entries are found through the central directory at the file's end, so streamed entries (whose local headers hold
/// no sizes) and ZIP64 archives are read too. Checksums of stored entries are not compared where
/// they are windows: that would read every weight at once.
/// Layout: PKWARE APPNOTE.TXT 6.3.10 (2022).
public struct ZipArchive: Sendable {
  /// A file in the archive.
  public struct Entry: Hashable, Sendable {
    /// As the archive has it.
    public let name: String
    /// Bytes of the entry once unpacked.
    public let size: Int
    let packedSize: Int
    let method: UInt16
    let isEncrypted: Bool
    let headerOffset: Int
    let checksum: UInt32
  }

  /// The archive itself.
  public let file: MappedFile
  /// In the directory's order.
  public let entries: [Entry]
  private let indices: [String: Int]
  private let directoryStart: Int

  /// - Throws: ``FormatError/malformed(path:location:reason:)`` where the directory breaks the format's rules.
  public init(_ file: MappedFile) throws {
    let directory = try ZipDirectory(file)
    self.file = file
    directoryStart = directory.start
    entries = try directory.entries()
    var claimed = 0
    for entry in entries {
      let (sum, overflow) = claimed.addingReportingOverflow(entry.packedSize)
      guard !overflow, sum <= file.bytes.count else {
        throw FormatError.malformed(
          path: file.path, location: "zip directory", reason: "the entries claim more bytes than the file has")
      }
      claimed = sum
    }
    var indices: [String: Int] = [:]
    for (index, entry) in entries.enumerated() {
      guard indices.updateValue(index, forKey: entry.name) == nil else {
        throw FormatError.malformed(
          path: file.path, location: "zip directory", reason: "two entries are called '\(entry.name)'")
      }
    }
    self.indices = indices
  }

  /// Whether a file starts like a zip archive.
  public static func recognizes(_ file: MappedFile) -> Bool {
    file.bytes.has("PK\u{3}\u{4}") || file.bytes.has("PK\u{5}\u{6}")
  }

  /// The entry of a name; `nil` where there is none.
  public func entry(named name: String) -> Entry? {
    indices[name].map { entries[$0] }
  }

  /// The offset and length of a stored entry's bytes in the file.
  ///
  /// - Throws: ``FormatError/unsupported(path:what:advice:)`` for compressed or encrypted entries.
  public func extent(of entry: Entry) throws -> Range<Int> {
    try refuseEncrypted(entry)
    guard entry.method == 0 else {
      throw FormatError.unsupported(
        path: file.path, what: "the compressed zip entry '\(entry.name)'",
        advice: "Save it uncompressed: torch.save and numpy.savez do so, numpy.savez_compressed does not.")
    }
    guard entry.packedSize == entry.size else {
      throw malformed(
        entry, "stored without compression, but \(entry.packedSize) bytes long and \(entry.size) unpacked")
    }
    return try packedExtent(of: entry)
  }

  private func packedExtent(of entry: Entry) throws -> Range<Int> {
    try refuseEncrypted(entry)
    let header = entry.headerOffset
    guard
      file.bytes.has("PK\u{3}\u{4}", at: header),
      let nameLength: UInt16 = file.bytes.littleEndian(at: header + 26),
      let extraLength: UInt16 = file.bytes.littleEndian(at: header + 28)
    else { throw malformed(entry, "no local header at byte \(header)") }
    let start = header + 30 + Int(nameLength) + Int(extraLength)
    guard start <= directoryStart, entry.packedSize <= directoryStart - start else {
      throw malformed(
        entry, "\(entry.packedSize) bytes from byte \(start) run into the directory at byte \(directoryStart)")
    }
    return start..<(start + entry.packedSize)
  }

  private func refuseEncrypted(_ entry: Entry) throws {
    guard !entry.isEncrypted else {
      throw FormatError.unsupported(
        path: file.path, what: "the encrypted zip entry '\(entry.name)'", advice: "Save the file without a password.")
    }
  }

  private func malformed(_ entry: Entry, _ reason: String) -> FormatError {
    .malformed(path: file.path, location: "zip entry '\(entry.name)'", reason: reason)
  }

  /// Most bytes that a compressed entry may become: no picture is larger, and a bomb costs no more memory.
  static let largestUnpacked = 1 << 28

  /// The bytes of an entry, unpacked where they are compressed (RFC 1951) and held against their checksum.
  ///
  /// - Throws: ``FormatError`` where they are damaged, encrypted, compressed in another way, or too many.
  func contents(of entry: Entry) throws -> MemoryBlock {
    let range = entry.method == 0 ? try extent(of: entry) : try packedExtent(of: entry)
    let packed = UnsafeRawBufferPointer(rebasing: file.bytes[range])
    defer { file.releasePages(of: packed) }
    let block: MemoryBlock
    switch entry.method {
    case 0:
      block = MemoryBlock(copying: packed)
    case 8:
      // Deflate makes at most 1032 bytes of one: what claims more is refused before there is memory for it.
      guard entry.size / 1032 <= packed.count else {
        throw malformed(entry, "\(packed.count) bytes cannot become \(entry.size)")
      }
      guard entry.size <= Self.largestUnpacked else {
        throw FormatError.unsupported(
          path: file.path, what: "the compressed zip entry '\(entry.name)' of \(entry.size) bytes",
          advice: "Unpack the archive first.")
      }
      block = MemoryBlock(byteCount: entry.size)
      guard Self.inflate(packed, into: block, count: entry.size) else {
        throw malformed(entry, "its compressed bytes are damaged")
      }
    case let method:
      throw FormatError.unsupported(
        path: file.path, what: "the zip entry '\(entry.name)', compressed by method \(method),",
        advice: "Save it with deflate, or uncompressed.")
    }
    guard crc32_z(0, block.base, entry.size) == entry.checksum else { throw malformed(entry, "its checksum is wrong") }
    return block
  }

  /// Whether the bytes were whole, and exactly so many when unpacked.
  private static func inflate(_ packed: UnsafeRawBufferPointer, into block: MemoryBlock, count: Int) -> Bool {
    guard let input = UInt32(exactly: packed.count), let output = UInt32(exactly: count) else { return false }
    var stream = z_stream()
    guard gingham_inflate_raw(&stream) == Z_OK else { return false }
    defer { inflateEnd(&stream) }
    stream.next_in = UnsafeMutablePointer(mutating: packed.bindMemory(to: UInt8.self).baseAddress)
    stream.avail_in = input
    stream.next_out = block.base.assumingMemoryBound(to: UInt8.self)
    stream.avail_out = output
    return CZlib.inflate(&stream, Z_FINISH) == Z_STREAM_END && stream.avail_out == 0
  }

  /// The bytes of a stored entry. They live as long as ``file``.
  public func bytes(of entry: Entry) throws -> UnsafeRawBufferPointer {
    try UnsafeRawBufferPointer(rebasing: file.bytes[extent(of: entry)])
  }
}
