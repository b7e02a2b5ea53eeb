import GinghamDifferentiation
import GinghamTensors

/// Another channel for each picture of a batch, so that many channels of a layer are visualized in one pass. Pictures
/// beyond the list begin it again: several draws of the same pictures stand behind each other.
public struct EachChannelObjective: Objective {
  public var layer: String
  public var channels: [Int]
  public var layers: [String] { [layer] }

  public init(layer: String, channels: [Int]) {
    self.layer = layer
    self.channels = channels
  }

  public func evaluate(
    _ activations: [Tensor], addingTo cotangents: inout [Tensor], weight: Float
  ) throws -> [Float] {
    let view = try LayerView(activations[0].shape, layer: layer)
    for channel in channels where !(0..<view.channels).contains(channel) {
      throw ObjectiveError.channelOutOfRange(channel: channel, layer: layer, count: view.channels)
    }
    let share = weight / Float(view.positions)
    return activations[0].withUnsafeBufferPointer { values in
      cotangents[0].withUnsafeMutableBufferPointer { gradient in
        (0..<view.batch).map { sample in
          let start = (sample * view.channels + channels[sample % channels.count]) * view.positions
          var sum = 0.0
          for index in start..<(start + view.positions) {
            sum += Double(values[index])
            gradient[index] += share
          }
          return Float(sum / Double(view.positions)) * weight
        }
      }
    }
  }
}

/// An activation as batch × channels × positions.
struct LayerView {
  let batch: Int
  let channels: Int
  let height: Int
  let width: Int

  var positions: Int { height * width }

  init(_ shape: Shape, layer: String) throws {
    guard shape.rank == 2 || shape.rank == 4 else { throw ObjectiveError.notSpatial(layer: layer, shape: shape) }
    batch = shape[0]
    channels = shape[1]
    (height, width) = shape.rank == 4 ? (shape[2], shape[3]) : (1, 1)
  }
}
