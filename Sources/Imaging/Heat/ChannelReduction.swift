import GinghamTensors

/// How the channels of a gradient become one value a pixel.
public enum ChannelReduction: String, Hashable, Sendable, CaseIterable {
  /// The sum over channels: the sign tells whether more light helps.
  case sum
  /// The channel value of the largest magnitude, with its sign.
  case strongest
  /// The largest magnitude (Simonyan et al. 2013).
  case maximumMagnitude
  /// The sum of magnitudes.
  case sumOfMagnitudes
  /// The Euclidean norm.
  case norm

  /// Whether the result has a sign.
  public var isSigned: Bool { self == .sum || self == .strongest }

  /// C×H×W or 1×C×H×W reduced to H×W. Sums are taken in double precision, so that squares of large values stay finite.
  ///
  /// - Throws: ``ImageError/undrawable(_:)`` for another shape.
  public func callAsFunction(_ gradient: Tensor) throws -> Tensor {
    var dimensions = gradient.shape.dimensions
    if dimensions.count == 4, dimensions[0] == 1 { dimensions.removeFirst() }
    if dimensions.count == 2 { dimensions.insert(1, at: 0) }
    guard dimensions.count == 3, gradient.count > 0 else {
      throw ImageError.undrawable("a heat map is drawn from C×H×W, not from \(gradient.shape)")
    }
    let (channels, area) = (dimensions[0], dimensions[1] * dimensions[2])
    return gradient.withUnsafeBufferPointer { source in
      Tensor([dimensions[1], dimensions[2]]) { target in
        for pixel in 0..<area {
          var result = 0.0
          for channel in 0..<channels {
            let value = Double(source[channel * area + pixel])
            switch self {
            case .sum: result += value
            case .strongest: result = abs(value) > abs(result) ? value : result
            case .maximumMagnitude: result = max(result, abs(value))
            case .sumOfMagnitudes: result += abs(value)
            case .norm: result += value * value
            }
          }
          let limit = Double(Float.greatestFiniteMagnitude)
          target[pixel] = Float(min(max(self == .norm ? result.squareRoot() : result, -limit), limit))
        }
      }
    }
  }
}
