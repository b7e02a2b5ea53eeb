/// What lies beyond the ends of an axis that is read further than it reaches.
public enum Border: String, Hashable, Sendable, CaseIterable {
  /// 0 0 | a b c | 0 0
  case zero
  /// a a | a b c | c c
  case replicate
  /// c b | a b c | b a
  case reflect
  /// b a | a b c | c b
  case symmetric
  /// b c | a b c | a b
  case wrap

  /// The element that stands at `index` of an axis of `count`; `nil` for zero, and where there are no elements.
  public func source(of index: Int, count: Int) -> Int? {
    if (0..<count).contains(index) { return index }
    guard count > 0 else { return nil }
    switch self {
    case .zero: return nil
    case .replicate: return index < 0 ? 0 : count - 1
    case .wrap: return wrapped(index, count)
    case .reflect:
      if count == 1 { return 0 }
      let folded = wrapped(index, 2 * (count - 1))
      return folded < count ? folded : 2 * (count - 1) - folded
    case .symmetric:
      let folded = wrapped(index, 2 * count)
      return folded < count ? folded : 2 * count - 1 - folded
    }
  }
}
