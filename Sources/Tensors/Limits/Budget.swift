/// What one file may still ask for. It is spent before anything is made, so that a file which asks for too much costs
/// neither memory nor time.
public final class Budget {
  /// What may be asked for.
  public let limits: ResourceLimits
  private var extra: [Resource: Int] = [:]
  private var spent: [Resource: Int] = [:]

  /// With the property of the same name.
  public init(_ limits: ResourceLimits) {
    self.limits = limits
  }

  /// How much may be spent in all.
  public func allowance(_ resource: Resource) -> Int {
    let (sum, overflow) = limits.allowed(resource).addingReportingOverflow(extra[resource] ?? 0)
    return overflow ? .max : sum
  }

  /// Allows more of a resource: a file may ask for a few times what it holds.
  public func allow(_ amount: Int, more resource: Resource) {
    let (sum, overflow) = (extra[resource] ?? 0).addingReportingOverflow(max(amount, 0))
    extra[resource] = overflow ? .max : sum
  }

  /// - Throws: ``ResourceLimitError`` where less than `amount` is left.
  public func spend(_ amount: Int = 1, on resource: Resource) throws(ResourceLimitError) {
    let (sum, overflow) = (spent[resource] ?? 0).addingReportingOverflow(amount)
    let allowance = allowance(resource)
    guard amount >= 0, !overflow, sum <= allowance else { throw ResourceLimitError(resource, allowed: allowance) }
    spent[resource] = sum
  }

  /// Pays for a name of so many bytes.
  public func spend(name length: Int) throws(ResourceLimitError) {
    let longest = allowance(.nameLength)
    guard length <= longest else { throw ResourceLimitError(.nameLength, allowed: longest) }
    try spend(length, on: .names)
  }
}
