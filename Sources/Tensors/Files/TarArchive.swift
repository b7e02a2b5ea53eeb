import Foundation

/// A tar archive's table of contents: files and where their bytes lie in it.
///
/// POSIX.1-1988 (ustar) with the long names and sizes of POSIX.1-2001 (pax) and of GNU tar. Folders, links and devices are
/// passed over: they hold no bytes.
struct TarArchive: Sendable {
  struct Entry: Hashable, Sendable {
    let name: String
    let range: Range<Int>
  }

  /// In the archive's order. Names may come several times: the last is the one that counts.
  let entries: [Entry]

  private static let block = 512
  /// No name, and no list of a file's properties, is longer.
  private static let longestText = 1 << 20

  /// - Throws: ``FormatError`` where the archive is cut off, damaged, or holds files with holes.
  init(_ file: MappedFile) throws {
    let bytes = file.bytes
    var entries: [Entry] = []
    var (longName, longSize): (String?, Int?)
    var offset = 0
    func malformed(_ reason: String) -> FormatError {
      .malformed(path: file.path, location: "byte \(offset)", reason: reason)
    }
    while true {
      guard let header = bytes.window(at: offset, length: Self.block) else {
        throw malformed("the archive is cut off: nothing marks its end")
      }
      // A block of zeros is the end.
      if header.allSatisfy({ $0 == 0 }) { break }
      guard Self.isHeader(header), let stored = Self.number(header, 124..<136) else {
        throw malformed("no tar header, or a damaged one")
      }
      let kind = UnicodeScalar(header[156])
      let isText = ["L", "K", "x", "g"].contains(kind)
      let size = isText ? stored : longSize ?? stored
      let start = offset + Self.block
      // The next header begins with a block of its own.
      guard size <= bytes.count - start else {
        throw malformed("the archive is cut off: \(size) bytes begin here, and \(bytes.count - start) are left")
      }
      let contents = UnsafeRawBufferPointer(rebasing: bytes[start..<(start + size)])
      guard !isText || size <= Self.longestText else { throw malformed("\(size) bytes of properties") }
      switch kind {
      case "L": longName = Self.text(contents)
      case "x":
        guard let records = Self.records(contents) else { throw malformed("properties that cannot be read") }
        longName = records["path"] ?? longName
        if let size = records["size"] {
          guard let size = Int(size), size >= 0 else { throw malformed("a file of '\(size)' bytes") }
          longSize = size
        }
        if records.keys.contains(where: { $0.hasPrefix("GNU.sparse") }) { throw Self.holes(file.path) }
      case "S": throw Self.holes(file.path)
      case "K", "g": break
      default:
        let name = longName ?? Self.name(header)
        if ["0", "\0", "7"].contains(kind), !name.isEmpty, !name.hasSuffix("/") {
          guard entries.count < FileArchive.mostMembers else { throw FileArchive.tooMany(file.path) }
          entries.append(Entry(name: name, range: start..<(start + size)))
        }
        (longName, longSize) = (nil, nil)
      }
      offset = start + (size + Self.block - 1) / Self.block * Self.block
    }
    self.entries = entries
  }

  private static func holes(_ path: String) -> FormatError {
    .unsupported(path: path, what: "a file with holes", advice: "Pack it without --sparse.")
  }

  /// Whether a header's sum, with its own place taken for spaces, is the one it names.
  private static func isHeader(_ header: UnsafeRawBufferPointer) -> Bool {
    let sum = header.indices.reduce(0) { $0 + ((148..<156).contains($1) ? 32 : Int(header[$1])) }
    return number(header, 148..<156) == sum
  }

  /// Octal digits between spaces, or GNU's 63 bits with the highest bit of the first byte set.
  private static func number(_ header: UnsafeRawBufferPointer, _ field: Range<Int>) -> Int? {
    let bytes = header[field]
    if let first = bytes.first, first & 0x80 != 0 {
      guard first == 0x80, bytes.dropLast(8).dropFirst().allSatisfy({ $0 == 0 }) else { return nil }
      return Int(exactly: bytes.suffix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
    }
    let digits = bytes.prefix { $0 != 0 }.filter { $0 != UInt8(ascii: " ") }
    return digits.isEmpty ? 0 : Int(String(decoding: digits, as: UTF8.self), radix: 8).flatMap { $0 >= 0 ? $0 : nil }
  }

  private static func name(_ header: UnsafeRawBufferPointer) -> String {
    let name = text(UnsafeRawBufferPointer(rebasing: header[0..<100]))
    // GNU tar has other things where ustar has the front of long names.
    guard header.has("ustar\0", at: 257), header[345] != 0 else { return name }
    return text(UnsafeRawBufferPointer(rebasing: header[345..<500])) + "/" + name
  }

  private static func text(_ bytes: UnsafeRawBufferPointer) -> String {
    String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
  }

  /// pax's lines "length key=value\n", of which the length counts the whole line.
  private static func records(_ bytes: UnsafeRawBufferPointer) -> [String: String]? {
    var records: [String: String] = [:]
    var rest = bytes[...]
    while let first = rest.first, first != 0 {
      guard let space = rest.firstIndex(of: UInt8(ascii: " ")),
        let length = Int(String(decoding: rest[..<space], as: UTF8.self)), length <= rest.count,
        space < rest.startIndex + length - 1
      else { return nil }
      let line = rest[(space + 1)..<(rest.startIndex + length - 1)]
      guard let equals = line.firstIndex(of: UInt8(ascii: "=")) else { return nil }
      records[String(decoding: line[..<equals], as: UTF8.self)] = String(
        decoding: line[line.index(after: equals)...], as: UTF8.self)
      rest = rest[(rest.startIndex + length)...]
    }
    return records
  }
}
