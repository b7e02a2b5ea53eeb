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
  /// What the optimizer turns.
  public let space: any SpatialParameterization
  /// How channels hang together.
  public let colour: ColourCorrelation
  /// How numbers become pixels of 0…1.
  public let range: PixelRange
  private let team: ThreadTeam

  /// N×C×H×W of the pictures.
  public var shape: Shape { space.shape }

  /// - Throws: ``VisualizationError/contradiction(_:)`` where colours do not fit the channels, or clipping is asked of
  ///   something other than pixels.
  public init(
    _ space: any SpatialParameterization, colour: ColourCorrelation? = nil, range: PixelRange = .sigmoid,
    team: ThreadTeam = .alone
  ) throws {
    let colour = colour ?? .identity(space.shape[1])
    guard colour.channels == space.shape[1] else {
      throw VisualizationError.contradiction(
        "the colour matrix is for \(colour.channels) channels, the network takes \(space.shape[1]): "
          + "choose the colour 'none'")
    }
    if range == .clipped, !space.isIdentity || !colour.isIdentity {
      throw VisualizationError.contradiction(
        "the range 'clipped' goes with the parameterization 'pixel' and the colour 'none'")
    }
    self.space = space
    self.colour = colour
    self.range = range
    self.team = team
  }

  /// N×C×H×W in 0…1.
  public func pictures(_ parameters: Tensor) -> Tensor {
    let maps = space.maps(parameters)
    switch range {
    case .clipped: return maps.map { min(max($0 + 0.5, 0), 1) }
    case .sigmoid:
      return maps.withUnsafeBufferPointer { source in
        mixed(maps.shape, colour.matrix) {
          source.register(at: $0, upTo: $1)
        } finish: {
          LogisticFunction.value($0)
        }
      }
    }
  }

  /// What a gradient at the pictures is at the parameters.
  ///
  /// - Parameter pictures: what ``pictures(_:)`` made of the parameters.
  public func gradient(_ cotangent: Tensor, at parameters: Tensor, pictures: Tensor) -> Tensor {
    guard range == .sigmoid else { return space.gradient(cotangent, at: parameters) }
    let slopes = cotangent.withUnsafeBufferPointer { gradient in
      pictures.withUnsafeBufferPointer { pixels in
        mixed(cotangent.shape, transposed(colour.matrix)) { index, count in
          let values = pixels.register(at: index, upTo: count)
          return gradient.register(at: index, upTo: count) * values * (1 - values)
        } finish: {
          $0
        }
      }
    }
    return space.gradient(slopes, at: parameters)
  }

  /// Parameters of given pictures N×C×H×W in 0…1.
  public func parameters(for pictures: Tensor) throws -> Tensor {
    switch range {
    case .clipped: try space.parameters(for: pictures.map { $0 - 0.5 })
    case .sigmoid:
      try pictures.map(LogisticFunction.inverse).withUnsafeBufferPointer { source in
        try space.parameters(
          for: mixed(pictures.shape, colour.inverse) {
            source.register(at: $0, upTo: $1)
          } finish: {
            $0
          })
      }
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

  /// Each pixel's channels multiplied by a matrix, eight pixels at a time: `finish(matrix · element)`.
  ///
  /// - Parameter element: eight pixels from an index of N×C×H×W on, fewer at the end of a plane.
  @inline(__always)
  private func mixed(
    _ shape: Shape, _ matrix: [Float], element: (_ index: Int, _ count: Int) -> SIMD8<Float>,
    finish: (SIMD8<Float>) -> SIMD8<Float>
  ) -> Tensor {
    let channels = colour.channels
    let area = shape.elementCount / (shape[0] * channels)
    let isIdentity = colour.isIdentity
    let registers = (area + 7) / 8
    return matrix.withUnsafeBufferPointer { matrix in
      Tensor(shape) { target in
        team.share(shape[0] * registers) { units in
          withUnsafeTemporaryAllocation(of: SIMD8<Float>.self, capacity: channels) { elements in
            for unit in units {
              let pixel = unit % registers * 8
              let (first, count) = (unit / registers * channels * area + pixel, min(8, area - pixel))
              for channel in 0..<channels { elements[channel] = element(first + channel * area, count) }
              for row in 0..<channels {
                var sum = SIMD8<Float>.zero
                if isIdentity {
                  sum = elements[row]
                } else {
                  for channel in 0..<channels { sum += matrix[row * channels + channel] * elements[channel] }
                }
                target.store(finish(sum), at: first + row * area, upTo: count)
              }
            }
          }
        }
      }
    }
  }
}

extension UnsafeBufferPointer<Float> {
  /// Eight elements from an index on; only the first `count` are read.
  @inline(__always)
  fileprivate func register(at index: Int, upTo count: Int) -> SIMD8<Float> {
    if count == 8 {
      return UnsafeRawBufferPointer(self).loadUnaligned(fromByteOffset: 4 * index, as: SIMD8<Float>.self)
    }
    var lanes = SIMD8<Float>()
    for lane in 0..<count { lanes[lane] = self[index + lane] }
    return lanes
  }
}

extension UnsafeMutableBufferPointer<Float> {
  @inline(__always)
  fileprivate func store(_ lanes: SIMD8<Float>, at index: Int, upTo count: Int) {
    if count == 8 {
      UnsafeMutableRawBufferPointer(self).storeBytes(of: lanes, toByteOffset: 4 * index, as: SIMD8<Float>.self)
    } else {
      for lane in 0..<count { self[index + lane] = lanes[lane] }
    }
  }
}
