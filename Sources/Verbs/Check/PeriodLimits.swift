import GinghamLattices

/// Limits that may differ from period to period.
public struct PeriodLimits: Hashable, Sendable {
  /// Of everything that has no limit of its own; `nil`: nothing else is limited.
  public var all: Double?
  /// Of single periods, in pixels.
  public var periods: [Int: Double]

  /// With the properties of the same names.
  public init(all: Double? = nil, periods: [Int: Double] = [:]) {
    (self.all, self.periods) = (all, periods)
  }

  /// Reads `0.01`, `2=0.01,4=0.02` or `all=0.05,2=0.01`; `nil` where that is none of them.
  public init?(parsing text: String) {
    self.init()
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let sides = part.split(separator: "=", omittingEmptySubsequences: false).map(\.trimmed)
      guard let last = sides.last, let limit = Double(String(last)), Self.isLimit(limit) else { return nil }
      switch sides.count {
      case 1 where all == nil: all = limit
      case 2:
        guard add(limit, under: String(sides[0])) else { return nil }
      default: return nil
      }
    }
  }

  /// - Returns: whether the name stands for a period or for all, and has no limit yet.
  mutating func add(_ limit: Double, under name: String) -> Bool {
    if name == Self.allName {
      guard all == nil else { return false }
      all = limit
      return true
    }
    guard let period = Int(name), Periods.bounds.contains(period), periods[period] == nil else { return false }
    periods[period] = limit
    return true
  }

  static let allName = "all"

  static func isLimit(_ value: Double) -> Bool { value.isFinite && value >= 0 }

  /// Of one period.
  func limit(of period: Int) -> Double? { periods[period] ?? all }

  /// The strictest; `nil` where there is none.
  var least: Double? { (Array(periods.values) + [all].compactMap { $0 }).min() }
}

extension PeriodLimits: Encodable, CustomStringConvertible {
  /// As it is typed.
  public var description: String {
    let named = periods.keys.sorted().map { "\($0)=\(periods[$0] ?? 0)" }
    guard let all else { return named.joined(separator: ",") }
    return named.isEmpty ? "\(all)" : (["\(Self.allName)=\(all)"] + named).joined(separator: ",")
  }

  /// As ``description``.
  public func encode(to encoder: any Encoder) throws { try description.encode(to: encoder) }
}
