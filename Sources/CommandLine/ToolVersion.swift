import Gingham
import GinghamCommit

/// What `--version` says.
enum ToolVersion {
  /// The version by semantic versioning, and what it was built from and runs on.
  static var text: String {
    let commit = String(cString: gingham_commit())
    return """
      \(ginghamVersion)
      commit: \(commit.isEmpty ? "unknown" : commit)
      engine: \(FastEngine.library), \(FastEngine.instructions)
      threads: \(ThreadTeam.allCores.threads)
      """
  }
}
