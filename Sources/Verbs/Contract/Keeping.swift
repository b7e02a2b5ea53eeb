/// When to keep what is done: as soon as it took a second, and afterwards so seldom that keeping costs one part in fifty.
struct Keeping {
  private var last = ContinuousClock.now
  private var cost = Self.least
  private(set) var hasKept = false

  private static let least = Duration.milliseconds(20)

  var isDue: Bool { ContinuousClock.now - last >= cost * 50 }

  mutating func keeping(_ body: () throws -> Void) rethrows {
    let begin = ContinuousClock.now
    try body()
    last = .now
    cost = max(last - begin, Self.least)
    hasKept = true
  }
}
