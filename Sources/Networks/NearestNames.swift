/// Suggestions for a mistyped name.
public enum NearestNames {
  /// The candidates nearest to `name` by edit distance, best first; names that contain it come before the rest.
  public static func nearest(to name: String, among candidates: [String], limit: Int = 3) -> [String] {
    let wanted = name.lowercased()
    let farthest = max(2, wanted.utf8.count / 2)
    let scored = candidates.compactMap { candidate -> (score: Int, name: String)? in
      let lowered = candidate.lowercased()
      // Names are at least as far apart as their lengths, and no farther where one is part of the other.
      let leastDistance = abs(lowered.utf8.count - wanted.utf8.count)
      if !wanted.isEmpty, lowered.contains(wanted) { return (leastDistance - 1000, candidate) }
      guard leastDistance <= farthest else { return nil }
      return (editDistance(Array(wanted.utf8), Array(lowered.utf8)), candidate)
    }
    return
      scored
      .filter { $0.score <= farthest }
      .sorted { ($0.score, $0.name) < ($1.score, $1.name) }
      .prefix(limit).map(\.name)
  }

  /// Levenshtein distance. Cost: product of the lengths.
  static func editDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    var row = Array(0...b.count)
    for (i, left) in a.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, right) in b.enumerated() {
        let substitution = diagonal + (left == right ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(substitution, row[j] + 1, row[j + 1] + 1)
      }
    }
    return row[b.count]
  }
}
