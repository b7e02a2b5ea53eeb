import Foundation
import GinghamLattices

extension OverlapFindings {
  /// For the terminal.
  public var text: String {
    (demos.map(\.text) + equivalents.map(\.text)).joined(separator: "\n\n")
  }
}

extension OverlapFindings.Demo {
  fileprivate var text: String {
    let width = layers.map(\.notation.count).max() ?? 0
    func line(_ counts: [Int]) -> String {
      let shown = counts.prefix(80).map(String.init).joined(separator: " ")
      return counts.count > 80 ? shown + " … (\(counts.count))" : shown
    }
    func padded(_ name: String) -> String { name + String(repeating: " ", count: max(0, width - name.count)) }
    var lines = ["\(notation) from \(inputs) inputs, times each position is painted"]
    lines += layers.map { "  \(padded($0.notation))  \(line($0.counts))" }
    lines.append("  far from the borders \(line(interior)), and so on")
    let ratio = axisMaxMin.map { String(format: "strongest %g× the weakest", $0) } ?? "some never painted"
    lines.append(
      "  along one axis  CV² "
        + (axisUnevenness.map { "\(String(format: "%.4f", $0)) = \(axisUnevennessExact ?? "")" }
          ?? "too long to work out")
        + ", \(ratio)")
    let square = lattice.maxMin.map { String(format: "strongest %g× the weakest", $0) } ?? "some never painted"
    let exact = unevennessExact.map { $0 == "0" ? "" : " = \($0)" } ?? ""
    lines.append("  along both      CV² \(String(format: "%.4f", lattice.cv2))\(exact), \(square)")
    let bands = lattice.bands.map { String(format: "%d: %.4f", $0.period, $0.cv2) }
    if !bands.isEmpty { lines.append("  by period       " + bands.joined(separator: ", ")) }
    if let plane, plane.count <= 24 {
      let widest = plane.joined().map { "\($0)".count }.max() ?? 1
      lines += plane.map { row in
        "  " + row.map { String(repeating: " ", count: widest - "\($0)".count) + "\($0)" }.joined(separator: " ")
      }
    }
    return lines.joined(separator: "\n")
  }
}

extension OverlapFindings.Equivalent {
  fileprivate var text: String {
    func list(_ numbers: [Double]) -> String { numbers.map { String(format: "%g", $0) }.joined(separator: ", ") }
    let even = sumDeviation < 1e-9
    return """
      \(notation) is the transposed convolution \(kernel.count)/\(stride) with taps \(list(kernel))
        phase sums    \(list(phaseSums)): a constant is painted \
      \(even ? "evenly" : String(format: "unevenly, ±%.1f %%", 100 * sumDeviation))
        phase powers  \(list(phasePowers)): CV² \(String(format: "%.4f", cv2)) along one axis for noise and gradients
      """
  }
}
