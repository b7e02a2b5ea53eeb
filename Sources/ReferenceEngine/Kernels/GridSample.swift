import GinghamNetworks
import GinghamTensors

/// Values of x at places between its elements, with the gradient at x and at the places (Jaderberg et al. 2015).
///
/// Every coordinate gives taps along its axis; a sample is the sum over all their combinations. Coordinates beyond the
/// border are moved before taps are chosen, then taps that lie outside once more, as ONNX has it. A coordinate that is
/// not a number gives NaN.
struct GridSampleKernel<Scalar: ReferenceScalar>: Kernel {
  private let sample: GridSample
  private let batch: Int
  private let channels: Int
  private let extents: [Int]
  private let strides: [Int]
  private let positions: Int
  private let plane: Int
  private let taps: Scratch<Tap<Scalar>>
  /// Of each combination of taps of one sample: the element, the weight, and the weight's slope along each axis.
  private let places: Scratch<Int>
  private let weights: Scratch<Scalar>
  private let slopes: Scratch<Scalar>
  private let gradients: Scratch<Scalar>

  private var width: Int {
    switch sample.mode {
    case .nearest: 1
    case .linear: 2
    case .cubic: 4
    }
  }

  init(_ sample: GridSample, _ request: KernelRequest) throws {
    let (x, grid) = try (request.inputShape(0), request.inputShape(1))
    guard try request.outputShape() == sample.checkedOutputShape(x, grid, request) else {
      throw request.unsupported("its output has another shape")
    }
    self.sample = sample
    batch = x[0]
    channels = x[1]
    extents = x.spatial
    strides = Shape(x.spatial).strides
    plane = x.spatial.reduce(1, *)
    positions = grid.dimensions[1..<(grid.rank - 1)].reduce(1, *)
    let width = sample.mode == .nearest ? 1 : sample.mode == .linear ? 2 : 4
    let combinations = extents.reduce(1) { count, _ in count * width }
    taps = Scratch(extents.count * width, filledWith: Tap(index: -1, weight: 0, slope: 0))
    places = Scratch(combinations, filledWith: 0)
    weights = Scratch(combinations, filledWith: 0)
    slopes = Scratch(combinations * extents.count, filledWith: 0)
    gradients = Scratch(extents.count, filledWith: 0)
  }

  func forward(inputs: [Source<Scalar>], outputs: [Target<Scalar>]) {
    let (x, grid, y) = (inputs[0], inputs[1], outputs[0])
    for picture in 0..<batch {
      for position in 0..<positions {
        let isNumber = combine(grid, picture * positions + position)
        for channel in 0..<channels {
          let start = (picture * channels + channel) * plane
          var sum: Scalar = isNumber ? 0 : .nan
          for index in places.buffer.indices where places.buffer[index] >= 0 {
            sum += weights.buffer[index] * x[start + places.buffer[index]]
          }
          y[(picture * channels + channel) * positions + position] = sum
        }
      }
    }
  }

  func backward(
    inputs: [Source<Scalar>], outputs: [Source<Scalar>], outputGradients: [Source<Scalar>?],
    inputGradients: [Target<Scalar>?]
  ) {
    guard let dy = outputGradients[0] else { return }
    let (x, grid, rank) = (inputs[0], inputs[1], extents.count)
    let (dx, dgrid) = (inputGradients[0], inputGradients[1])
    for picture in 0..<batch {
      for position in 0..<positions {
        _ = combine(grid, picture * positions + position)
        gradients.buffer.update(repeating: 0)
        for channel in 0..<channels {
          let start = (picture * channels + channel) * plane
          let cotangent = dy[(picture * channels + channel) * positions + position]
          for index in places.buffer.indices where places.buffer[index] >= 0 {
            let place = start + places.buffer[index]
            dx?[place] += cotangent * weights.buffer[index]
            guard dgrid != nil else { continue }
            for axis in 0..<rank { gradients.buffer[axis] += cotangent * slopes.buffer[index * rank + axis] * x[place] }
          }
        }
        guard let dgrid else { continue }
        // The last spatial axis comes first in the grid.
        for axis in 0..<rank {
          dgrid[(picture * positions + position) * rank + rank - 1 - axis] += gradients.buffer[axis]
        }
      }
    }
  }

  /// Works out the combinations of taps for one sample.
  ///
  /// - Returns: whether all of its coordinates are numbers.
  private func combine(_ grid: Source<Scalar>, _ sampleIndex: Int) -> Bool {
    let (rank, width) = (extents.count, width)
    var isNumber = true
    for axis in 0..<rank {
      let coordinate = grid[sampleIndex * rank + rank - 1 - axis]
      if coordinate.isNaN { isNumber = false }
      makeTaps(axis, coordinate)
    }
    for index in places.buffer.indices {
      var (rest, place, weight) = (index, 0, Scalar(1))
      for axis in 0..<rank {
        let tap = taps.buffer[axis * width + rest % width]
        rest /= width
        place = place < 0 || tap.index < 0 ? -1 : place + tap.index * strides[axis]
        weight *= tap.weight
      }
      places.buffer[index] = place
      weights.buffer[index] = weight
      for axis in 0..<rank {
        var (rest, slope) = (index, Scalar(1))
        for other in 0..<rank {
          let tap = taps.buffer[other * width + rest % width]
          rest /= width
          slope *= other == axis ? tap.slope : tap.weight
        }
        slopes.buffer[index * rank + axis] = slope
      }
    }
    return isNumber
  }

  private func makeTaps(_ axis: Int, _ coordinate: Scalar) {
    let extent = Scalar(extents[axis])
    let (low, high): (Scalar, Scalar) = sample.alignsCorners ? (0, extent - 1) : (-0.5, extent - 0.5)
    var slope = sample.countsElements ? 1 : sample.alignsCorners ? (extent - 1) / 2 : extent / 2
    var x =
      sample.countsElements
      ? coordinate
      : sample.alignsCorners ? (coordinate + 1) / 2 * (extent - 1) : ((coordinate + 1) * extent - 1) / 2
    if sample.mode == .nearest { x = x.rounded(.toNearestOrEven) }
    if x < low || x > high {
      switch sample.outside {
      case .zeros: break
      case .border:
        x = min(max(x, 0), extent - 1)
        slope = 0
      case .reflection:
        let (folded, sign) = reflected(x, low, high)
        x = folded
        slope *= sign
      }
    }
    let first = axis * width
    guard x > -4, x < extent + 4 else {
      // Nothing reaches that far, and it may not fit an integer.
      for tap in first..<(first + width) { taps.buffer[tap] = Tap(index: -1, weight: 0, slope: 0) }
      return
    }
    let base = Int(x.rounded(.down))
    let fraction = x - x.rounded(.down)
    func set(_ tap: Int, _ index: Int, _ weight: Scalar, _ derivative: Scalar) {
      taps.buffer[first + tap] = Tap(index: inside(index, axis, low, high), weight: weight, slope: derivative * slope)
    }
    switch sample.mode {
    case .nearest: set(0, base, 1, 0)
    case .linear:
      set(0, base, 1 - fraction, -1)
      set(1, base + 1, fraction, 1)
    case .cubic:
      for tap in 0..<4 {
        let (weight, derivative) = Self.cubic(fraction - Scalar(tap - 1))
        set(tap, base + tap - 1, weight, derivative)
      }
    }
  }

  /// Where a tap reads; −1 where it reads nothing.
  private func inside(_ index: Int, _ axis: Int, _ low: Scalar, _ high: Scalar) -> Int {
    let extent = extents[axis]
    if (0..<extent).contains(index) { return index }
    switch sample.outside {
    case .zeros: return -1
    case .border: return min(max(index, 0), extent - 1)
    case .reflection:
      let folded = reflected(Scalar(index), low, high).place
      return folded.isFinite ? min(max(Int(folded), 0), extent - 1) : 0
    }
  }

  /// Folded back at both ends as often as it takes, and the sign of its slope.
  private func reflected(_ x: Scalar, _ low: Scalar, _ high: Scalar) -> (place: Scalar, sign: Scalar) {
    let length = high - low
    guard length > 0 else { return (low, 0) }
    guard x < low || x > high else { return (x, 1) }
    let distance = (x < low ? low - x : x - high)
    let folds = (distance / length).rounded(.towardZero)
    let rest = distance - folds * length
    let isEven = folds.truncatingRemainder(dividingBy: 2) == 0
    // Below: out from the low end and back; above: the mirror image.
    return x < low ? (isEven ? (low + rest, -1) : (high - rest, 1)) : (isEven ? (high - rest, -1) : (low + rest, 1))
  }

  /// The cubic convolution kernel with a = −3/4 and its derivative (Keys 1981).
  private static func cubic(_ distance: Scalar) -> (Scalar, Scalar) {
    let a: Scalar = -0.75
    let (x, sign): (Scalar, Scalar) = distance < 0 ? (-distance, -1) : (distance, 1)
    if x <= 1 { return (((a + 2) * x - (a + 3)) * x * x + 1, sign * (3 * (a + 2) * x - 2 * (a + 3)) * x) }
    guard x < 2 else { return (0, 0) }
    return (((a * x - 5 * a) * x + 8 * a) * x - 4 * a, sign * ((3 * a * x - 10 * a) * x + 8 * a))
  }
}

/// One element that a sample reads along an axis.
private struct Tap<Scalar: BitwiseCopyable>: BitwiseCopyable {
  var index: Int
  var weight: Scalar
  var slope: Scalar
}

extension GridSample {
  fileprivate func checkedOutputShape(_ x: Shape, _ grid: Shape, _ request: KernelRequest) throws -> Shape {
    guard x.rank >= 3, grid.rank == x.rank, grid[0] == x[0], grid[grid.rank - 1] == x.rank - 2 else {
      throw request.unsupported("a grid of \(grid) does not sample \(x)")
    }
    return Shape([x[0], x[1]] + grid.dimensions[1..<(grid.rank - 1)])
  }
}
