import GinghamTensors

/// A linear map of pictures that acts on rows and columns independently, with its exact adjoint.
public struct SeparableMap: Sendable {
  /// Acts along the height.
  public let vertical: AxisMap
  /// Acts along the width.
  public let horizontal: AxisMap
  private let verticalAdjoint: AxisMap
  private let horizontalAdjoint: AxisMap

  public init(vertical: AxisMap, horizontal: AxisMap) {
    self.vertical = vertical
    self.horizontal = horizontal
    verticalAdjoint = vertical.transposed
    horizontalAdjoint = horizontal.transposed
  }

  /// Maps …×H×W to …×H′×W′.
  public func callAsFunction(_ maps: Tensor) -> Tensor {
    Self.run(maps, vertical, horizontal)
  }

  /// The adjoint, from …×H′×W′ to …×H×W: the gradient at the input for a gradient at the output.
  public func adjoint(_ gradient: Tensor) -> Tensor {
    Self.run(gradient, verticalAdjoint, horizontalAdjoint)
  }

  private static func run(_ maps: Tensor, _ vertical: AxisMap, _ horizontal: AxisMap) -> Tensor {
    let leading = Array(maps.shape.dimensions.dropLast(2))
    precondition(
      maps.shape.dimensions.suffix(2) == [vertical.input, horizontal.input],
      "the map is for …×\(vertical.input)×\(horizontal.input), not for \(maps.shape)")
    let wide = alongWidth(maps, horizontal, shape: Shape(leading + [vertical.input, horizontal.output]))
    return alongHeight(wide, vertical, shape: Shape(leading + [vertical.output, horizontal.output]))
  }

  private static func alongWidth(_ maps: Tensor, _ map: AxisMap, shape: Shape) -> Tensor {
    maps.withUnsafeBufferPointer { source in
      map.weights.withUnsafeBufferPointer { weights in
        Tensor(shape) { target in
          for row in 0..<(map.output == 0 ? 0 : target.count / map.output) {
            for x in 0..<map.output {
              let offset = map.offsets[x]
              let start = row * map.input + map.starts[x]
              var sum: Float = 0
              for tap in 0..<(map.offsets[x + 1] - offset) { sum += weights[offset + tap] * source[start + tap] }
              target[row * map.output + x] = sum
            }
          }
        }
      }
    }
  }

  private static func alongHeight(_ maps: Tensor, _ map: AxisMap, shape: Shape) -> Tensor {
    let width = shape[shape.rank - 1]
    return maps.withUnsafeBufferPointer { source in
      Tensor(shape) { target in
        for row in 0..<(width == 0 ? 0 : target.count / width) {
          let (picture, y) = (row / map.output, row % map.output)
          let line = UnsafeMutableBufferPointer(rebasing: target[(row * width)..<((row + 1) * width)])
          line.update(repeating: 0)
          for tap in map.offsets[y]..<map.offsets[y + 1] where map.weights[tap] != 0 {
            let weight = map.weights[tap]
            let start = (picture * map.input + map.starts[y] + tap - map.offsets[y]) * width
            for x in 0..<width { line[x] += weight * source[start + x] }
          }
        }
      }
    }
  }
}
