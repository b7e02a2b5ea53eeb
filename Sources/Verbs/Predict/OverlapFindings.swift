import Foundation
import GinghamImaging
import GinghamLattices
import GinghamPrediction
import GinghamReporting
import GinghamTensors

/// How often stacks of transposed convolutions paint each position, and what other upsampling layers amount to.
public struct OverlapFindings: Encodable, Sendable {
  public struct Layer: Encodable, Sendable {
    public var notation: String
    public var kernel: Int
    public var stride: Int
    public var padding: Int
    public var dilation: Int
    public var outputPadding: Int
    /// How often each position behind it is painted, along one axis.
    public var counts: [Int]
  }

  public struct Demo: Encodable, Sendable {
    public var notation: String
    public var inputs: Int
    public var layers: [Layer]
    /// One tile of the counts far from the borders.
    public var interior: [Int]
    /// Counts of both axes behind the last layer; left out for long ones.
    public var plane: [[Int]]?
    /// CV² along one axis, as a decimal and exactly.
    public var axisUnevenness: Double?
    public var axisUnevennessExact: String?
    public var axisMaxMin: Double?
    /// CV² of both axes, exactly; the decimal is in ``lattice``.
    public var unevennessExact: String?
    public var lattice: LatticeFinding

    private enum CodingKeys: String, CodingKey {
      case notation, inputs, layers, interior, plane, lattice
      case axisUnevenness = "cv2_axis"
      case axisUnevennessExact = "cv2_axis_exact"
      case axisMaxMin = "max_min_axis"
      case unevennessExact = "cv2_exact"
    }
  }

  public struct Equivalent: Encodable, Sendable {
    public var notation: String
    public var stride: Int
    /// Of the transposed convolution that does the same.
    public var kernel: [Double]
    public var phaseSums: [Double]
    public var phasePowers: [Double]
    public var sumDeviation: Double
    /// CV² of the phase powers along one axis.
    public var cv2: Double

    private enum CodingKeys: String, CodingKey {
      case notation, stride, kernel, cv2, phaseSums, phasePowers
      case sumDeviation = "phase_sum_deviation"
    }
  }

  public var demos: [Demo]
  public var equivalents: [Equivalent]

  /// Positions a side up to which both axes are tabulated.
  static let planeLimit = 64

  /// - Parameters:
  ///   - notation: stacks as ``OverlapDemo/demos(parsing:inputs:)`` reads them, or `nil`.
  ///   - equivalents: layers as ``EquivalentLayer`` reads them.
  /// - Throws: ``ArtifactError/badNotation(text:why:)``, ``ArtifactError/badArgument(_:)``.
  public init(deconvolution notation: String?, inputs: Int, equivalents: [String]) throws {
    demos = try notation.map { try OverlapDemo.demos(parsing: $0, inputs: inputs).map(Demo.init) } ?? []
    self.equivalents = try equivalents.map { text in
      let layer = try EquivalentLayer(parsing: text)
      return Equivalent(
        notation: text, stride: layer.stride, kernel: layer.kernel, phaseSums: layer.phaseSums,
        phasePowers: layer.phasePowers, sumDeviation: layer.sumDeviation, cv2: layer.powerUnevenness)
    }
  }
}

extension OverlapFindings.Demo {
  init(_ demo: OverlapDemo) throws {
    let tile = demo.interior.last ?? []
    // A tile of which shorter parts repeat has a shorter lattice.
    let period = (1...max(tile.count, 1)).first { length in
      tile.count.isMultiple(of: length) && tile.indices.allSatisfy { tile[$0] == tile[$0 % length] }
    }
    let side = period ?? 1
    guard side <= 1024 else { throw ArtifactError.badPeriod(side, why: "the stack repeats only after that many") }
    let line = tile.prefix(side).map(Double.init)
    notation = demo.layers.map(\.description).joined(separator: ",")
    inputs = demo.inputCount
    layers = zip(demo.layers, demo.counts).map { layer, counts in
      .init(
        notation: "\(layer)", kernel: layer.kernel, stride: layer.stride, padding: layer.padding,
        dilation: layer.dilation, outputPadding: layer.outputPadding, counts: counts)
    }
    interior = tile
    plane = demo.line.count <= OverlapFindings.planeLimit ? demo.plane : nil
    axisUnevenness = demo.unevenness?.value
    axisUnevennessExact = demo.unevenness?.description
    axisMaxMin = demo.maxMin?.value
    unevennessExact = demo.planeUnevenness?.description
    lattice = LatticeFinding(exactAxis: line)
  }
}

extension OverlapFindings {
  /// For the terminal.
  public var text: String {
    (demos.map(\.text) + equivalents.map(\.text)).joined(separator: "\n\n")
  }

  /// Writes `overlap.png`, and `plane.png` with both axes of each stack.
  ///
  /// - Throws: ``ImageError``, ``FormatError``.
  public func draw(into folder: RunFolder) throws {
    let strips =
      demos.flatMap { demo in
        demo.layers.enumerated().map { index, layer in
          let stack = demo.layers[...index].map(\.notation).joined(separator: ", ")
          return OverlapStrips.Strip(stack, counts: layer.counts.map(Double.init))
        }
      } + equivalents.map { OverlapStrips.Strip($0.notation, counts: $0.kernel.map { abs($0) }) }
    let title = demos.isEmpty ? "Equivalent kernels (magnitudes)" : "How often each position is painted"
    try folder.write("overlap.png") { try OverlapStrips(title, strips: strips).figure().write(to: $0) }
    let planes = demos.filter { $0.plane != nil }
    guard !planes.isEmpty else { return }
    let tiles = try planes.map { demo -> ContactSheet.Tile in
      let rows = (demo.plane ?? []).map { $0.map(Float.init) }
      let values = Tensor([rows.count, rows.first?.count ?? 0], rows.flatMap { $0 })
      let plot = MatrixPlot(
        demo.notation, values: values, colourMap: .blues, barLabel: "times painted", x: Axis("column"), y: Axis("row"),
        side: 260)
      return .init(try plot.figure().picture())
    }
    let sheet = ContactSheet("Both axes together", tiles: tiles, columns: min(3, tiles.count), side: 460)
    try folder.write("plane.png") { try sheet.figure().write(to: $0) }
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
