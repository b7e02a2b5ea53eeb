import Foundation
import GinghamImaging
import GinghamTensors
import Testing

@testable import GinghamModels

@Suite struct ModelInputTests {
  /// 16-bit pictures of the right size keep their bits; scaled ones are rounded to the eight that nets are trained with.
  @Test func onlyScaledPicturesAreRounded() throws {
    let model = try ModelSource("random:strided_stack?size=8&width=2").load()
    func levels(_ side: Int) throws -> [Float] {
      let pixels = Tensor([3, side, side], (0..<(3 * side * side)).map { Float($0 * 37 % 4099) / 65535 })
      return try model.input(Picture(pixels), path: "").scalars
    }
    #expect(try levels(8) == (0..<192).map { Float($0 * 37 % 4099) / 65535 })
    #expect(try levels(12).allSatisfy { abs($0 * 255 - ($0 * 255).rounded()) < 1e-4 })
    #expect(try levels(12).contains { $0 > 0 })
  }

  @Test func titlesAreNamesOfFiles() {
    #expect(ModelSource("/a.b/my net.v2.onnx").title == "my net.v2")
    #expect(ModelSource("random:resnet18?seed=3").title == "random:resnet18?seed=3")
  }

  /// A picture twice as wide as high, dark at its left quarter and bright at its right one.
  @Test func croppedOrWhole() throws {
    let pixels = Tensor([3, 8, 16], (0..<(3 * 8 * 16)).map { $0 % 16 < 4 ? 0 : $0 % 16 < 12 ? 0.5 : 1 })
    func seen(_ crop: ModelSource.Crop?) throws -> (pixels: [Float], remark: String?) {
      var source = ModelSource("random:strided_stack?size=8&width=2")
      source.crop = crop
      let model = try source.load()
      return (
        try model.input(Picture(pixels), path: "").scalars.map { ($0 * 8).rounded() / 8 },
        model.fittingRemark(pictureOf: 8, by: 16)
      )
    }
    let middle = try seen(.centre)
    #expect(middle.pixels.allSatisfy { $0 == 0.5 })
    #expect(middle.remark?.contains("the 8×8 in the middle") == true)
    let whole = try seen(ModelSource.Crop.none)
    #expect(whole.pixels[0] == 0 && whole.pixels[2..<6] == [0.5, 0.5, 0.5, 0.5] && whole.pixels[7] == 1)
    #expect(whole.remark == "pictures are stretched to the net's 8×8")
    #expect(try ModelSource("random:strided_stack?size=8&width=2").load().fittingRemark(pictureOf: 8, by: 8) == nil)
  }

  @Test func sixteenBitFilesReachTheNetUnrounded() throws {
    let model = try ModelSource("random:strided_stack?size=8&width=2").load()
    let path = FileManager.default.temporaryDirectory.appending(path: "gingham-\(UUID().uuidString).png").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let pixels = Tensor([3, 8, 8], (0..<192).map { Float($0 * 331) / 65535 })
    try Picture(pixels).write(to: path, depth: .sixteen)
    let found = try model.input(pictureAt: path).scalars
    #expect(zip(found, pixels.scalars).allSatisfy { abs($0 - $1) < 1e-6 })
    #expect(found.contains { abs($0 * 255 - ($0 * 255).rounded()) > 0.1 })
  }
}
