import GinghamTensors
import Testing

@testable import GinghamAudio

/// A WAV file made by hand, field by field.
private struct WAVFile {
  var tag: UInt16 = 1
  var bits: UInt16 = 16
  var channels: UInt16 = 1
  var rate: UInt32 = 16_000
  var isExtensible = false
  var note: [UInt8] = []
  var data: [UInt8] = []
  var declared: UInt32?

  var bytes: [UInt8] {
    let block = channels * bits / 8
    var form = little(isExtensible ? 0xFFFE : tag) + little(channels) + little(rate) + little(rate * UInt32(block))
    form += little(block) + little(bits)
    if isExtensible {
      form += little(UInt16(22)) + little(bits) + little(UInt32(3)) + little(tag)
      form += [0, 0, 0, 0, 0x10, 0, 0x80, 0, 0, 0xAA, 0, 0x38, 0x9B, 0x71]
    }
    var body = Array("WAVE".utf8) + Array("fmt ".utf8) + little(UInt32(form.count)) + form
    if !note.isEmpty {
      body += Array("LIST".utf8) + little(UInt32(note.count)) + note + (note.count.isMultiple(of: 2) ? [] : [0])
    }
    body += Array("data".utf8) + little(declared ?? UInt32(data.count)) + data
    return Array("RIFF".utf8) + little(UInt32(body.count)) + body
  }
}

private func little(_ value: some FixedWidthInteger) -> [UInt8] { withUnsafeBytes(of: value.littleEndian, Array.init) }

private func read(_ bytes: [UInt8], sampleLimit: Int = Sound.defaultSampleLimit) throws -> Sound {
  try bytes.withUnsafeBytes { try Sound(wav: $0, path: "test.wav", sampleLimit: sampleLimit) }
}

@Suite struct WAVTests {
  private static let encodings: [(WAVFile, [Float])] = [
    (WAVFile(bits: 8, data: [0, 128, 192, 255]), [-1, 0, 0.5, 127 / 128]),
    (WAVFile(bits: 16, data: [0, 0x80, 0, 0, 0, 0x40, 0xFF, 0x7F]), [-1, 0, 0.5, 32767 / 32768]),
    (WAVFile(bits: 24, data: [0, 0, 0x80, 0, 0, 0, 0, 0, 0x40, 1, 0, 0]), [-1, 0, 0.5, 1 / 8_388_608]),
    (WAVFile(bits: 32, data: [0, 0, 0, 0x80, 0, 0, 0, 0, 0, 0, 0, 0x40]), [-1, 0, 0.5]),
    (WAVFile(tag: 3, bits: 32, data: little(Float(-1.5).bitPattern) + little(Float(0.25).bitPattern)), [-1.5, 0.25]),
    (WAVFile(tag: 3, bits: 64, data: little((-1.5).bitPattern) + little(0.25.bitPattern)), [-1.5, 0.25]),
  ]

  @Test func everyEncodingGivesItsSamples() throws {
    for (file, samples) in Self.encodings {
      for isExtensible in [false, true] {
        var file = file
        // A chunk of odd length has a byte of padding behind it.
        (file.isExtensible, file.note) = (isExtensible, [1, 2, 3])
        let sound = try read(file.bytes)
        #expect(sound.samples.scalars == samples, "\(file.tag) \(file.bits)")
        #expect(sound.rate == 16_000 && sound.channels == 1)
      }
    }
  }

  @Test func channelsAreTakenApart() throws {
    let sound = try read(WAVFile(bits: 8, channels: 2, data: [128, 192, 0, 64]).bytes)
    #expect(sound.samples == Tensor([2, 2], [0, -1, 0.5, -0.5]))
    #expect(sound.mono == Tensor([1, 2], [0.25, -0.75]))
  }

  @Test(arguments: Sound.Depth.allCases, [1, 2]) func whatIsWrittenIsReadAgain(depth: Sound.Depth, channels: Int) throws
  {
    let levels: [Float] = [-1, -0.5, 0, 0.25, 1 - 1 / Float(1 << (depth.rawValue - 1)), 0.125]
    let samples = Tensor([channels, 6 / channels], levels)
    let sound = try Sound(samples, rate: 44_100)
    #expect(try read(sound.wav(depth: depth)) == sound)
    let loud = try Sound(Tensor([1, 3], [2, -2, 0]))
    #expect(try read(loud.wav(depth: depth)).samples.scalars[1] == -1)
    #expect(loud.clippedCount == 2)
    // An odd number of bytes has one of padding.
    #expect(try loud.wav(depth: depth).count.isMultiple(of: 2))
  }

  @Test func lengthsThatNobodyKnewReachToTheEnd() throws {
    let file = WAVFile(bits: 8, data: [128, 128, 192], declared: .max)
    #expect(try read(file.bytes).length == 3)
  }

  @Test func whatIsNoSoundIsRefused() {
    let bad: [(String, [UInt8])] = [
      ("empty", []), ("text", Array("RIFF is a word".utf8)), ("no data", Array(WAVFile().bytes.dropLast(8))),
      ("no samples", WAVFile().bytes), ("cut short", WAVFile(bits: 8, data: [1, 2], declared: 3).bytes),
      ("half a frame", WAVFile(bits: 16, data: [1, 2, 3]).bytes), ("A-law", WAVFile(tag: 6, bits: 8, data: [1]).bytes),
      ("12 bits", WAVFile(bits: 12, data: [1]).bytes), ("no channel", WAVFile(bits: 8, channels: 0, data: [1]).bytes),
      ("no rate", WAVFile(bits: 8, rate: 0, data: [1]).bytes),
      ("NaN", WAVFile(tag: 3, bits: 32, data: little(Float.nan.bitPattern)).bytes),
      ("beyond 32 bits", WAVFile(tag: 3, bits: 64, data: little(1e300.bitPattern)).bytes),
    ]
    for (name, bytes) in bad { #expect(throws: FormatError.self, "\(name)") { try read(bytes) } }
    #expect(throws: FormatError.self) { try read(WAVFile(bits: 8, data: [1, 2, 3]).bytes, sampleLimit: 2) }
  }

  /// Whatever stands in the bytes, the reader returns or throws.
  @Test func noDamageCrashes() {
    for (file, _) in Self.encodings {
      var file = file
      file.isExtensible = true
      let whole = file.bytes
      for length in 0..<whole.count { #expect(throws: FormatError.self) { try read(Array(whole[..<length])) } }
      for index in whole.indices {
        for value: UInt8 in [0, 0xFF, whole[index] ^ 0x10, 0x7F] {
          var bytes = whole
          bytes[index] = value
          do { #expect(try read(bytes).samples.isFinite) } catch { #expect(error is FormatError) }
        }
      }
    }
  }
}
