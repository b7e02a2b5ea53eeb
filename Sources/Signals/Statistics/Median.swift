extension [Double] {
  /// The middle value, or the mean of the two in the middle; `nil` without values.
  public var median: Double? {
    guard !isEmpty else { return nil }
    let sorted = sorted()
    let middle = count / 2
    return count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
  }
}

/// The same, and zero without values.
package func median(_ values: [Double]) -> Double { values.median ?? 0 }
