import Foundation
import Testing

@testable import GinghamProcesses

@Suite struct PaceTests {
  /// A clock that is set.
  private final class Clock {
    var seconds = 0.0
    private let start = ContinuousClock.now
    func now() -> ContinuousClock.Instant { start + .seconds(seconds) }
  }

  @Test func itSaysHowFastAndHowLong() {
    let clock = Clock()
    let pace = Pace(clock.now)
    func text(_ done: Int, at seconds: Double, of total: Int = 1000, what: String = "pictures") -> String? {
      clock.seconds = seconds
      return pace.text(of: what, done, total: total)
    }
    // A run that goes on where it stopped has not done the first hundred just now.
    #expect(text(100, at: 0) == "")
    #expect(text(101, at: 0.01) == nil)
    #expect(text(110, at: 1) == "")
    #expect(text(200, at: 10) == ", 10.0/s, 80 s left")
    #expect(text(300, at: 100) == ", 2.0/s, 6 min left")
    #expect(text(1000, at: 100.01) == ", 9.0/s, 0 s left")
    #expect(text(0, at: 101, what: "measuring") == "")
    #expect(text(2, at: 121, what: "measuring") == ", 10.0 s each, 2.8 h left")
    #expect(text(3, at: 131, of: 100_000, what: "measuring") == ", 10.0 s each, 12 days left")
  }
}
