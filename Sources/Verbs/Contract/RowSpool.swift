import Foundation
import GinghamReporting
import GinghamTensors

/// A table that grows on the disk row by row while a run lasts, and a state that stands for all its rows so far. Both
/// outlive a run that is cut short: the next one with the same identity goes on behind the last row that the state knows.
///
/// Nothing is written before a second's work is worth keeping, so that a run that fails at once leaves nothing behind.
final class RowSpool<State: Codable> {
  /// What a state belongs to: so many bytes of the table.
  private struct Mark: Codable {
    var bytes: UInt64
    var state: State
  }

  private let store: ResultStore
  private let unit: String
  private let name: String
  private let path: String
  private var handle: FileHandle?
  private var waiting = Data()
  private var written: UInt64
  private var keeping = Keeping()

  /// What an earlier run has come to; `nil` where this one begins.
  let found: State?

  /// - Parameters:
  ///   - name: of the table's file.
  ///   - unit: of work, where a run has several.
  init(_ name: String, of unit: String = "rows", in store: ResultStore) {
    (self.store, self.unit, self.name) = (store, unit, name)
    path = store.path(name, of: unit)
    let data = FileManager.default.contents(atPath: store.path(Self.state, of: unit))
    let mark = data.flatMap { try? PropertyListDecoder().decode(Mark.self, from: $0) }
    let size = (try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? UInt64
    // A state that knows more than there is stands for nothing.
    let known = mark.flatMap { $0.bytes <= size ?? 0 ? $0 : nil }
    found = known?.state
    written = known?.bytes ?? 0
  }

  deinit { try? handle?.close() }

  private static var state: String { "state.plist" }

  /// Rows are written when there are some of them.
  ///
  /// - Throws: ``FormatError/unwritable(path:reason:)``.
  func append(_ row: String) throws {
    waiting.append(contentsOf: row.utf8)
    waiting.append(UInt8(ascii: "\n"))
    if waiting.count > 1 << 16 { try flush() }
  }

  private func flush() throws {
    guard !waiting.isEmpty else { return }
    do {
      try opened().write(contentsOf: waiting)
    } catch let error as FormatError {
      throw error
    } catch {
      throw FormatError.unwritable(path: name, reason: "\(error.localizedDescription)")
    }
    written += UInt64(waiting.count)
    waiting.removeAll(keepingCapacity: true)
  }

  /// The table, which ends behind the last row that is known.
  private func opened() throws -> FileHandle {
    if let handle { return handle }
    try store.write(name, of: unit) { path in
      if !FileManager.default.fileExists(atPath: path) { try AtomicFile.write(path) { _ in } }
    }
    guard let handle = FileHandle(forUpdatingAtPath: path) else {
      throw FormatError.unwritable(path: name, reason: String(cString: strerror(errno)))
    }
    try handle.truncate(atOffset: written)
    try handle.seekToEnd()
    self.handle = handle
    return handle
  }

  /// Keeps a state now and then: what has come since is lost of a run that is killed.
  ///
  /// - Throws: ``FormatError/unwritable(path:reason:)``.
  func keepNowAndThen(_ state: @autoclosure () -> State) throws {
    if keeping.isDue { try keep(state()) }
  }

  /// Keeps the state that a run comes to an end with, unless it lasted so short that nothing was kept before.
  ///
  /// - Throws: ``FormatError/unwritable(path:reason:)``.
  func keepLast(_ state: @autoclosure () -> State) throws {
    if keeping.isDue || keeping.hasKept { try keep(state()) }
  }

  /// Keeps a state that stands for all rows so far.
  ///
  /// - Throws: ``FormatError/unwritable(path:reason:)``.
  func keep(_ state: State) throws {
    try keeping.keeping {
      try flush()
      // The state must not reach the disk before the rows it knows.
      if let handle { fsync(handle.fileDescriptor) }
      // Thousands of numbers: binary ones are read and written ten times as fast as text.
      let encoder = PropertyListEncoder()
      encoder.outputFormat = .binary
      encoder.userInfo[.keepsAll] = true
      let data = try encoder.encode(Mark(bytes: written, state: state))
      try store.write(Self.state, of: unit) { path in try AtomicFile.write(path) { try $0.append(data) } }
    }
  }

  /// Hands over the bytes of all rows so far.
  ///
  /// - Throws: ``FormatError``, and what `body` throws.
  func read<Value>(_ body: (UnsafeRawBufferPointer) throws -> Value) throws -> Value {
    try flush()
    _ = try opened()
    let file = try MappedFile(path: path)
    return try withExtendedLifetime(file) { try body(file.bytes) }
  }

  /// Makes the table a file of the run's folder.
  ///
  /// - Throws: ``FormatError/unwritable(path:reason:)``.
  func deliver(to folder: RunFolder) throws {
    try folder.write(name) { target in
      try read { bytes in try AtomicFile.write(target) { try $0.append(Data(bytes)) } }
    }
  }
}
