import GinghamTensors

/// How a layer is read as a map N×C×H×W where its operators put the channels elsewhere.
///
/// Tokens N×T×C, sequences N×C×L and values of more than four axes are maps of one row, N×C×1×positions, as signals are
/// (``Network/isOneDimensional``); N×H×W×C is N×C×H×W.
public struct MapView: Hashable, Sendable {
  /// Of the layer, its pictures first.
  public let source: Shape
  /// From 1: the channels' axis in ``source``.
  public let channelAxis: Int

  /// N×C×H×W.
  public var shape: Shape {
    let positions = source.dimensions.indices.filter { $0 != 0 && $0 != channelAxis }.map { source[$0] }
    let plane = positions.count == 2 ? positions : [1, positions.reduce(1, *)]
    return Shape([source[0], source[channelAxis]] + plane)
  }

  /// The map, from the layer's own layout.
  public func map(of layer: Tensor) -> Tensor {
    var map = Tensor(shape)
    write(mapOf: layer, into: &map)
    return map
  }

  /// The same into a tensor of ``shape``.
  public func write(mapOf layer: Tensor, into map: inout Tensor) {
    move(layer, into: &map) { target, elements, place, origin in target[place] = elements[origin] }
  }

  /// The layer's own layout, from the map, into a tensor of ``source``.
  public func write(layerOf map: Tensor, into layer: inout Tensor) {
    move(map, into: &layer) { target, elements, place, origin in target[origin] = elements[place] }
  }

  /// - Parameter step: is told the place of each element in the map, and in the layer.
  @inline(__always)
  private func move(
    _ tensor: Tensor, into target: inout Tensor,
    _ step: (UnsafeMutableBufferPointer<Float>, UnsafeBufferPointer<Float>, _ place: Int, _ origin: Int) -> Void
  ) {
    let channels = source[channelAxis]
    let before = source.dimensions[1..<channelAxis].reduce(1, *)
    let behind = source.dimensions[(channelAxis + 1)...].reduce(1, *)
    tensor.withUnsafeBufferPointer { elements in
      target.withUnsafeMutableBufferPointer { target in
        var origin = 0
        for picture in 0..<source[0] {
          for position in 0..<before {
            for channel in 0..<channels {
              let start = ((picture * channels + channel) * before + position) * behind
              for place in start..<(start + behind) {
                step(target, elements, place, origin)
                origin += 1
              }
            }
          }
        }
      }
    }
  }
}

extension BoundNetwork {
  /// How a value is read as a map; `nil` where it is one as it lies (N×C, N×C×H×W), and where its operators do not tell
  /// the channels from the positions: a value of three axes says nothing by itself.
  ///
  /// - Parameters:
  ///   - shape: of the value, with an axis for pictures in front where the network has none.
  ///   - axes: ``channelAxes``.
  public func mapView(of value: ValueID, shape: Shape, axes: [ValueID: Set<Int>]) -> MapView? {
    guard shape.rank > 2, let own = shapes[resolved(value)] else { return nil }
    let found = axes[resolved(value)].flatMap { $0.count == 1 ? $0.first : nil }.map { $0 + shape.rank - own.rank }
    guard let axis = found, axis > 0, axis < shape.rank, shape.rank != 4 || axis != 1 else { return nil }
    return MapView(source: shape, channelAxis: axis)
  }

  /// The shape of the map that a value is read as: N×C or N×C×H×W; others as they lie.
  ///
  /// - Parameter axes: ``channelAxes``, where they are known already.
  public func mapShape(of value: ValueID, axes: [ValueID: Set<Int>]? = nil) -> Shape? {
    shapes[resolved(value)].map { mapView(of: value, shape: $0, axes: axes ?? channelAxes)?.shape ?? $0 }
  }
}
