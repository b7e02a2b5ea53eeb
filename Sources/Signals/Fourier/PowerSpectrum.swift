import GinghamTensors

/// The power |F(k)|² of each map of a batch at every spatial frequency.
public struct PowerSpectrum: Sendable {
  /// N×C×H×W, unnormalised: the sum over a map is HW·Σf² (Parseval). Frequency zero is at [0, 0]; row k stands for
  /// k/H cycles a pixel up to H/2 and for k/H − 1 beyond.
  public let power: Tensor

  /// In pixels.
  public var height: Int { power.shape[power.shape.rank - 2] }
  /// In pixels.
  public var width: Int { power.shape[power.shape.rank - 1] }

  /// The spectra of maps …×H×W. `plan`, where given, must be of their size.
  public init(of maps: Tensor, plan: FourierTransform? = nil) {
    let shape = maps.shape
    precondition(shape.rank >= 2, "a spectrum needs maps of …×H×W, not \(shape)")
    let (height, width) = (shape[shape.rank - 2], shape[shape.rank - 1])
    let plan = plan ?? FourierTransform(height: height, width: width)
    let half = plan.halfWidth
    power = plan.forward(maps).withUnsafeBufferPointer { spectrum in
      Tensor(shape) { target in
        for map in 0..<(target.count / (height * width)) {
          for y in 0..<height {
            for x in 0..<width {
              // The right half is the left half seen from the opposite frequency.
              let (row, column) = x < half ? (y, x) : ((height - y) % height, width - x)
              let index = 2 * ((map * height + row) * half + column)
              target[(map * height + y) * width + x] =
                spectrum[index] * spectrum[index] + spectrum[index + 1] * spectrum[index + 1]
            }
          }
        }
      }
    }
  }

  /// The mean power over all maps: H×W.
  public var mean: Tensor {
    let area = height * width
    return power.withUnsafeBufferPointer { source in
      var sums = [Double](repeating: 0, count: area)
      for index in source.indices { sums[index % area] += Double(source[index]) }
      let maps = Double(source.count / area)
      return Tensor([height, width], sums.map { Float($0 / maps) })
    }
  }

  /// Power by spatial frequency whatever its direction: element r is the mean over all maps and all bins whose
  /// frequency lies within half a step of r/min(H, W) cycles a pixel, up to the Nyquist frequency (Durall et al. 2020).
  public var radialAverage: [Double] {
    let size = min(height, width)
    var sums = [Double](repeating: 0, count: size / 2 + 1)
    var counts = [Double](repeating: 0, count: size / 2 + 1)
    mean.withUnsafeBufferPointer { power in
      for y in 0..<height {
        let fy = Double(y <= height / 2 ? y : y - height) / Double(height)
        for x in 0..<width {
          let fx = Double(x <= width / 2 ? x : x - width) / Double(width)
          let ring = Int(((fy * fy + fx * fx).squareRoot() * Double(size)).rounded())
          guard ring < sums.count else { continue }
          sums[ring] += Double(power[y * width + x])
          counts[ring] += 1
        }
      }
    }
    return zip(sums, counts).map { $0 / $1 }
  }
}

extension Tensor {
  /// Maps …×H×W rolled so that frequency zero stands at [H/2, W/2], as NumPy's `fftshift` over the last two axes.
  public var frequencyShifted: Tensor { rolled(by: (shape[shape.rank - 2] / 2, shape[shape.rank - 1] / 2)) }

  /// The inverse of ``frequencyShifted``; for odd sizes the two differ.
  public var frequencyUnshifted: Tensor {
    rolled(by: ((shape[shape.rank - 2] + 1) / 2, (shape[shape.rank - 1] + 1) / 2))
  }

  /// Maps …×H×W moved down and right by `offset` pixels; what leaves on one side enters on the other.
  public func rolled(by offset: (rows: Int, columns: Int)) -> Tensor {
    let (height, width) = (shape[shape.rank - 2], shape[shape.rank - 1])
    guard count > 0 else { return self }
    let down = ((offset.rows % height) + height) % height
    let right = ((offset.columns % width) + width) % width
    return withUnsafeBufferPointer { source in
      Tensor(shape) { target in
        for row in 0..<(source.count / width) {
          let y = (row % height + down) % height
          let destination = (row - row % height + y) * width
          let start = row * width
          for x in 0..<(width - right) { target[destination + right + x] = source[start + x] }
          for x in (width - right)..<width { target[destination + right + x - width] = source[start + x] }
        }
      }
    }
  }
}
