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
