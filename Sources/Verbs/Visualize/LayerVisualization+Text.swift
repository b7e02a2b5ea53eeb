import Foundation

extension LayerVisualization {
  /// For the terminal.
  public var text: String {
    let dead = channels.filter(\.isDead).count
    let shares = channels.compactMap(\.finding.measures.latticeShare).sorted()
    let median = shares.isEmpty ? "" : String(format: ", median lattice share %.4f", shares[shares.count / 2])
    return "\(layer): \(channels.count) channels, \(dead) dead\(median)"
  }
}
