import Foundation

/// Where what is gathered of a large set waits until it is looked at again: a file that grows. Used by one thread at a time.
package final class Spill: @unchecked Sendable {
  /// Of the file.
  package let path: String
  private let make: () throws -> Void
  private var handle: FileHandle?
  private var waiting = Data()
  private var written: UInt64
  private var failure: (any Error)?

  /// Bytes that are written at once.
  private static let portion = 1 << 18

  /// - Parameters:
  ///   - known: so many bytes of an earlier process stay; what is behind them goes.
  ///   - make: makes an empty file where there is none. Called when there is something to write.
  package init(path: String, known: UInt64 = 0, make: @escaping () throws -> Void) {
    (self.path, self.make, written) = (path, make, known)
  }

  deinit { try? handle?.close() }

  /// Bytes so far.
  package var length: UInt64 { written + UInt64(waiting.count) }

  /// Adds bytes. Where they cannot be written, ``flush()`` says so.
  ///
  /// - Returns: where they begin.
  @discardableResult
  package func append(_ bytes: some Sequence<UInt8>) -> UInt64 {
    let start = length
    waiting.append(contentsOf: bytes)
    if waiting.count > Self.portion, failure == nil {
      do { try flush() } catch { failure = error }
    }
    return start
  }

  /// Some of the bytes.
  ///
  /// - Throws: ``FormatError``.
  package func read(_ count: Int, at start: UInt64) throws -> Data {
    try flush()
    do {
      let handle = try opened()
      try handle.seek(toOffset: start)
      let data = try handle.read(upToCount: count) ?? Data()
      guard data.count == count else { throw FormatError.unreadable(path: path, reason: "it ends too early") }
      return data
    } catch let error as CocoaError {
      throw FormatError.unreadable(path: path, reason: error.localizedDescription)
    }
  }

  /// Hands all bytes over to the system.
  ///
  /// - Throws: ``FormatError/unwritable(path:reason:)``, also where that failed before.
  package func flush() throws {
    if let failure { throw failure }
    let handle = try opened()
    guard !waiting.isEmpty else { return }
    do {
      try handle.seek(toOffset: written)
      try handle.write(contentsOf: waiting)
    } catch {
      throw FormatError.unwritable(path: path, reason: error.localizedDescription)
    }
    written += UInt64(waiting.count)
    waiting.removeAll(keepingCapacity: true)
  }

  /// Waits until all bytes are on the disk; makes no file for none.
  ///
  /// - Throws: ``FormatError/unwritable(path:reason:)``.
  package func synchronize() throws {
    guard length > 0 else { return }
    try flush()
    fsync(try opened().fileDescriptor)
  }

  /// The file, which ends behind the last byte that is known.
  private func opened() throws -> FileHandle {
    if let handle { return handle }
    try make()
    guard let handle = FileHandle(forUpdatingAtPath: path) else {
      throw FormatError.unwritable(path: path, reason: String(cString: strerror(errno)))
    }
    do {
      try handle.truncate(atOffset: written)
    } catch {
      throw FormatError.unwritable(path: path, reason: error.localizedDescription)
    }
    self.handle = handle
    return handle
  }
}

/// Where a set's columns put their numbers: in memory, or in a ``Spill``. The program's own files do not say which: who reads
/// them does.
package struct Storage: Sendable, Codable {
  /// `nil`: in memory.
  package let spill: Spill?

  package init(_ spill: Spill? = nil) { self.spill = spill }

  package init(from decoder: any Decoder) throws { spill = decoder.userInfo[.spill] as? Spill }

  package func encode(to encoder: any Encoder) throws {
    // An empty object: what has no value at all cannot be an element.
    _ = encoder.container(keyedBy: Key.self)
  }

  private enum Key: CodingKey {}
}

extension CodingUserInfoKey {
  /// The ``Spill`` that a value's columns are in.
  package static let spill = CodingUserInfoKey(rawValue: "spill").unsafelyUnwrapped
}

/// Numbers of a set, one after the other. Of those in a ``Spill`` only the last few are in memory.
package struct Column: Sendable, Codable {
  private let storage: Storage
  /// Where blocks begin: whole numbers.
  @Packed private var blocks: [Double] = []
  @Packed private var last: [Double] = []

  private static let block = 512

  package init(in storage: Storage) { self.storage = storage }

  /// How many there are.
  package var count: Int { blocks.count * Self.block + last.count }

  package mutating func append(_ number: Double) {
    last.append(number)
    guard let spill = storage.spill, last.count == Self.block else { return }
    blocks.append(Double(last.withUnsafeBytes { spill.append($0) }))
    last.removeAll(keepingCapacity: true)
  }

  /// All of them, in their order.
  ///
  /// - Throws: ``FormatError``.
  package func numbers() throws -> [Double] {
    guard let spill = storage.spill, !blocks.isEmpty else { return last }
    var numbers: [Double] = []
    numbers.reserveCapacity(count)
    for start in blocks {
      try spill.read(Self.block * MemoryLayout<Double>.stride, at: UInt64(start)).withUnsafeBytes {
        numbers += $0.bindMemory(to: Double.self)
      }
    }
    return numbers + last
  }
}

/// Values of a set, one after the other: in memory, or in a ``Spill``.
package struct Spilled<Element: Codable & Sendable>: Sendable, Codable {
  private let storage: Storage
  /// In memory.
  private var elements: [Element] = []
  /// Where the others begin, and the last one ends.
  private var places: [Column]
  package private(set) var count = 0

  package init(in storage: Storage = Storage()) {
    self.storage = storage
    places = [Column(in: storage), Column(in: storage)]
  }

  /// Whether they are in memory.
  package var isInMemory: Bool { storage.spill == nil }

  package mutating func append(_ element: Element) {
    count += 1
    guard let spill = storage.spill else { return elements.append(element) }
    let encoder = PropertyListEncoder()
    encoder.outputFormat = .binary
    encoder.userInfo[.keepsAll] = true
    // What is made of numbers and texts alone is always written.
    let data = (try? encoder.encode([element])) ?? Data()
    places[0].append(Double(spill.append(data)))
    places[1].append(Double(data.count))
  }

  /// Does `body` with each in turn, held one at a time.
  ///
  /// - Throws: ``FormatError``, ``DecodingError``, what `body` does.
  package func forEach(_ body: (Element) throws -> Void) throws {
    guard let spill = storage.spill else { return try elements.forEach(body) }
    let decoder = PropertyListDecoder()
    for (start, count) in zip(try places[0].numbers(), try places[1].numbers()) {
      let data = try spill.read(Int(count), at: UInt64(start))
      for element in try decoder.decode([Element].self, from: data) { try body(element) }
    }
  }
}
