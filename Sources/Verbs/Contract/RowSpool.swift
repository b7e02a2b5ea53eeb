import Foundation
import GinghamReporting
import GinghamTensors

/// A table that grows on the disk row by row while a run lasts, and a state that stands for all its rows so far. Both
/// outlive a run that is cut short: the next one with the same identity goes on behind the last row that the state knows.
final class RowSpool<State: Codable> {
  /// What a state belongs to: so many bytes of the table.
  private struct Mark: Codable {
    var bytes: UInt64
    var state: State
  }

  private let store: ResultStore
  private let name: String
  private let path: String
  private let handle: FileHandle
  private var waiting = Data()
  private var written: UInt64
  private var marked: ContinuousClock.Instant?

  /// What an earlier run has come to; `nil` where this one begins.
  let found: State?

  /// - Parameter name: of the table's file.
  /// - Throws: ``FormatError/unwritable(path:reason:)``.
  init(_ name: String, in store: ResultStore) throws {
    (self.store, self.name) = (store, name)
    try store.write(name, of: Self.unit) { path in
      if !FileManager.default.fileExists(atPath: path) { try AtomicFile.write(path) { _ in } }
    }
    path = store.path(name, of: Self.unit)
    guard let handle = FileHandle(forUpdatingAtPath: path) else {
      throw FormatError.unwritable(path: name, reason: String(cString: strerror(errno)))
    }
    self.handle = handle
    let data = FileManager.default.contents(atPath: store.path(Self.state, of: Self.unit))
    let mark = data.flatMap { try? PropertyListDecoder().decode(Mark.self, from: $0) }
    let length = try handle.seekToEnd()
    // A state that knows more than there is stands for nothing.
    let known = mark.flatMap { $0.bytes <= length ? $0 : nil }
    found = known?.state
    written = known?.bytes ?? 0
    try handle.truncate(atOffset: written)
    try handle.seekToEnd()
  }

  deinit { try? handle.close() }

  private static var unit: String { "rows" }
  private static var state: String { "state.plist" }
  private static var interval: Duration { .seconds(10) }

  /// Rows are written when there are some of them.
  ///
  /// - Throws: ``FormatError/unwritable(path:reason:)``.
  func append(_ row: String) throws {
    waiting.append(contentsOf: row.utf8)
    waiting.append(UInt8(ascii: "\n"))
    if waiting.count > 1 << 16 { try flush() }
  }

  private func flush() throws {
    do {
      try handle.write(contentsOf: waiting)
    } catch {
      throw FormatError.unwritable(path: name, reason: "\(error.localizedDescription)")
    }
    written += UInt64(waiting.count)
    waiting.removeAll(keepingCapacity: true)
  }

  /// Keeps a state every few seconds: what is lost of a run that is killed.
  ///
  /// - Throws: ``FormatError/unwritable(path:reason:)``.
  func keepNowAndThen(_ state: @autoclosure () -> State) throws {
    if let marked, ContinuousClock.now - marked < Self.interval { return }
    try keep(state())
  }

  /// Keeps a state that stands for all rows so far.
  ///
  /// - Throws: ``FormatError/unwritable(path:reason:)``.
  func keep(_ state: State) throws {
    try flush()
    // The state must not reach the disk before the rows it knows.
    fsync(handle.fileDescriptor)
    // Thousands of numbers: binary ones are read and written ten times as fast as text.
    let encoder = PropertyListEncoder()
    encoder.outputFormat = .binary
    let data = try encoder.encode(Mark(bytes: written, state: state))
    try store.write(Self.state, of: Self.unit) { path in try AtomicFile.write(path) { try $0.append(data) } }
    marked = .now
  }

  /// Hands over the bytes of all rows so far.
  ///
  /// - Throws: ``FormatError``, and what `body` throws.
  func read<Value>(_ body: (UnsafeRawBufferPointer) throws -> Value) throws -> Value {
    try flush()
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
