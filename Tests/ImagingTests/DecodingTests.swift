import Foundation
import GinghamTensors
import Testing

@testable import GinghamImaging

@Suite struct DecodingTests {
  @Test func goldenPicturesAreComplete() {
    #expect(GoldenPicture.png.count == 76)
    #expect(GoldenPicture.jpeg.count == 15)
  }

  @Test(arguments: GoldenPicture.png) func pngSamplesAreExact(golden: GoldenPicture) throws {
    let picture = try Picture(bytes: golden.bytes, transparency: .kept)
    #expect(picture.pixels == golden.pixels)
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
