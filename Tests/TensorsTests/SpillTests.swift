import Foundation
import Testing

@testable import GinghamTensors

/// Numbers and values that wait on the disk are those that were added.
@Suite struct SpillTests {
  private final class Scratch {
    let path = FileManager.default.temporaryDirectory.appending(path: "gingham-\(UUID().uuidString)")
      .path(percentEncoded: false)

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func spill(known: UInt64 = 0) -> Spill {
      Spill(path: path, known: known) { [path] in
        if !FileManager.default.fileExists(atPath: path) { try AtomicFile.write(path) { _ in } }
      }
    }
  }

  private struct Value: Codable, Equatable {
    var number: Double
    var text: String?
  }

  /// NaNs with a payload, infinities, zeros of both signs.
  private static let odd = [
    Double.infinity, -.infinity, -0.0, Double(bitPattern: 0x7FF8_0000_0000_BEEF), .leastNonzeroMagnitude,
  ]

  private func fill(_ column: inout Column, _ values: inout Spilled<Value>, from first: Int, to last: Int) {
    for number in first..<last {
      column.append(number < Self.odd.count ? Self.odd[number] : Double(number) / 3)
      values.append(Value(number: Double(number) / 7, text: number.isMultiple(of: 3) ? nil : "№ \(number)"))
    }
  }

  private func all(_ values: Spilled<Value>) throws -> [Value] {
    var all: [Value] = []
    try values.forEach { all.append($0) }
    return all
  }

  @Test(arguments: [0, 1, 511, 512, 513, 3000]) func nothingIsLost(count: Int) throws {
    let scratch = Scratch()
    let storage = Storage(scratch.spill())
    var (column, values) = (Column(in: storage), Spilled<Value>(in: storage))
    var (inMemory, kept) = (Column(in: Storage()), Spilled<Value>())
    fill(&column, &values, from: 0, to: count)
    fill(&inMemory, &kept, from: 0, to: count)
    #expect(column.count == count && values.count == count && !values.isInMemory && kept.isInMemory)
    #expect(try column.numbers().map(\.bitPattern) == inMemory.numbers().map(\.bitPattern))
    #expect(try all(values) == all(kept) && all(kept).count == count)
  }

  /// A process goes on behind what a killed one has kept; what that one has written since is overwritten.
  @Test func whatWasKeptGoesOn() throws {
    let scratch = Scratch()
    let first = scratch.spill()
    var (column, values) = (Column(in: Storage(first)), Spilled<Value>(in: Storage(first)))
    fill(&column, &values, from: 0, to: 1500)
    try first.synchronize()
    let encoder = PropertyListEncoder()
    encoder.userInfo[.keepsAll] = true
    let (length, state) = (first.length, (try encoder.encode([column]), try encoder.encode([values])))
    fill(&column, &values, from: 0, to: 1000)
    try first.synchronize()
    #expect(first.length > length)

    let second = scratch.spill(known: length)
    let decoder = PropertyListDecoder()
    decoder.userInfo[.spill] = second
    column = try decoder.decode([Column].self, from: state.0)[0]
    values = try decoder.decode([Spilled<Value>].self, from: state.1)[0]
    fill(&column, &values, from: 1500, to: 3000)
    var (whole, kept) = (Column(in: Storage()), Spilled<Value>())
    fill(&whole, &kept, from: 0, to: 3000)
    #expect(try column.numbers().map(\.bitPattern) == whole.numbers().map(\.bitPattern))
    #expect(try all(values) == all(kept))
  }

  /// Nothing is read that is not there.
  @Test func aFileThatEndsTooEarlyIsAnError() throws {
    let scratch = Scratch()
    let spill = scratch.spill()
    let start = spill.append([1, 2, 3])
    #expect(try spill.read(3, at: start) == Data([1, 2, 3]))
    #expect(throws: FormatError.self) { try spill.read(4, at: start) }
  }

  /// What cannot be written is said when it matters.
  @Test func aFileThatCannotBeMadeIsAnError() throws {
    let spill = Spill(path: "/nowhere/rows") { throw FormatError.unwritable(path: "/nowhere/rows", reason: "no") }
    spill.append(Data(count: 1 << 20))
    #expect(throws: FormatError.self) { try spill.flush() }
  }
}
