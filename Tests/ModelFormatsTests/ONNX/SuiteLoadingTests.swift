import Foundation
import GinghamNetworks
import GinghamTensors
import Testing

@testable import GinghamModelFormats

/// Debian's package of the ONNX project's own conformance cases.
@Suite struct SuiteLoadingTests {
  private static let root = "/usr/share/libonnx-testdata/data"

  private static let folders = ["node", "simple", "pytorch-converted", "pytorch-operator"].flatMap { group in
    ((try? FileManager.default.contentsOfDirectory(atPath: "\(root)/\(group)")) ?? []).sorted()
      .map { "\(root)/\(group)/\($0)" }
  }

  @Test func everyCaseLoadsOrNamesWhatIsNotSupported() throws {
    #expect(Self.folders.count == 1072, "the package libonnx-testdata is not installed, or another version of it")
    var loaded = 0
    for folder in Self.folders {
      do {
        _ = try ONNXTestCase(folder: folder)
        loaded += 1
      } catch FormatError.unsupported(_, let what, _) {
        #expect(
          what.hasPrefix("'") || what.hasPrefix("tensor '") || what.hasPrefix("input '") || what.hasPrefix("output '"),
          "\(folder): \(what)")
      }
    }
    #expect(loaded >= 980)
  }
}
