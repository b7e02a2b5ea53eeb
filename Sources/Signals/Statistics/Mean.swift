extension Collection<Double> {
  /// Σx/n; zero without values.
  package var mean: Double { reduce(0, +) / Double(Swift.max(count, 1)) }
}
