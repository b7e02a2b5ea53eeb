import GinghamTensors

/// A linear map of pictures that acts on rows and columns independently, with its exact adjoint.
public struct SeparableMap: Sendable {
  /// Acts along the height.
  public let vertical: AxisMap
  /// Acts along the width.
  public let horizontal: AxisMap
  private let verticalAdjoint: AxisMap
  private let horizontalAdjoint: AxisMap

  /// With the properties of the same names.
  public init(vertical: AxisMap, horizontal: AxisMap) {
    self.vertical = vertical
    self.horizontal = horizontal
    verticalAdjoint = vertical.transposed
    horizontalAdjoint = horizontal.transposed
  }

  /// This map behind another one, as one map.
  public func following(_ first: SeparableMap) -> SeparableMap {
    SeparableMap(
      vertical: vertical.following(first.vertical), horizontal: horizontal.following(first.horizontal))
  }

  /// Maps …×H×W to …×H′×W′.
  ///
  /// - Parameter fill: what lies beyond the edges where a window looks there.
  public func callAsFunction(_ maps: Tensor, fill: Float = 0, on team: ThreadTeam = .alone) -> Tensor {
    Self.run(maps, vertical, horizontal, fill: fill, on: team)
  }

  /// The adjoint, from …×H′×W′ to …×H×W: the gradient at the input for a gradient at the output.
  public func adjoint(_ gradient: Tensor, on team: ThreadTeam = .alone) -> Tensor {
    Self.run(gradient, verticalAdjoint, horizontalAdjoint, fill: 0, on: team)
  }

  private static func run(
    _ maps: Tensor, _ vertical: AxisMap, _ horizontal: AxisMap, fill: Float, on team: ThreadTeam
  ) -> Tensor {
    let leading = Array(maps.shape.dimensions.dropLast(2))
    precondition(
      maps.shape.dimensions.suffix(2) == [vertical.input, horizontal.input],
      "the map is for …×\(vertical.input)×\(horizontal.input), not for \(maps.shape)")
    let wide = alongWidth(
      maps, horizontal, fill: fill, shape: Shape(leading + [vertical.input, horizontal.output]), on: team)
    return alongHeight(
      wide, vertical, fill: fill, shape: Shape(leading + [vertical.output, horizontal.output]), on: team)
  }

  private static func alongWidth(
    _ maps: Tensor, _ map: AxisMap, fill: Float, shape: Shape, on team: ThreadTeam
  ) -> Tensor {
    maps.withUnsafeBufferPointer { source in
      map.withUnsafeRuns { starts, offsets, weights, beyond, even in
        Tensor(shape) { target in
          guard let base = source.baseAddress, let out = target.baseAddress else { return target.update(repeating: 0) }
          team.share(map.output == 0 ? 0 : target.count / map.output) { rows in
            for row in rows {
              func weigh(_ outputs: Range<Int>) {
                if let even {
                  let (line, sums) = (base + row * map.input, out + row * map.output)
                  if even.taps == 2 { return even.pairs(line, into: sums, outputs) }
                  return even.triples(line, into: sums, outputs)
                }
                for x in outputs {
                  let offset = offsets[x]
                  let start = row * map.input + starts[x]
                  var sum: Float = 0
                  for tap in 0..<(offsets[x + 1] - offset) { sum += weights[offset + tap] * source[start + tap] }
                  target[row * map.output + x] = sum
                }
              }
              let uniform = map.uniform.lowerBound..<(map.uniform.upperBound - map.uniform.count % 8)
              weigh(0..<uniform.lowerBound)
              weigh(uniform.upperBound..<map.output)
              // Outputs with equal weights lie side by side in a register.
              for x in stride(from: uniform.lowerBound, to: uniform.upperBound, by: 8) {
                let start = row * map.input + starts[x]
                var sum = SIMD8<Float>.zero
                for tap in 0..<(offsets[x + 1] - offsets[x]) {
                  sum +=
                    weights[offsets[x] + tap]
                    * UnsafeRawPointer(base + start + tap).loadUnaligned(as: SIMD8<Float>.self)
                }
                UnsafeMutableRawPointer(out + row * map.output + x).storeBytes(of: sum, as: SIMD8<Float>.self)
              }
              guard fill != 0, !beyond.isEmpty else { continue }
              for x in 0..<map.output { target[row * map.output + x] += fill * beyond[x] }
            }
          }
        }
      }
    }
  }

  private static func alongHeight(
    _ maps: Tensor, _ map: AxisMap, fill: Float, shape: Shape, on team: ThreadTeam
  ) -> Tensor {
    let width = shape[shape.rank - 1]
    return maps.withUnsafeBufferPointer { source in
      map.withUnsafeRuns { starts, offsets, weights, beyond, _ in
        Tensor(shape) { target in
          team.share(width == 0 ? 0 : target.count / width) { rows in
            for row in rows {
              let (picture, y) = (row / map.output, row % map.output)
              let line = UnsafeMutableBufferPointer(rebasing: target[(row * width)..<((row + 1) * width)])
              let (first, count) = (offsets[y], offsets[y + 1] - offsets[y])
              let start = (picture * map.input + starts[y]) * width
              // The first two taps, mostly all there are, in one walk.
              switch count {
              case 0: line.update(repeating: 0)
              case 1: for x in 0..<width { line[x] = weights[first] * source[start + x] }
              default:
                let (one, other) = (weights[first], weights[first + 1])
                for x in 0..<width { line[x] = one * source[start + x] + other * source[start + width + x] }
              }
              for tap in 2..<max(count, 2) {
                let (weight, start) = (weights[first + tap], start + tap * width)
                for x in 0..<width { line[x] += weight * source[start + x] }
              }
              guard fill != 0, !beyond.isEmpty, beyond[y] != 0 else { continue }
              let constant = fill * beyond[y]
              for x in 0..<width { line[x] += constant }
            }
          }
        }
      }
    }
  }
}

extension AxisMap {
  /// Where runs start, where their weights begin, the weights, and what is taken from beyond.
  fileprivate func withUnsafeRuns<Result>(
    _ body: (
      UnsafeBufferPointer<Int>, UnsafeBufferPointer<Int>, UnsafeBufferPointer<Float>, UnsafeBufferPointer<Float>,
      EvenRuns?
    ) -> Result
  ) -> Result {
    starts.withUnsafeBufferPointer { starts in
      offsets.withUnsafeBufferPointer { offsets in
        weights.withUnsafeBufferPointer { weights in
          beyond.withUnsafeBufferPointer { beyond in
            guard let even else { return body(starts, offsets, weights, beyond, nil) }
            return even.starts.withUnsafeBufferPointer { first in
              even.weights.withUnsafeBufferPointer { padded in
                let runs = EvenRuns(taps: even.taps, starts: first.baseAddress, weights: padded.baseAddress)
                return body(starts, offsets, weights, beyond, runs)
              }
            }
          }
        }
      }
    }
  }
}

/// Runs of equally many taps: no loop over them.
private struct EvenRuns {
  let taps: Int
  let starts: UnsafePointer<Int32>
  let weights: UnsafePointer<Float>

  init?(taps: Int, starts: UnsafePointer<Int32>?, weights: UnsafePointer<Float>?) {
    guard let starts, let weights else { return nil }
    (self.taps, self.starts, self.weights) = (taps, starts, weights)
  }

  @inline(__always)
  func pairs(_ line: UnsafePointer<Float>, into sums: UnsafeMutablePointer<Float>, _ outputs: Range<Int>) {
    for x in outputs {
      let (source, weight) = (line + Int(starts[x]), weights + 2 * x)
      sums[x] = weight[0] * source[0] + weight[1] * source[1]
    }
  }

  @inline(__always)
  func triples(_ line: UnsafePointer<Float>, into sums: UnsafeMutablePointer<Float>, _ outputs: Range<Int>) {
    for x in outputs {
      let (source, weight) = (line + Int(starts[x]), weights + 3 * x)
      sums[x] = weight[0] * source[0] + weight[1] * source[1] + weight[2] * source[2]
    }
  }
}
