import Foundation
import Gingham
import Testing

/// Equal command lines write equal bytes. What differs, times and places, is in the manifest.
struct EqualRunsTests {
  static let net = "random:squeezenet1_1?size=64"
  static let generator = "random:dcgan_generator?features=4&latent=8"

  /// A verb with each kind of file that it writes; `{picture}` stands for a picture.
  static let commandLines: [[String]] = [
    ["layers", net],
    ["gradient", net, "{picture}", "--method", "smoothgrad", "--seed", "5"],
    ["gradient", net, "{picture}", "{second}", "--compare", "--samples", "2", "--target", "class:3"],
    ["predict", net],
    ["measure", "{picture}", "{second}", "--spectra"],
    ["trace", net, "{picture}", "--target", "class:3"],
    ["generate", generator, "--samples", "4"],
    ["diagnose", "{picture}", "{second}"],
    ["repair", generator, "--samples", "2", "--all", "--with", "nearest"],
    ["visualize", net, "--objective", "features.3.cat:7", "--steps", "2"],
    ["visualize", net, "--all-channels", "features.3.squeeze", "--channels", "0-2", "--steps", "2"],
    ["compare", net, "--objective", "features.3.cat:7", "--mitigations", "naive", "robust", "--steps", "2"],
    ["probe", net, "{picture}", "--attack", "fgsm,noise", "--epsilon", "8/255", "--fourier", "4"],
  ]

  @Test(arguments: commandLines)
  func writeEqualBytes(arguments: [String]) throws {
    let scratch = try Tool.Scratch()
    let pictures = ["{picture}": try scratch.picture("a.png"), "{second}": try scratch.picture("b.png", side: 72)]
    let words = arguments.map { pictures[$0] ?? $0 }
    for name in ["first", "second"] {
      let outcome = try Tool.run(
        executable: Tool.path, words + ["--threads", "1", "--output", scratch.path(name)])
      try #require(outcome.status == 0, "\(outcome.errors)")
    }
    let files = try FileManager.default.subpathsOfDirectory(atPath: scratch.path("first")).sorted()
    #expect(try FileManager.default.subpathsOfDirectory(atPath: scratch.path("second")).sorted() == files)
    #expect(files.contains("manifest.json") && files.count > 1)
    for file in files where file != "manifest.json" {
      let first = FileManager.default.contents(atPath: scratch.path("first/\(file)"))
      #expect(first == FileManager.default.contents(atPath: scratch.path("second/\(file)")), "\(file)")
    }
  }
}
