import Foundation
import GinghamTensors
import Testing

@testable import GinghamImaging

@Suite struct DecodingTests {
  @Test func goldenPicturesAreComplete() {
    #expect(GoldenPicture.png.count == 91)
    #expect(GoldenPicture.jpeg.count == 15)
    #expect(GoldenPicture.webp.count == 6)
    #expect(GoldenPicture.tiff.count == 35)
  }

  /// 16-bit samples and floats included, upright, whatever the order of rows and bytes.
  @Test(arguments: GoldenPicture.png + GoldenPicture.tiff) func storedSamplesAreExact(golden: GoldenPicture) throws {
    let picture = try Picture(bytes: golden.bytes, transparency: .kept)
    #expect(picture.pixels == golden.pixels)
  }

  /// What was written without loss comes back; the lossy one is within rounding of another build of the decoder.
  @Test(arguments: GoldenPicture.webp) func webpSamplesComeBack(golden: GoldenPicture) throws {
    let picture = try Picture(bytes: golden.bytes, transparency: .kept)
    #expect(picture.pixels.shape == golden.pixels.shape)
    #expect(largestDifference(picture.pixels, golden.pixels) <= (golden.name == "lossy.webp" ? 2.01 / 255 : 0))
  }

  @Test func animationsAndWildNumbersAreRefusedByName() throws {
    // VP8X with the animation flag.
    let chunk: [UInt8] = Array("VP8X".utf8) + [10, 0, 0, 0, 0x02, 0, 0, 0, 7, 0, 0, 7, 0, 0]
    let moving = Array("RIFF".utf8) + [UInt8(chunk.count + 4), 0, 0, 0] + Array("WEBP".utf8) + chunk
    #expect { try Picture(bytes: moving) } throws: { "\($0)".contains("animation") }
    let floats = try #require(GoldenPicture.tiff.first { $0.name == "float.tif" })
    var bytes = floats.bytes
    bytes.replaceSubrange(8..<12, with: [0, 0, 0x80, 0x40])  // 4
    #expect { try Picture(bytes: bytes) } throws: { "\($0)".contains("0…1") }
  }

  /// One of many pictures is not taken unsaid.
  @Test func filesOfSeveralPicturesAreRefused() throws {
    let still = try #require(GoldenPicture.png.first).bytes
    for frames in UInt8(1)...2 {
      // Behind the signature and IHDR; libpng passes over the chunk, its check sum included.
      let control: [UInt8] = [0, 0, 0, 8] + Array("acTL".utf8) + [0, 0, 0, frames, 0, 0, 0, 0, 0, 0, 0, 0]
      let bytes = still[..<33] + checked(control) + still[33...]
      if frames == 1 {
        #expect(try Picture(bytes: Array(bytes)).pixels == Picture(bytes: still).pixels)
      } else {
        #expect { try Picture(bytes: Array(bytes)) } throws: { "\($0)".contains("animation") }
      }
    }
    let single = try #require(GoldenPicture.tiff.first { $0.name == "float.tif" })
    #expect(throws: Never.self) { try Picture(bytes: followed(single.bytes, by: 1)) }  // a smaller copy
    #expect(throws: Never.self) { try Picture(bytes: followed(single.bytes, by: 4)) }  // a mask
    for kind: UInt8 in [0, 2] {  // a picture, a page
      #expect { try Picture(bytes: followed(single.bytes, by: kind)) } throws: { "\($0)".contains("several pictures") }
    }
  }

  /// A chunk of PNG with its check sum in place of the four zeros at its end.
  private func checked(_ chunk: [UInt8]) -> [UInt8] {
    var sum = UInt32.max
    for byte in chunk[4..<chunk.count - 4] {
      sum ^= UInt32(byte)
      for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
    }
    return chunk.dropLast(4) + (0..<4).map { UInt8(truncatingIfNeeded: ~sum >> (24 - 8 * UInt32($0))) }
  }

  /// A little-endian TIFF whose only directory is there twice, the second time as a picture of another kind.
  private func followed(_ bytes: [UInt8], by kind: UInt8) throws -> [UInt8] {
    func number(_ at: Int, _ count: Int) -> Int { (0..<count).reduce(0) { $0 | Int(bytes[at + $1]) << (8 * $1) } }
    func written(_ value: Int, _ count: Int) -> [UInt8] { (0..<count).map { UInt8(value >> (8 * $0) & 255) } }
    try #require(bytes[0] == UInt8(ascii: "I"))
    let directory = number(4, 4)
    let entries = number(directory, 2)
    let (first, end) = (directory + 2, directory + 2 + 12 * entries)
    let second = (bytes.count + 1) & ~1
    var result = bytes + Array(repeating: 0, count: second - bytes.count)
    result.replaceSubrange(end..<end + 4, with: written(second, 4))
    let others = stride(from: first, to: end, by: 12).filter { number($0, 2) != 254 }.map { Array(bytes[$0..<$0 + 12]) }
    let named = written(254, 2) + written(4, 2) + written(1, 4) + [kind, 0, 0, 0]
    return result + written(others.count + 1, 2) + named + others.joined() + [0, 0, 0, 0]
  }

  /// Decoders may round the inverse cosine transform and the upsampled colours differently.
  @Test(arguments: GoldenPicture.jpeg) func jpegSamplesAreWithinTwoLevels(golden: GoldenPicture) throws {
    let picture = try Picture(bytes: golden.bytes)
    #expect(picture.pixels.shape == golden.pixels.shape)
    #expect(largestDifference(picture.pixels, golden.pixels) <= 2.01 / 255)
  }

  @Test(arguments: GoldenPicture.png) func transparencyShowsAWhitePage(golden: GoldenPicture) throws {
    let page = try Picture(bytes: golden.bytes)
    let bare = try Picture(bytes: golden.bytes, transparency: .dropped)
    let colours = golden.pixels.shape[0] >= 3 ? 3 : 1
    #expect(page.channels == colours && bare.channels == colours)
    #expect(bare.pixels == golden.pixels.slice(axis: 0, 0..<colours))
    let hasAlpha = golden.pixels.shape[0] != colours
    for y in 0..<page.height {
      for x in 0..<page.width {
        let alpha = hasAlpha ? golden.pixels[colours, y, x] : 1
        for channel in 0..<colours {
          let expected = golden.pixels[channel, y, x] * alpha + 1 - alpha
          #expect(abs(page.pixels[channel, y, x] - expected) < 1e-6)
        }
      }
    }
  }

  @Test func contentsDecideNotTheName() throws {
    let golden = try #require(GoldenPicture.png.first)
    try withTemporaryFolder { folder in
      let path = folder + "/picture.jpg"
      try Data(golden.bytes).write(to: URL(filePath: path))
      #expect(try Picture(contentsOf: path, transparency: .kept).pixels == golden.pixels)
    }
  }

  @Test func greyAndColourTurnIntoEachOther() throws {
    let colour = try Picture(Tensor([3, 1, 2], [1, 0, 0, 1, 0, 0]))
    #expect(largestDifference(colour.grey.pixels, Tensor([1, 1, 2], [0.299, 0.587])) < 1e-6)
    #expect(colour.grey.rgb.pixels.shape == [3, 1, 2])
    #expect(colour.batch.shape == [1, 3, 1, 2])
    #expect(throws: ImageError.self) { try Picture(Tensor([5, 2, 2])) }
    #expect(throws: ImageError.self) { try Picture(Tensor([3, 0, 2])) }
  }
}
