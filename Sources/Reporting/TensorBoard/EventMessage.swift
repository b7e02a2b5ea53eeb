import GinghamTensors

/// The few messages of TensorBoard's `event.proto` and `summary.proto` that scalars and pictures need. Fields stand in
/// ascending order and those that hold zero are left out, as Google's own serializer does, so that equal events are equal
/// bytes everywhere.
struct EventMessage {
  private var message = WireWriter()

  var bytes: [UInt8] { message.encoded }

  /// `Event`: seconds since 1970, step, and one of `file_version` and `summary`.
  static func version(wallTime: Double) -> EventMessage {
    event(wallTime: wallTime) { $0.string(3, "brain.Event:2") }
  }

  static func summary(wallTime: Double, step: Int, values: [EventMessage]) -> EventMessage {
    event(wallTime: wallTime) { event in
      event.intUnlessZero(2, step)
      event.message(5) { summary in
        for value in values { summary.message(1, value.message) }
      }
    }
  }

  /// `Summary.Value` with a `simple_value`. It is one of several kinds, so even zero is written.
  static func scalar(_ tag: String, _ number: Float) -> EventMessage {
    value(tag) { $0.float(2, number) }
  }

  /// `Summary.Value` with an `image`: an encoded PNG.
  static func image(_ tag: String, png: [UInt8], height: Int, width: Int, channels: Int) -> EventMessage {
    value(tag) { value in
      value.message(4) { image in
        image.intUnlessZero(1, height)
        image.intUnlessZero(2, width)
        image.intUnlessZero(3, channels)
        image.bytes(4, png)
      }
    }
  }

  private static func event(wallTime: Double, _ build: (inout WireWriter) -> Void) -> EventMessage {
    var event = EventMessage()
    if wallTime != 0 { event.message.double(1, wallTime) }
    build(&event.message)
    return event
  }

  private static func value(_ tag: String, _ build: (inout WireWriter) -> Void) -> EventMessage {
    var value = EventMessage()
    value.message.string(1, tag.printable(limit: longestTag))
    build(&value.message)
    return value
  }

  private static let longestTag = 256
}

extension WireWriter {
  fileprivate mutating func intUnlessZero(_ field: Int, _ value: Int) {
    if value != 0 { int(field, value) }
  }
}
