import GinghamLattices
import GinghamNetworks
import GinghamPrediction
import GinghamTensors

/// The grid that a transposed convolution paints on the mean of many samples, beside what its weights and the means of
/// its input make inevitable.
public struct UpsamplingGrid: Encodable, Sendable {
  /// A layer of the net, by its name.
  public var layer: String
  /// Rows and columns.
  public var kernel: [Int]
  /// Rows and columns.
  public var stride: [Int]
  /// Of its grid, in pixels of the picture.
  public var period: Int
  /// How unequal the phase sums of its filters are: mean over the filters of their spread over their mean magnitude.
  public var phaseSumDeviation: Double
  /// Root mean square over phases and channels, in units of the layer's output, of the grid painted by: equal weights in
  /// each filter (the overlap), its phase sums (both times the mean input), and of the one measured on the mean output.
  public var overlap: Double
  /// Unevenness that the weights make inevitable.
  public var predicted: Double
  /// Unevenness of the layer's maps.
  public var measured: Double
  /// Measured over predicted; `nil` where nothing is predicted.
  public var ratio: Double?
  /// Of the predicted and the measured grid, over all phases and channels: 1 where they are alike.
  public var cosine: Double?
  /// Of the layer's output over positions and samples, root mean square over channels: what the grid stands against.
  public var deviation: Double

  /// - Parameters:
  ///   - inputs, outputs: the mean over samples of each channel in front of and behind the layer.
  ///   - variance: of the output over positions and samples, mean over channels.
  ///   - limits: how many phases of filters may be worked out.
  /// - Throws: ``ArtifactError/limit(network:_:)`` where there are more, ``ArtifactError/badArgument(_:)`` where weight
  ///   and window disagree.
  public init?(
    layer: String, period: Int, weight: Tensor, convolution: TransposedConvolution, inputs: [Plane], outputs: [Plane],
    variance: Double, limits: ResourceLimits = ResourceLimits()
  ) throws {
    let window = convolution.window
    guard window.strides.count == 2, let first = outputs.first, !inputs.isEmpty,
      window.strides[0] == (first.isLine ? 1 : window.strides[1])
    else { return nil }
    let sums: PhaseSums
    do {
      sums = try PhaseSums(weight: weight, window: window, groups: convolution.groups, limits: limits)
    } catch let error as ResourceLimitError {
      throw ArtifactError.limit(network: layer, error)
    }
    guard sums.inputs == inputs.count, sums.outputs == outputs.count else { return nil }
    let stride = window.strides[1]
    // Borders are painted less often: as many positions as a kernel reaches stay out, where that leaves something.
    let reach = (window.kernel.max() ?? 1) + stride - 1
    let border = reach / stride * stride
    let trimsOutput = first.side >= 2 * border + 2 * stride
    let trimsInput = inputs[0].side >= 6
    let means = inputs.map { (trimsInput ? $0.trimmedEvenly(by: 1) : $0).mean }
    let lattice = try Lattice(period: stride, isLine: first.isLine)
    let found = try outputs.map { plane in
      try PhaseTable(means: trimsOutput ? plane.trimmedEvenly(by: border) : plane, lattice: lattice).values
    }
    let (predicted, overlap) = (sums.painted(by: means), sums.paintedByOverlap(means))
    self.layer = layer
    (kernel, self.stride, self.period) = (window.kernel, window.strides, period)
    phaseSumDeviation = sums.meanDeviation
    self.overlap = Self.size(overlap)
    self.predicted = Self.size(predicted)
    measured = Self.size(found)
    ratio = self.predicted > 1e-9 ? measured / self.predicted : nil
    cosine = Self.cosine(predicted, found)
    deviation = variance.squareRoot()
  }

  private static func centred(_ grid: [Double]) -> [Double] {
    let mean = grid.mean
    return grid.map { $0 - mean }
  }

  private static func size(_ grid: [[Double]]) -> Double {
    let values = grid.flatMap(centred)
    return (values.reduce(0) { $0 + $1 * $1 } / Double(max(values.count, 1))).squareRoot()
  }

  private static func cosine(_ a: [[Double]], _ b: [[Double]]) -> Double? {
    let (a, b) = (a.flatMap(centred), b.flatMap(centred))
    let (aa, bb) = (a.reduce(0) { $0 + $1 * $1 }, b.reduce(0) { $0 + $1 * $1 })
    guard aa > 1e-24, bb > 1e-24 else { return nil }
    return zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } / (aa * bb).squareRoot()
  }
}

extension Plane {
  /// Without `border` rows and columns on every side.
  func trimmedEvenly(by border: Int) -> Plane {
    let down = isLine ? 0 : border
    let (height, width) = (self.height - 2 * down, self.width - 2 * border)
    var values: [Double] = []
    for y in 0..<max(height, 0) {
      let start = (y + down) * self.width + border
      values += self.values[start..<(start + width)]
    }
    return Plane(height: max(height, 0), width: max(width, 0), values: values)
  }
}
