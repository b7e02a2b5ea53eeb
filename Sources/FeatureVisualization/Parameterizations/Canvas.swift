import GinghamTensors

/// How maps become pixels in 0…1.
public enum PixelRange: String, Hashable, Sendable, CaseIterable {
  /// 1/(1 + e^−x): smooth, and never quite black or white.
  case sigmoid
  /// Maps are the pixels less ½, and are cut off at black and white after each step. For pixel parameters only.
  case clipped
}

/// From parameters to pictures and back: space, then colour, then range.
public struct Canvas: Sendable {
  public let space: any SpatialParameterization
  public let colour: ColourCorrelation
  public let range: PixelRange

  /// N×C×H×W of the pictures.
  public var shape: Shape { space.shape }

  /// - Throws: ``VisualizationError/contradiction(_:)`` where colours do not fit the channels, or clipping is asked of
  ///   something other than pixels.
  public init(_ space: any SpatialParameterization, colour: ColourCorrelation? = nil, range: PixelRange = .sigmoid)
    throws
  {
    let colour = colour ?? .identity(space.shape[1])
    guard colour.channels == space.shape[1] else {
      throw VisualizationError.contradiction(
        "the colour matrix is for \(colour.channels) channels, the network takes \(space.shape[1]): "
          + "choose the colour 'none'")
    }
    if range == .clipped, !(space is PixelParameterization) || !colour.isIdentity {
      throw VisualizationError.contradiction(
        "the range 'clipped' goes with the parameterization 'pixel' and the colour 'none'")
    }
    self.space = space
    self.colour = colour
    self.range = range
  }

  /// N×C×H×W in 0…1.
  public func pictures(_ parameters: Tensor) -> Tensor {
    let maps = space.maps(parameters)
    switch range {
    case .clipped: return maps.map { min(max($0 + 0.5, 0), 1) }
    case .sigmoid: return Self.squashed(mixed(maps, colour.matrix))
    }
  }

  /// What a gradient at the pictures is at the parameters.
  ///
  /// - Parameter pictures: what ``pictures(_:)`` made of the parameters.
  public func gradient(_ cotangent: Tensor, at parameters: Tensor, pictures: Tensor) -> Tensor {
    guard range == .sigmoid else { return space.gradient(cotangent, at: parameters) }
    let slopes = cotangent.withUnsafeBufferPointer { gradient in
      pictures.withUnsafeBufferPointer { pixels in
        Tensor(cotangent.shape) { target in
          for index in target.indices { target[index] = gradient[index] * pixels[index] * (1 - pixels[index]) }
        }
      }
    }
    return space.gradient(mixed(slopes, transposed(colour.matrix)), at: parameters)
  }

  /// Parameters of given pictures N×C×H×W in 0…1.
  public func parameters(for pictures: Tensor) throws -> Tensor {
    switch range {
    case .clipped: try space.parameters(for: pictures.map { $0 - 0.5 })
    case .sigmoid:
      try space.parameters(for: mixed(pictures.map(LogisticFunction.inverse), colour.inverse))
    }
  }

  /// Brings parameters back to what the range allows.
  func project(_ parameters: inout Tensor) {
    guard range == .clipped else { return }
    parameters.withUnsafeMutableBufferPointer { buffer in
      for index in buffer.indices { buffer[index] = min(max(buffer[index], -0.5), 0.5) }
    }
  }

  private func transposed(_ matrix: [Float]) -> [Float] {
    let order = colour.channels
    return matrix.indices.map { matrix[$0 % order * order + $0 / order] }
  }

  /// Each pixel's channels multiplied by a matrix.
  private func mixed(_ maps: Tensor, _ matrix: [Float]) -> Tensor {
    guard !colour.isIdentity else { return maps }
    let channels = colour.channels
    let area = maps.count / (maps.shape[0] * channels)
    return maps.withUnsafeBufferPointer { source in
      Tensor(maps.shape) { target in
        for row in 0..<(maps.shape[0] * channels) {
          let first = row / channels * channels * area
          let out = UnsafeMutableBufferPointer(rebasing: target[(row * area)..<((row + 1) * area)])
          out.update(repeating: 0)
          for channel in 0..<channels {
            let weight = matrix[row % channels * channels + channel]
            let start = first + channel * area
            for pixel in 0..<area { out[pixel] += weight * source[start + pixel] }
          }
        }
      }
    }
  }

  private static func squashed(_ maps: Tensor) -> Tensor {
    maps.withUnsafeBufferPointer { source in
      Tensor(maps.shape) { target in
        var index = 0
        while index < source.count {
          let count = min(8, source.count - index)
          var lanes = SIMD8<Float>()
          for lane in 0..<count { lanes[lane] = source[index + lane] }
          let values = LogisticFunction.value(lanes)
          for lane in 0..<count { target[index + lane] = values[lane] }
          index += 8
        }
      }
    }
  }
}
