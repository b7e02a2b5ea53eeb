import Foundation
import GinghamImaging
import GinghamTensors
import Testing

@testable import GinghamReporting

@Suite struct TensorBoardTests {
  private func golden(_ name: String) throws -> [UInt8] {
    let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appending(path: "Golden/events/\(name)")
    return Array(try Data(contentsOf: url))
  }

  /// RFC 3720, appendix B.4, and the check value that catalogues of CRCs list.
  @Test(
    arguments: [
      ([UInt8](repeating: 0, count: 32), 0x8A91_36AA), ([UInt8](repeating: 0xFF, count: 32), 0x62A8_AB43),
      (Array(0..<32), 0x46DD_794E), (Array((0..<32).reversed()), 0x113F_DB5C), (Array("123456789".utf8), 0xE306_9283),
      ([], 0),
    ] as [([UInt8], UInt32)])
  func checksumsAreThePublishedOnes(bytes: [UInt8], expected: UInt32) {
    #expect(CRC32C.checksum(of: bytes) == expected)
  }

  /// The file that TensorBoard's own classes write of the same events.
  @Test func eventsAreByteForByteTensorBoards() throws {
    let start = Date(timeIntervalSince1970: 1_700_000_000.25)
    var events = TensorBoardEvents(wallTime: start)
    events.add([("share", 0), ("peak/2 (dB)", 15.5)], step: 0, wallTime: start)
    events.add([("share", -1.25), ("peak/2 (dB)", 1e-8)], step: 300, wallTime: start + 300)
    events.add(
      png: try golden("picture.png"), size: (height: 2, width: 3, channels: 3), tag: "samples", step: 300,
      wallTime: start + 300)
    #expect(Array(events.data) == (try golden("events.tfevents")))
  }

  @Test func aPictureIsHeldAsItsPNG() throws {
    let start = Date(timeIntervalSince1970: 5)
    let picture = try Picture(Tensor([1, 2, 2], [0, 0.25, 0.5, 1]))
    var events = TensorBoardEvents(wallTime: start)
    let before = events.data.count
    try events.add(picture, tag: "samples", step: 1, wallTime: start)
    let record = Array(events.data.dropFirst(before))
    let png = try picture.encodedPNG()
    #expect(record.indices.contains { Array(record[$0...].prefix(png.count)) == png })
    // Length in front, checksums around.
    let length = (0..<8).reduce(0) { $0 | Int(record[$1]) << (8 * $1) }
    #expect(record.count == length + 16)
  }

  @Test func theFileIsNamedAsTensorBoardLooksForIt() {
    let name = TensorBoardEvents.fileName(wallTime: Date(timeIntervalSince1970: 1_700_000_000.9))
    #expect(name == "events.out.tfevents.1700000000.gingham")
  }
}
