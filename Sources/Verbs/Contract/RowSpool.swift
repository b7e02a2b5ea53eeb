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

  /// The same before what it means is known.
  private struct Length: Codable {
    var bytes: UInt64
  }

  private let store: ResultStore
  private let unit: String
  private let name: String
  private var keeping = Keeping()

  /// The table.
  let file: Spill
  /// What an earlier run has come to; `nil` where this one begins.
  let found: State?

  /// - Parameters:
  ///   - name: of the table's file.
  ///   - unit: of work, where a run has several.
  init(_ name: String, of unit: String = "rows", in store: ResultStore) {
    (self.store, self.unit, self.name) = (store, unit, name)
    let path = store.path(name, of: unit)
    let size = (try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? UInt64
    func spill(_ known: UInt64) -> Spill {
      Spill(path: path, known: known) {
        try store.write(name, of: unit) { path in
          if !FileManager.default.fileExists(atPath: path) { try AtomicFile.write(path) { _ in } }
        }
      }
    }
    let decoder = PropertyListDecoder()
    let data = FileManager.default.contents(atPath: store.path(Self.state, of: unit))
    // A state that knows more than there is stands for nothing.
    if let data, let length = try? decoder.decode(Length.self, from: data), length.bytes <= size ?? 0 {
      let file = spill(length.bytes)
      // Columns of a set in memory have written nothing.
      if length.bytes > 0 { decoder.userInfo[.spill] = file }
      if let mark = try? decoder.decode(Mark.self, from: data) {
        (self.file, found) = (file, mark.state)
        return
      }
    }
    (file, found) = (spill(0), nil)
  }

  private static var state: String { "state.plist" }

  /// Rows are written when there are some of them.
  func append(_ row: String) {
    file.append(row.utf8)
    file.append(CollectionOfOne(UInt8(ascii: "\n")))
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
      // The state must not reach the disk before the rows it knows.
      try file.synchronize()
      // Thousands of numbers: binary ones are read and written ten times as fast as text.
      let encoder = PropertyListEncoder()
      encoder.outputFormat = .binary
      encoder.userInfo[.keepsAll] = true
      let data = try encoder.encode(Mark(bytes: file.length, state: state))
      try store.write(Self.state, of: unit) { path in try AtomicFile.write(path) { try $0.append(data) } }
    }
  }

  /// Hands over the bytes of all rows so far.
  ///
  /// - Throws: ``FormatError``, and what `body` throws.
  func read<Value>(_ body: (UnsafeRawBufferPointer) throws -> Value) throws -> Value {
    try file.flush()
    let table = try MappedFile(path: file.path)
    return try withExtendedLifetime(table) { try body(table.bytes) }
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
