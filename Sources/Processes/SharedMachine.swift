import Foundation

/// Good manners on a machine that others use, too.
public enum SharedMachine {
  /// OpenMP's threads wait for each other in a busy loop, by default for as long as it takes. Beside other processes that
  /// makes each wait for a thread that has no processor, several times as long as the work. They give up after about a
  /// tenth of a millisecond instead, longer than a thread usually has to wait on a machine of its own.
  ///
  /// The library reads this when it is loaded, before anything here runs, so that the process starts itself once more.
  /// Whoever has set one of the variables knows better.
  public static func waitBriefly() {
    guard getenv("GOMP_SPINCOUNT") == nil, getenv("OMP_WAIT_POLICY") == nil else { return }
    // Without the variable the new process would start another one in turn.
    guard setenv("GOMP_SPINCOUNT", "2000", 1) == 0 else { return }
    // Comes back only where it fails; then the process works as it is.
    _ = execv("/proc/self/exe", CommandLine.unsafeArgv)
  }
}
