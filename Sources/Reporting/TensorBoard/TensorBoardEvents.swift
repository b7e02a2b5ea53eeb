import Foundation
import GinghamImaging

/// A TensorBoard event file in memory: records of scalars and pictures by step.
///
/// Each record is the length of its data (8 bytes), the masked CRC-32C of that length, the data, and the masked CRC-32C
/// of the data, all little-endian. Equal events give equal bytes.
public struct TensorBoardEvents: Sendable {
  /// The file so far.
  public private(set) var data = Data()

  /// - Parameter wallTime: when the series began.
  public init(wallTime: Date) {
    append(.version(wallTime: wallTime.timeIntervalSince1970))
  }

  /// What TensorBoard looks for in a folder: `events.out.tfevents.` and a time.
  public static func fileName(wallTime: Date) -> String {
    "events.out.tfevents.\(Int(wallTime.timeIntervalSince1970.rounded(.down))).gingham"
  }

  /// Scalars by tag, such as `grid/period 2 (dB)`, in the given order.
  public mutating func add(_ scalars: [(tag: String, value: Double)], step: Int, wallTime: Date) {
    guard !scalars.isEmpty else { return }
    append(
      .summary(
        wallTime: wallTime.timeIntervalSince1970, step: step, values: scalars.map { .scalar($0.tag, Float($0.value)) }))
  }

  /// - Throws: ``ImageError/nonFinite(what:count:total:)``.
  public mutating func add(_ picture: Picture, tag: String, step: Int, wallTime: Date) throws {
    try add(
      png: picture.encodedPNG(), size: (picture.height, picture.width, picture.channels), tag: tag, step: step,
      wallTime: wallTime)
  }

  mutating func add(
    png: [UInt8], size: (height: Int, width: Int, channels: Int), tag: String, step: Int, wallTime: Date
  ) {
    append(
      .summary(
        wallTime: wallTime.timeIntervalSince1970, step: step,
        values: [.image(tag, png: png, height: size.height, width: size.width, channels: size.channels)]))
  }

  private mutating func append(_ event: EventMessage) {
    let length = Self.littleEndian(UInt64(event.bytes.count), count: 8)
    data += length + Self.littleEndian(UInt64(CRC32C.masked(length)), count: 4)
    data += event.bytes + Self.littleEndian(UInt64(CRC32C.masked(event.bytes)), count: 4)
  }

  private static func littleEndian(_ number: UInt64, count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * UInt64($0))) }
  }
}
