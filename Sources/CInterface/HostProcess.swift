import Foundation
import GinghamCommandLine
import GinghamTensors
import Synchronization

/// The process that others own.
enum HostProcess {
  /// In which work began first; 0: nowhere yet.
  private static let worksIn = Atomic<Int32>(0)

  /// Called before anything is computed.
  ///
  /// - Throws: ``HostedFailure`` of the kind `forked` in a process that was forked from one in which work had begun: the
  ///   threads that share the work are not there, and waiting for them would have no end.
  static func enter() throws {
    MappedFile.leaveSignalsAlone()
    let own = getpid()
    let (isFirst, owner) = worksIn.compareExchange(expected: 0, desired: own, ordering: .relaxed)
    guard isFirst || owner == own else {
      throw HostedFailure(
        kind: "forked",
        description:
          "this process was forked from one in which Gingham was at work, and has none of its threads. Start "
          + "it anew (in Python the start methods 'spawn' and 'forkserver' do), or open the first model behind the fork"
      )
    }
  }
}
