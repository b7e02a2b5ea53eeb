import Foundation
import GinghamTensors
import Testing

@testable import GinghamImaging

@Suite struct HostileFileTests {
  @Test(arguments: GoldenPicture.all) func everyProperPrefixIsRefused(golden: GoldenPicture) {
    for length in 0..<golden.bytes.count {
      // Behind the pixels a TIFF may end in a checksum or an offset that nobody needs.
      let isWhole = try? Picture(bytes: Array(golden.bytes[..<length]), transparency: .kept).pixels == golden.pixels
      #expect(
        isWhole == nil || (isWhole == true && golden.name.hasSuffix(".tif")), "\(length) of \(golden.bytes.count)")
    }
  }

  @Test(arguments: GoldenPicture.png.filter { !$0.name.hasPrefix("orientation") })
  func everyFlippedBitOfACriticalChunkIsFound(golden: GoldenPicture) throws {
    let start = try #require(golden.bytes.firstRange(of: Array("IDAT".utf8))).lowerBound
    for index in start..<golden.bytes.count {
      var bytes = golden.bytes
      bytes[index] ^= 1 << UInt8(index % 8)
      #expect(throws: ImageError.self, "byte \(index)") { try Picture(bytes: bytes) }
    }
  }

  /// Whatever stands in the bytes, the decoder returns or throws, and within the limit of pixels.
  @Test(arguments: GoldenPicture.all) func noDamageCrashes(golden: GoldenPicture) {
    for index in golden.bytes.indices {
      for value: UInt8 in [0xFF, golden.bytes[index] ^ 0x10] {
        var bytes = golden.bytes
        bytes[index] = value
        do {
          let picture = try Picture(bytes: bytes, pixelLimit: 1 << 16)
          #expect(picture.height * picture.width <= 1 << 16)
        } catch {
          #expect(error is ImageError)
        }
      }
    }
  }

  /// libpng takes memory for a text before it reads it, and thinks nothing of two gigabytes.
  @Test(arguments: ["tEXt", "zTXt", "eXIf", "iCCP", "xxXx"])
  func aChunkLongerThanTheFileTakesNoMemory(name: String) throws {
    let whole = try #require(GoldenPicture.png.first).bytes
    // Behind the header's 13 bytes.
    let place = 8 + 12 + 13
    let bytes = whole[..<place] + [0x74, 0x45, 0x74, 0x45] + Array(name.utf8) + whole[place...]
    let error = #expect(throws: ImageError.self) { try Picture(bytes: Array(bytes)) }
    #expect("\(try #require(error))".contains("a chunk is longer than the file"))
  }

  /// Of its strips the file lists the first; the others would be read from wherever libtiff looks.
  @Test(arguments: [1, 2, 40, 233_706]) func stripsThatAreNotListedAreMissed(strips: Int) throws {
    let (width, rows) = (21, 11)
    let entries: [(tag: Int, type: Int, count: Int, value: Int)] = [
      (256, 4, 1, width), (257, 4, 1, rows * strips), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1), (273, 4, 1, 8),
      (277, 3, 1, 1), (278, 4, 1, rows), (279, 4, 1, width * rows),
    ]
    func little(_ value: Int, _ count: Int) -> [UInt8] {
      (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
    let samples: [UInt8] = (0..<(width * rows)).map { UInt8(truncatingIfNeeded: $0) } + [0]
    var bytes: [UInt8] = [0x49, 0x49, 42, 0]
    bytes += little(8 + samples.count, 4) + samples + little(entries.count, 2)
    for entry in entries {
      bytes += little(entry.tag, 2) + little(entry.type, 2) + little(entry.count, 4) + little(entry.value, 4)
    }
    bytes += little(0, 4)
    guard strips > 1 else {
      let picture = try Picture(bytes: bytes)
      #expect(picture.height == rows && picture.width == width && picture.pixels[0, 1, 0] == 21.0 / 255)
      return
    }
    #expect(throws: ImageError.self) { try Picture(bytes: bytes) }
  }

  @Test func aBombIsRefusedBeforeItIsUnpacked() throws {
    var header: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13]
    let body = Array("IHDR".utf8) + [0x7F, 0xFF, 0xFF, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF, 16, 6, 0, 0, 0]
    header += body + bigEndian(crc32(body)) + [0, 0, 0, 0] + Array("IDAT".utf8) + bigEndian(crc32(Array("IDAT".utf8)))
    let side = 0x7FFF_FFFF
    #expect(throws: ImageError.tooLarge(path: "bomb", height: side, width: side, limit: Picture.defaultPixelLimit)) {
      try Picture(bytes: header, path: "bomb")
    }
    let photograph = try #require(GoldenPicture.jpeg.first)
    var bytes = photograph.bytes
    let frame = try #require(bytes.firstRange(of: [0xFF, 0xC0])).lowerBound
    bytes.replaceSubrange((frame + 5)..<(frame + 9), with: [0xFD, 0xE8, 0xFD, 0xE8])
    #expect(throws: ImageError.tooLarge(path: "bomb", height: 65000, width: 65000, limit: Picture.defaultPixelLimit)) {
      try Picture(bytes: bytes, path: "bomb")
    }
    #expect(throws: ImageError.self) { try Picture(bytes: photograph.bytes, pixelLimit: 19 * 27 - 1) }
    #expect(throws: Never.self) { try Picture(bytes: photograph.bytes, pixelLimit: 19 * 27) }
  }

  @Test func whatIsNoPictureIsNamed() throws {
    #expect(throws: ImageError.notAPicture(path: "a", found: "the file is empty")) {
      try Picture(bytes: [], path: "a")
    }
    #expect(throws: ImageError.notAPicture(path: "a", found: "it is text")) {
      try Picture(bytes: Array("# not a picture\n".utf8), path: "a")
    }
    #expect(throws: ImageError.notAPicture(path: "a", found: "it is a GIF picture")) {
      try Picture(bytes: Array("GIF89a".utf8), path: "a")
    }
    #expect(throws: ImageError.notAPicture(path: "a", found: "its contents are unknown")) {
      try Picture(bytes: [0, 1, 2], path: "a")
    }
  }

  @Test func whatIsNoFileIsNamed() throws {
    try withTemporaryFolder { folder in
      #expect(throws: ImageError.unreadable(path: folder, reason: "it is a directory")) {
        try Picture(contentsOf: folder)
      }
      #expect(throws: ImageError.unreadable(path: folder + "/none.png", reason: "No such file or directory")) {
        try Picture(contentsOf: folder + "/none.png")
      }
    }
    #expect(throws: ImageError.unreadable(path: "/dev/null", reason: "it is not a regular file")) {
      try Picture(contentsOf: "/dev/null")
    }
  }

  private func bigEndian(_ value: UInt32) -> [UInt8] { withUnsafeBytes(of: value.bigEndian, Array.init) }

  /// The checksum of PNG chunks, bit by bit.
  private func crc32(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(UInt32.max) { state, byte in
      (0..<8).reduce(state ^ UInt32(byte)) { bits, _ in bits & 1 == 1 ? bits >> 1 ^ 0xEDB8_8320 : bits >> 1 }
    }
  }
}
