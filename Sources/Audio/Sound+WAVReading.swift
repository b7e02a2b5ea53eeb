import GinghamTensors

extension Sound {
  /// Most samples, over all channels, that a file may hold unless told otherwise: 25 minutes at 44.1 kHz in mono.
  public static let defaultSampleLimit = 1 << 26

  /// Reads a WAV file: integers of 8, 16, 24 or 32 bits, or floating-point numbers of 32 or 64.
  ///
  /// - Throws: ``FormatError``.
  public init(wav path: String, sampleLimit: Int = defaultSampleLimit) throws {
    let file = try MappedFile(path: path)
    self = try withExtendedLifetime(file) {
      try MappedFile.noticingLosses(at: path) {
        try Sound(wav: file.bytes, path: path, sampleLimit: sampleLimit)
      }
    }
  }

  /// The same of bytes in memory.
  ///
  /// - Parameter path: where they came from, for errors.
  /// - Throws: ``FormatError``.
  public init(wav bytes: UnsafeRawBufferPointer, path: String, sampleLimit: Int = defaultSampleLimit) throws {
    let chunks = try WAVChunks(bytes, path: path)
    let (format, data) = (chunks.format, chunks.data)
    func malformed(_ reason: String) -> FormatError {
      .malformed(path: path, location: "the data chunk", reason: reason)
    }
    let frame = format.channels * format.encoding.bytes
    guard data.count.isMultiple(of: frame) else {
      throw malformed("\(data.count) bytes are no whole number of frames of \(frame)")
    }
    let length = data.count / frame
    guard length > 0 else { throw malformed("it holds no samples") }
    guard length * format.channels <= sampleLimit else {
      throw FormatError.unsupported(
        path: path, what: "a sound of \(length * format.channels) samples, more than \(sampleLimit),",
        advice: "Cut it into shorter files first.")
    }
    let samples = format.encoding.channels(of: data, channels: format.channels, length: length)
    guard samples.isFinite else { throw malformed("some samples are NaN or infinite") }
    self.init(unchecked: samples, rate: format.rate)
  }
}

/// How a WAV file stores a sample, little endian.
enum WAVEncoding: Hashable {
  /// Without a sign: 128 is silence.
  case unsigned8
  case signed16, signed24, signed32
  case float32, float64

  /// Of one sample.
  var bytes: Int {
    switch self {
    case .unsigned8: 1
    case .signed16: 2
    case .signed24: 3
    case .signed32, .float32: 4
    case .float64: 8
    }
  }

  /// C×L of interleaved frames.
  func channels(of data: UnsafeRawBufferPointer, channels: Int, length: Int) -> Tensor {
    switch self {
    case .unsigned8: Self.spread(channels, length, 1) { (Float(data[$0]) - 128) / 128 }
    case .signed16:
      Self.spread(channels, length, 2) {
        Float(Int16(littleEndian: data.loadUnaligned(fromByteOffset: $0, as: Int16.self))) / 0x1p15
      }
    case .signed24:
      Self.spread(channels, length, 3) {
        Float(Int32(data[$0]) | Int32(data[$0 + 1]) << 8 | Int32(Int8(bitPattern: data[$0 + 2])) << 16) / 0x1p23
      }
    case .signed32:
      Self.spread(channels, length, 4) {
        Float(Int32(littleEndian: data.loadUnaligned(fromByteOffset: $0, as: Int32.self))) / 0x1p31
      }
    case .float32:
      Self.spread(channels, length, 4) {
        Float(bitPattern: UInt32(littleEndian: data.loadUnaligned(fromByteOffset: $0, as: UInt32.self)))
      }
    case .float64:
      Self.spread(channels, length, 8) {
        Float(Double(bitPattern: UInt64(littleEndian: data.loadUnaligned(fromByteOffset: $0, as: UInt64.self))))
      }
    }
  }

  @inline(__always)
  private static func spread(_ channels: Int, _ length: Int, _ bytes: Int, _ value: (Int) -> Float) -> Tensor {
    Tensor([channels, length]) { target in
      for channel in 0..<channels {
        for index in 0..<length { target[channel * length + index] = value((index * channels + channel) * bytes) }
      }
    }
  }
}

/// What a WAV file says of its samples.
struct WAVFormat: Hashable {
  var encoding: WAVEncoding
  var channels: Int
  var rate: Int

  private static let integers = 1, floats = 3, extensible = 0xFFFE
  /// What stands behind the tag of a format in the identifier of an extensible one.
  private static let tail: [UInt8] = [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71]

  /// - Parameter chunk: the content of `fmt `.
  /// - Throws: ``FormatError``.
  init(_ chunk: UnsafeRawBufferPointer, path: String) throws {
    func malformed(_ reason: String) -> FormatError {
      .malformed(path: path, location: "the fmt chunk", reason: reason)
    }
    func short(_ offset: Int) throws -> Int {
      guard let value: UInt16 = chunk.littleEndian(at: offset) else {
        throw malformed("it has \(chunk.count) bytes only")
      }
      return Int(value)
    }
    var tag = try short(0)
    let (channels, block, bits) = (try short(2), try short(12), try short(14))
    let rate = Int(chunk.littleEndian(UInt32.self, at: 4) ?? 0)
    if tag == Self.extensible {
      tag = try short(24)
      guard let rest = chunk.window(at: 26, length: Self.tail.count), rest.elementsEqual(Self.tail) else {
        throw FormatError.unsupported(
          path: path, what: "an encoding of another maker's", advice: Self.advice)
      }
    }
    switch (tag, bits) {
    case (Self.integers, 8): encoding = .unsigned8
    case (Self.integers, 16): encoding = .signed16
    case (Self.integers, 24): encoding = .signed24
    case (Self.integers, 32): encoding = .signed32
    case (Self.floats, 32): encoding = .float32
    case (Self.floats, 64): encoding = .float64
    default:
      throw FormatError.unsupported(path: path, what: "encoding \(tag) with \(bits) bits a sample", advice: Self.advice)
    }
    guard channels > 0, block == channels * encoding.bytes else {
      throw malformed("\(channels) channels of \(bits) bits take no frames of \(block) bytes")
    }
    guard Sound.rates.contains(rate) else { throw malformed("a rate of \(rate) Hz") }
    (self.channels, self.rate) = (channels, rate)
  }

  private static let advice = "Convert it to PCM first (8 to 32 bits, or floating point)."
}

/// The two parts of a WAV file that matter.
struct WAVChunks {
  let format: WAVFormat
  let data: UnsafeRawBufferPointer

  /// Writers that do not know how long a sound will be leave this as the length of its data.
  private static let unknownLength = Int(UInt32.max)

  /// - Throws: ``FormatError``.
  init(_ bytes: UnsafeRawBufferPointer, path: String) throws {
    func malformed(_ location: String, _ reason: String) -> FormatError {
      .malformed(path: path, location: location, reason: reason)
    }
    if bytes.has("RF64") || bytes.has("RIFX") {
      throw FormatError.unsupported(
        path: path, what: "a WAV file of the kind \(bytes.has("RF64") ? "RF64" : "RIFX")",
        advice: "Convert it to plain RIFF first.")
    }
    guard bytes.has("RIFF"), bytes.has("WAVE", at: 8) else {
      throw FormatError.unsupported(path: path, what: "what is no WAV file", advice: "Convert it to WAV first.")
    }
    var (offset, format): (Int, WAVFormat?) = (12, nil)
    // Every step goes on by eight bytes at least.
    while let size = bytes.littleEndian(UInt32.self, at: offset + 4).map(Int.init) {
      let (start, left) = (offset + 8, bytes.count - offset - 8)
      if bytes.has("data", at: offset) {
        guard let format else { throw malformed("byte \(offset)", "the data chunk comes before the fmt chunk") }
        let length = size == Self.unknownLength ? left : size
        guard let data = bytes.window(at: start, length: length) else {
          throw malformed("the data chunk", "it says \(size) bytes, and \(left) are there: the file was cut short")
        }
        (self.format, self.data) = (format, data)
        return
      }
      guard let chunk = bytes.window(at: start, length: size) else {
        throw malformed("byte \(offset)", "a chunk of \(size) bytes reaches beyond the end of the file")
      }
      if bytes.has("fmt ", at: offset) { format = try WAVFormat(chunk, path: path) }
      // Chunks of an odd length have a byte of padding.
      offset = start + size + size % 2
    }
    throw malformed("byte \(min(offset, bytes.count))", "there is no \(format == nil ? "fmt" : "data") chunk")
  }
}
