import GinghamTensors

/// The few messages of TensorBoard's `event.proto` and `summary.proto` that scalars and pictures need, in the protocol
/// buffers' wire format. Fields stand in ascending order and those that hold zero are left out, as Google's own
/// serializer does, so that equal events are equal bytes everywhere.
struct EventMessage {
  private(set) var bytes: [UInt8] = []

  /// `Event`: seconds since 1970, step, and one of `file_version` and `summary`.
  static func version(wallTime: Double) -> EventMessage {
    var event = EventMessage()
    event.append(1, double: wallTime)
    event.append(3, bytes: Array("brain.Event:2".utf8))
    return event
  }

  static func summary(wallTime: Double, step: Int, values: [EventMessage]) -> EventMessage {
    var summary = EventMessage()
    for value in values { summary.append(1, bytes: value.bytes) }
    var event = EventMessage()
    event.append(1, double: wallTime)
    event.append(2, integer: step)
    event.append(5, bytes: summary.bytes)
    return event
  }

  /// `Summary.Value` with a `simple_value`. It is one of several kinds, so even zero is written.
  static func scalar(_ tag: String, _ number: Float) -> EventMessage {
    var value = EventMessage()
    value.append(1, bytes: Array(tag.printable(limit: longestTag).utf8))
    value.key(2, wire: 5)
    value.littleEndian(UInt64(number.bitPattern), count: 4)
    return value
  }

  /// `Summary.Value` with an `image`: an encoded PNG.
  static func image(_ tag: String, png: [UInt8], height: Int, width: Int, channels: Int) -> EventMessage {
    var image = EventMessage()
    image.append(1, integer: height)
    image.append(2, integer: width)
    image.append(3, integer: channels)
    image.append(4, bytes: png)
    var value = EventMessage()
    value.append(1, bytes: Array(tag.printable(limit: longestTag).utf8))
    value.append(4, bytes: image.bytes)
    return value
  }

  private static let longestTag = 256

  private mutating func append(_ field: Int, double number: Double) {
    guard number != 0 else { return }
    key(field, wire: 1)
    littleEndian(number.bitPattern, count: 8)
  }

  private mutating func append(_ field: Int, integer: Int) {
    guard integer != 0 else { return }
    key(field, wire: 0)
    variable(UInt64(bitPattern: Int64(integer)))
  }

  private mutating func append(_ field: Int, bytes content: [UInt8]) {
    key(field, wire: 2)
    variable(UInt64(content.count))
    bytes += content
  }

  private mutating func key(_ field: Int, wire: Int) { variable(UInt64(field << 3 | wire)) }

  private mutating func variable(_ number: UInt64) {
    var rest = number
    while rest > 0x7F {
      bytes.append(UInt8(rest & 0x7F | 0x80))
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  private mutating func littleEndian(_ number: UInt64, count: Int) {
    for place in 0..<count { bytes.append(UInt8(truncatingIfNeeded: number >> (8 * UInt64(place)))) }
  }
}
