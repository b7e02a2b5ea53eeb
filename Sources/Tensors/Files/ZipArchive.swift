/// A zip file's table of contents, and its stored entries where they lie in the mapping.
///
/// Entries are found through the central directory at the file's end, so streamed entries (whose local headers hold
/// no sizes) and ZIP64 archives are read too. Checksums are not compared: that would read every weight at once.
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
    func malformed(_ reason: String) -> FormatError {
      .malformed(path: file.path, location: "zip entry '\(entry.name)'", reason: reason)
    }
    guard !entry.isEncrypted else {
      throw FormatError.unsupported(
        path: file.path, what: "the encrypted zip entry '\(entry.name)'", advice: "Save the file without a password.")
    }
    guard entry.method == 0 else {
      throw FormatError.unsupported(
        path: file.path, what: "the compressed zip entry '\(entry.name)'",
        advice: "Save it uncompressed: torch.save and numpy.savez do so, numpy.savez_compressed does not.")
    }
    guard entry.packedSize == entry.size else {
      throw malformed("stored without compression, but \(entry.packedSize) bytes long and \(entry.size) unpacked")
    }
    let header = entry.headerOffset
    guard
      file.bytes.has("PK\u{3}\u{4}", at: header),
      let nameLength: UInt16 = file.bytes.littleEndian(at: header + 26),
      let extraLength: UInt16 = file.bytes.littleEndian(at: header + 28)
    else { throw malformed("no local header at byte \(header)") }
    let start = header + 30 + Int(nameLength) + Int(extraLength)
    guard start <= directoryStart, entry.size <= directoryStart - start else {
      throw malformed("\(entry.size) bytes from byte \(start) run into the directory at byte \(directoryStart)")
    }
    return start..<(start + entry.size)
  }

  /// The bytes of a stored entry. They live as long as ``file``.
  public func bytes(of entry: Entry) throws -> UnsafeRawBufferPointer {
    try UnsafeRawBufferPointer(rebasing: file.bytes[extent(of: entry)])
  }
}
