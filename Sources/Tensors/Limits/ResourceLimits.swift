/// How much of each ``Resource`` one file may ask for. The numbers stand in one place; a user who trusts a file raises
/// them all by a factor.
public struct ResourceLimits: Hashable, Sendable {
  /// How many times as much as usual.
  public let factor: Int

  /// How many times as much as usual may be allowed.
  public static let factors = 1...(1 << 20)

  /// With the property of the same name.
  public init(factor: Int = 1) {
    self.factor = min(max(factor, Self.factors.lowerBound), Self.factors.upperBound)
  }

  /// How much of a resource a file may ask for.
  public func allowed(_ resource: Resource) -> Int {
    min(resource.usual.multipliedReportingOverflow(by: factor).partialValue, resource.most)
  }

  /// The one rule for extents: none is negative, there are at most ``Shape/maximumRankInFiles`` of them, and the product
  /// of those that are not zero is allowed. Whoever makes a shape from a stranger's numbers asks here, and may then
  /// multiply and add extents freely.
  public func allow(_ shape: Shape) -> Bool {
    guard shape.rank <= Shape.maximumRankInFiles, let volume = shape.checkedVolume else { return false }
    return volume <= allowed(.elements)
  }
}

/// A file asks for more than it may.
public struct ResourceLimitError: Error, Hashable, Sendable {
  /// What ran out.
  public let resource: Resource
  /// How much of it was allowed.
  public let allowed: Int

  /// With the properties of the same names.
  public init(_ resource: Resource, allowed: Int) {
    self.resource = resource
    self.allowed = allowed
  }
}

extension ResourceLimitError: CustomStringConvertible {
  /// What is wrong, where, and what to do about it.
  public var description: String {
    "more than \(allowed) \(resource), the limit for one file"
  }
}
