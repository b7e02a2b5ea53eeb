import Foundation
import GinghamReporting

/// What a net's strides fold over on the way forward, and how much it minds where a picture stands.
public struct Aliasing: Encodable, Sendable {
  /// A layer that leaves positions out.
  public struct Layer: Encodable, Sendable {
    /// Its name in the network.
    public var name: String
    /// Its operator.
    public var operation: String
    /// Kernel and stride, such as `3×3 / 2`.
    public var window: String
    /// Height and width of the maps that it reads.
    public var map: [Int]
    /// The share of its input's power, constants left out, that lies at or above the Nyquist frequency of the positions it
    /// keeps, 0…1; `nil` where its input does not vary.
    public var share: Double?
    /// The share that white noise has there.
    public var whiteNoise: Double
  }

  /// Whether the top class stays where a picture is shifted (Zhang 2019).
  public struct ShiftConsistency: Encodable, Sendable {
    /// Mean over pictures of the share of pairs of shifts with the same top class, 0…1.
    public var share: Double
    /// Of that mean, over pictures; `nil` for one.
    public var standardError: Double?
    /// Shifts of each picture.
    public var shifts: Int
    /// The largest, in pixels along either axis. What a shift leaves open is mirrored.
    public var most: Int
    /// How many were shifted.
    public var pictures: Int
  }

  /// Those between pictures and target, in the network's order.
  public var layers: [Layer]
  /// `nil` where the output is no row of classes.
  public var shiftConsistency: ShiftConsistency?

  /// For the terminal.
  public var text: String {
    func percent(_ value: Double) -> String { String(format: "%.1f %%", 100 * value) }
    var table = TextTable([
      ("  layer", .left), ("operation", .left), ("reads", .left), ("folded", .right), ("white noise", .right),
    ])
    for layer in layers {
      table.append([
        "  " + layer.name, "\(layer.operation) \(layer.window)", layer.map.map(String.init).joined(separator: "×"),
        layer.share.map(percent) ?? "nothing varies", percent(layer.whiteNoise),
      ])
    }
    let head = "the share of each strided layer's input that its stride folds over (power above its Nyquist frequency)"
    var parts = layers.isEmpty ? ["no layer on the way leaves positions out"] : [head + "\n" + table.description]
    if let shifts = shiftConsistency {
      let error = shifts.standardError.map { " ± " + percent($0) } ?? ""
      parts.append(
        "shifts of up to \(shifts.most) px, \(shifts.shifts) of each of \(shifts.pictures) pictures: two have the same top "
          + "class in \(percent(shifts.share))\(error) of the pairs")
    }
    return parts.joined(separator: "\n")
  }
}
