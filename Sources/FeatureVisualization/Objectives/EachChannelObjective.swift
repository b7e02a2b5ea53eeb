import GinghamDifferentiation
import GinghamTensors

/// Another channel for each picture of a batch, so that many channels of a layer are visualized in one pass. Pictures
/// beyond the list begin it again: several draws of the same pictures stand behind each other.
public struct EachChannelObjective: Objective {
  /// A layer of the net, by its name.
  public var layer: String
  /// One a picture of the batch, from 0.
  public var channels: [Int]
  /// Names of the layers that it reads.
  public var layers: [String] { [layer] }

  /// With the properties of the same names.
  public init(layer: String, channels: [Int]) {
    self.layer = layer
    self.channels = channels
  }

  /// Values and cotangents, as ``Objective/evaluate(_:addingTo:weight:)`` asks for them.
  public func evaluate(
    _ activations: [Tensor], addingTo cotangents: inout [Tensor], weight: Float
  ) throws -> [Float] {
    let view = try ChannelView(activations[0].shape, layer: layer)
    for channel in channels { try view.check(channel: channel, layer: layer) }
    let share = weight / Float(view.positions)
    return activations[0].withUnsafeBufferPointer { values in
      cotangents[0].withUnsafeMutableBufferPointer { gradient in
        (0..<view.batch).map { sample in
          let start = view.start(sample, channels[sample % channels.count])
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
