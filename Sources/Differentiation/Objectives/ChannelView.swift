import GinghamTensors

/// An activation as batch × channels × positions.
package struct ChannelView {
  package let batch: Int
  package let channels: Int
  package let height: Int
  package let width: Int

  package var positions: Int { height * width }

  /// - Parameter shape: N×C×H×W, or N×C as one position.
  /// - Throws: ``ObjectiveError/notSpatial(layer:shape:)``.
  package init(_ shape: Shape, layer: String) throws {
    guard shape.rank == 2 || shape.rank == 4 else { throw ObjectiveError.notSpatial(layer: layer, shape: shape) }
    batch = shape[0]
    channels = shape[1]
    (height, width) = shape.rank == 4 ? (shape[2], shape[3]) : (1, 1)
  }

  /// Where channel `channel` of picture `sample` begins.
  package func start(_ sample: Int, _ channel: Int) -> Int { (sample * channels + channel) * positions }

  /// - Throws: ``ObjectiveError/channelOutOfRange(channel:layer:count:)``.
  package func check(channel: Int, layer: String) throws {
    guard (0..<channels).contains(channel) else {
      throw ObjectiveError.channelOutOfRange(channel: channel, layer: layer, count: channels)
    }
  }
}
