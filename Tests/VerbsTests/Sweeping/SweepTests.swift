import Foundation
import Testing

import Gingham
@testable import GinghamVerbs

@Suite struct SweepTests {
  private func findings(_ yaml: String) throws -> SweepFindings {
    try SweepFindings(of: SweepGrid(yaml: yaml, path: "grid.yaml"))
  }

  /// The closed forms of one layer: CV² r(s − r)/k² along an axis, squared law for two.
  @Test func stacksHaveTheArticlesFigures() throws {
    let found = try findings("stack: 1\nkernel: [3, 4, 5]\nstride: 2\n")
    let energies = Dictionary(uniqueKeysWithValues: found.entries.map { ($0.settings["kernel"] ?? 0, $0.cv2) })
    #expect(abs((energies[3] ?? 0) - 19.0 / 81) < 1e-12)
    #expect(abs(energies[4] ?? 1) < 1e-12)
    #expect(abs((energies[5] ?? 0) - 51.0 / 625) < 1e-12)
    // From the most even; eight positions of each kernel's square.
    #expect(found.entries.map { $0.settings["kernel"] } == [4, 5, 3])
    #expect(found.entries.map(\.macs) == [64 * 16, 64 * 25, 64 * 9])
    #expect(found.entries.map(\.isOnFront) == [true, false, true])
  }

  /// A box of two behind a layer of stride 2 leaves nothing of period 2.
  @Test func aBlurTakesOutThePeriodsItDivides() throws {
    let found = try findings("stack: 1\nkernel: 3\nstride: 2\nblur: [1, 2]\n")
    #expect(found.entries.map { $0.settings["blur"] } == [2, 1])
    #expect(abs(found.entries[0].cv2) < 1e-12)
    #expect(found.entries[0].specification == "3/2,2/1")
  }

  @Test func architecturesAreThoseThatPredictSees() throws {
    let found = try findings("model: random:dcgan_generator?features=4&latent=4\nkernel: [3, 4]\nblur: [1, 2]\n")
    #expect(found.entries.count == 4)
    let plain = try #require(found.entries.first { $0.settings == ["kernel": 3, "blur": 1] })
    #expect(plain.specification == "random:dcgan_generator?features=4&latent=4&kernel=3")
    #expect(abs(plain.cv2 - 0.3645) < 1e-4)
    let model = try ModelSource(plain.specification).load()
    #expect(plain.macs == (try model.bound().layerStatistics.reduce(0) { $0 + $1.multiplyAdds }))
    let blurred = try #require(found.entries.first { $0.settings == ["kernel": 3, "blur": 2] })
    #expect(blurred.cv2 < plain.cv2)
    #expect(blurred.macs > plain.macs)
  }

  @Test func combinationsThatMakeNoNetworkAreListed() throws {
    let found = try findings("stack: 1\nkernel: [2, 4]\nstride: 2\npadding: [0, 8]\npositions: 4\n")
    #expect(found.entries.count == 2)
    #expect(found.skipped.map(\.specification) == ["2/2p8", "4/2p8"])
  }

  @Test(arguments: [
    ("model: random:dcgan_generator\n", "nothing to vary"),
    ("kernel: 3\nstride: 2\n", "grid.yaml:1: name either a model or a stack"),
    ("stack: 2\nkernel: 3\n", "a kernel and a stride"),
    (
      "stack: 2\nkernel: 3\nstride: 2\nkernal: 3\n",
      "grid.yaml:4: there is no axis of a stack 'kernal'. Did you mean 'kernel'?"
    ),
    ("stack: 2\nkernel: three\nstride: 2\n", "grid.yaml:2: kernel must be a whole number"),
    ("stack: 0\nkernel: 3\nstride: 2\n", "'stack' takes a number from 1 to 16"),
    ("stack: 1\nkernel: []\nstride: 2\n", "'kernel' has no values"),
    ("stack: 1\nkernel: 3\nstride: 2\nblur: 0\n", "1 is none"),
  ])
  func badGridsNameTheirLine(yaml: String, message: String) throws {
    let error = #expect(throws: DocumentError.self) { try SweepGrid(yaml: yaml, path: "grid.yaml") }
    let text = try #require(error).description
    #expect(text.contains(message), "\(text)")
  }

  @Test func unknownOptionsOfAModelAreNamed() throws {
    let error = #expect(throws: ArchitectureError.self) {
      try findings("model: random:dcgan_generator\nkernels: [3, 4]\n")
    }
    #expect(try #require(error).description.contains("no option 'kernels'"))
  }
}
