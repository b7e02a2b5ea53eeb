import GinghamLattices
import GinghamPrediction

/// How often stacks of transposed convolutions paint each position, and what other upsampling layers amount to.
public struct OverlapFindings: RunFindings {
  /// One layer of a stack.
  public struct Layer: Encodable, Sendable {
    /// As ``DeconvolutionLayer`` is written.
    public var notation: String
    /// Taps along an axis.
    public var kernel: Int
    /// Output positions between the first taps of neighbouring inputs.
    public var stride: Int
    /// Output positions taken off at either end.
    public var padding: Int
    /// Output positions between neighbouring taps.
    public var dilation: Int
    /// Output positions added at the far end.
    public var outputPadding: Int
    /// How often each position behind it is painted, along one axis.
    public var counts: [Int]
  }

  /// One stack of transposed convolutions.
  public struct Demo: Encodable, Sendable {
    /// Of its layers, joined by commas.
    public var notation: String
    /// Positions along an axis that it starts from.
    public var inputs: Int
    /// From the latent to the picture.
    public var layers: [Layer]
    /// One tile of the counts far from the borders.
    public var interior: [Int]
    /// Counts of both axes behind the last layer; left out for long ones.
    public var plane: [[Int]]?
    /// CV² along one axis, as a decimal and exactly.
    public var axisUnevenness: Double?
    /// The same as a fraction, such as `1/9`; `nil` where it does not fit an `Int`.
    public var axisUnevennessExact: String?
    /// Strongest over weakest count far from the borders, along one axis; `nil` where a position is never painted.
    public var axisMaxMin: Double?
    /// CV² of both axes, exactly; the decimal is in ``lattice``.
    public var unevennessExact: String?
    /// Of the counts of both axes far from the borders, by band.
    public var lattice: LatticeFinding

    private enum CodingKeys: String, CodingKey {
      case notation, inputs, layers, interior, plane, lattice
      case axisUnevenness = "cv2_axis"
      case axisUnevennessExact = "cv2_axis_exact"
      case axisMaxMin = "max_min_axis"
      case unevennessExact = "cv2_exact"
    }
  }

  /// An upsampling layer with weights, as the transposed convolution that does the same along one axis.
  public struct Equivalent: Encodable, Sendable {
    /// As it was written.
    public var notation: String
    /// Of the transposed convolution.
    public var stride: Int
    /// Of the transposed convolution that does the same.
    public var kernel: [Double]
    /// Σ of the taps on each phase: equal iff a constant is painted evenly.
    public var phaseSums: [Double]
    /// Σ of the squared taps on each phase: equal iff white noise is painted evenly.
    public var phasePowers: [Double]
    /// Spread of the phase sums over their mean magnitude; 0 where even.
    public var sumDeviation: Double
    /// CV² of the phase powers along one axis.
    public var cv2: Double

    private enum CodingKeys: String, CodingKey {
      case notation, stride, kernel, phaseSums, phasePowers, cv2
      case sumDeviation = "phase_sum_deviation"
    }
  }

  /// One for each stack that was asked for.
  public var demos: [Demo]
  /// One for each layer that was asked for.
  public var equivalents: [Equivalent]

  /// Positions a side up to which both axes are tabulated.
  static let planeLimit = 64

  /// - Throws: ``ArtifactError/badNotation(text:why:)``, ``ArtifactError/badArgument(_:)``.
  init(_ settings: PredictSettings) throws {
    demos =
      try settings.deconvolution.map { notation in
        try OverlapDemo.demos(parsing: notation, inputs: settings.positions).map(Demo.init)
      } ?? []
    equivalents = try settings.equivalent.map { text in
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
    let side = demo.latticeSide
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
