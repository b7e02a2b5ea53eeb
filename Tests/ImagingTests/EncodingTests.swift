import Foundation
import GinghamTensors
import Testing

@testable import GinghamImaging

@Suite struct EncodingTests {
  @Test(arguments: GoldenPicture.png) func writtenPicturesComeBackExactly(golden: GoldenPicture) throws {
    let picture = try Picture(golden.pixels)
    let bytes = try picture.encodedPNG(depth: .sixteen)
    #expect(try Picture(bytes: bytes, transparency: .kept) == picture)
    #expect(try picture.encodedPNG(depth: .sixteen) == bytes)
  }

  @Test(arguments: 1...4) func eightBitsRoundToTheNearestLevelAndClip(channels: Int) throws {
    let values: [Float] = [-1, 0, 0.4 / 255, 0.6 / 255, 127.4 / 255, 1, 2, 254.6 / 255]
    let picture = try Picture(Tensor([channels, 1, 8], (0..<channels).flatMap { _ in values }))
    let written = try Picture(bytes: picture.encodedPNG(), transparency: .kept)
    let levels = written.pixels.scalars.prefix(8).map { ($0 * 255).rounded() }
    #expect(levels == [0, 0, 0, 1, 127, 255, 255, 255])
    #expect(written.channels == channels)
  }

  /// Lossy, yet close where a picture is smooth; grey and alpha become colours.
  @Test(arguments: 1...4) func webPComesBackNearlyTheSame(channels: Int) throws {
    let values = (0..<(channels * 32 * 48)).map { index in Float(index / 48 % 32) / 32 }
    let picture = try Picture(Tensor([channels, 32, 48], values))
    let bytes = try picture.encodedWebP()
    let written = try Picture(bytes: bytes)
    #expect(written.channels == 3 && written.height == 32 && written.width == 48)
    let distance = zip(written.pixels.scalars, picture.rgb.pixels.scalars).map { abs($0 - $1) }.max() ?? 1
    #expect(distance < 8.0 / 255)
    #expect(try picture.encodedWebP() == bytes)
  }

  @Test func webPRefusesWhatItCannotHold() throws {
    #expect(throws: ImageError.nonFinite(what: "the picture 'a'", count: 1, total: 2)) {
      try Picture(Tensor([1, 1, 2], [0, .nan])).encodedWebP(path: "a")
    }
    #expect(throws: ImageError.unwritable(path: "a", reason: "a WebP cannot have 1×16384 pixels")) {
      try Picture(Tensor([1, 1, 16384])).encodedWebP(path: "a")
    }
  }

  @Test func textsAreKept() throws {
    let picture = try Picture(Tensor([1, 1, 1]))
    let bytes = try picture.encodedPNG(texts: ["Comment": "∂L/∂x of conv1"])
    #expect(bytes.firstRange(of: Array("iTXtComment".utf8)) != nil)
    #expect(bytes.firstRange(of: Array("∂L/∂x of conv1".utf8)) != nil)
    #expect(throws: ImageError.self) { try picture.encodedPNG(texts: ["": "x"]) }
    #expect(try Picture(bytes: bytes) == picture)
  }

  @Test func valuesThatAreNotFiniteAreCounted() throws {
    let picture = try Picture(Tensor([1, 1, 4], [0, .nan, .infinity, 1]))
    #expect(throws: ImageError.nonFinite(what: "the picture 'a.png'", count: 2, total: 4)) {
      try picture.encodedPNG(path: "a.png")
    }
  }

  @Test func aFailureLeavesTheOldFileAndNothingElse() throws {
    try withTemporaryFolder { folder in
      let path = folder + "/picture.png"
      let old = try Picture(Tensor([1, 2, 2]))
      try old.write(to: path)
      #expect(throws: ImageError.self) { try Picture(Tensor([1, 1, 1], [.nan])).write(to: path) }
      #expect(try Picture(contentsOf: path) == old)
      #expect(throws: ImageError.unwritable(path: folder + "/no/p.png", reason: "No such file or directory")) {
        try old.write(to: folder + "/no/p.png")
      }
      // The target is a folder: the rename fails after the bytes were written.
      try FileManager.default.createDirectory(atPath: folder + "/taken.png", withIntermediateDirectories: true)
      #expect(throws: ImageError.self) { try old.write(to: folder + "/taken.png") }
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == ["picture.png", "taken.png"])
    }
  }
}
