import Foundation

/// Where `fetch_models.sh` puts real nets: `models/` of the package, or `GINGHAM_MODELS`.
enum FetchedModels {
  static let folder: URL =
    if let path = ProcessInfo.processInfo.environment["GINGHAM_MODELS"] {
      URL(fileURLWithPath: path)
    } else {
      URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "models")
    }

  static func path(_ name: String) -> String { folder.appending(path: name).path }

  /// Tests that need a file run where it is there, and where files are required even if it is not.
  static func isExpected(_ name: String) -> Bool {
    ProcessInfo.processInfo.environment["GINGHAM_REQUIRE_SUITES"] == "1"
      || FileManager.default.fileExists(atPath: path(name))
  }
}
