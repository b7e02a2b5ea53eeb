import Foundation
import GinghamReporting

extension ExploreRun {
  /// Whether a folder holds what this run would make, whole: then it can be served at once.
  public func isWhole(at path: String, in context: RunContext) -> Bool {
    guard let there = try? Manifest.Identity(ofFolder: path), let run = there.run,
      let wanted = try? record.manifest(command: [], context: context, started: Date()).identity(of: Self.name)
    else { return false }
    return run == wanted
  }
}
