extension Resize {
  /// What each output position along one axis reads: a weighted sum of input positions.
  public struct Taps: Hashable, Sendable {
    /// Output `o` owns entries `starts[o]..<starts[o + 1]`.
    public private(set) var starts = [0]
    /// Input positions, ascending for each output, every one of them inside the input.
    public private(set) var indices: [Int] = []
    /// Of all outputs' taps behind each other.
    public private(set) var weights: [Double] = []
    /// Outputs that lie outside the input and take the extrapolation value instead; they read nothing.
    public private(set) var isOutside: [Bool] = []

    /// Of the outputs.
    public var count: Int { isOutside.count }

    /// Where an output's taps are.
    public func range(ofOutput output: Int) -> Range<Int> { starts[output]..<starts[output + 1] }

    fileprivate mutating func append(_ taps: [(index: Int, weight: Double)], isOutside: Bool = false) {
      let first = indices.count
      for tap in taps where tap.weight != 0 {
        // Taps beyond the border were moved to it and meet there.
        if indices.count > first, indices[indices.count - 1] == tap.index {
          weights[weights.count - 1] += tap.weight
        } else {
          indices.append(tap.index)
          weights.append(tap.weight)
        }
      }
      starts.append(indices.count)
      self.isOutside.append(isOutside)
    }
  }

  /// The taps along `axis` of a resize in bound form, or `nil` where the axis stays as it is.
  ///
  /// Coordinates and kernels are those of ONNX Resize (opset 19); `input` is the axis' extent.
  public func taps(axis: Int, input: Int) -> Taps? {
    guard let sizes, let scales, axis < sizes.count, axis < scales.count, input > 0 else { return nil }
    let output = sizes[axis]
    let coordinate = Coordinate(self, axis: axis, input: input, output: output, scale: scales[axis])
    if coordinate.isIdentity { return nil }
    var taps = Taps()
    for position in 0..<output {
      let x = coordinate.original(of: position)
      if coordinates == .cropAndResize, !(0...Double(input - 1)).contains(x) {
        taps.append([], isOutside: true)
      } else {
        taps.append(self.taps(at: x, input: input, scale: coordinate.scale))
      }
    }
    return taps
  }

  /// The taps of one output that lies at input coordinate `x`.
  private func taps(at x: Double, input: Int, scale: Double) -> [(index: Int, weight: Double)] {
    let border = Double(input - 1)
    if mode == .nearest {
      return [(Int(min(max(rounded(x), 0), border)), 1)]
    }
    // An antialiased kernel is as much wider as the picture gets smaller.
    let stretch = antialiases ? min(scale, 1) : 1
    let reach = (mode == .cubic ? 2 : 1) / stretch
    let clamped = min(max(x, -reach - 1), border + reach + 1)
    var found: [(index: Int, weight: Double)] = []
    var sum = 0.0
    for position in Int((clamped - reach).rounded(.down))...Int((clamped + reach).rounded(.up)) {
      let isInside = (0..<input).contains(position)
      if excludesOutside && !isInside { continue }
      let weight = kernel((Double(position) - clamped) * stretch)
      sum += weight
      found.append((min(max(position, 0), input - 1), weight))
    }
    return sum == 0 ? [] : found.map { ($0.index, $0.weight / sum) }
  }

  private func rounded(_ x: Double) -> Double {
    switch rounding {
    case .roundPreferFloor: (x - 0.5).rounded(.up)
    case .roundPreferCeil: (x + 0.5).rounded(.down)
    case .floor: x.rounded(.down)
    case .ceil: x.rounded(.up)
    }
  }

  /// The triangle, or the cubic convolution kernel with free parameter a (Keys 1981).
  private func kernel(_ distance: Double) -> Double {
    let x = abs(distance)
    guard mode == .cubic else { return max(0, 1 - x) }
    let a = Double(cubicCoefficient)
    if x <= 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
    return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0
  }
}

/// Where output positions lie between input positions along one axis.
private struct Coordinate {
  let mode: Resize.Coordinates
  let input: Double
  let output: Double
  /// The declared output extent, which need not be whole.
  let extent: Double
  let scale: Double
  let start: Double
  let end: Double

  init(_ resize: Resize, axis: Int, input: Int, output: Int, scale: Float) {
    mode = resize.coordinates
    self.input = Double(input)
    self.output = Double(output)
    // A scale that is the ratio of the extents up to single precision means that ratio: 1/3 of 6 lands on whole
    // positions.
    let isRatio = Float(output) / Float(input) == scale
    self.scale = isRatio ? Double(output) / Double(input) : Double(scale)
    extent = isRatio ? Double(output) : Double(scale) * Double(input)
    let region = resize.region ?? []
    let hasRegion = region.count > 2 * axis && axis + region.count / 2 < region.count
    start = hasRegion ? Double(region[axis]) : 0
    end = hasRegion ? Double(region[axis + region.count / 2]) : 1
  }

  var isIdentity: Bool {
    input == output && scale == 1 && (mode != .cropAndResize || (start == 0 && end == 1))
  }

  /// The input coordinate of an output position.
  func original(of position: Int) -> Double {
    let x = Double(position)
    switch mode {
    case .halfPixel: return (x + 0.5) / scale - 0.5
    case .halfPixelSymmetric:
      // The centre of the input stays the centre of the output where the output was rounded down.
      return input / 2 * (1 - output / extent) + (x + 0.5) / scale - 0.5
    case .pytorchHalfPixel: return output > 1 ? (x + 0.5) / scale - 0.5 : 0
    case .alignCorners: return extent == 1 ? 0 : x * (input - 1) / (extent - 1)
    case .asymmetric: return x / scale
    case .cropAndResize:
      let size = (end - start) * (input - 1)
      return start * (input - 1) + (output > 1 ? x * size / (extent - 1) : size / 2)
    }
  }
}
