import Foundation
import GinghamModelFormats
import Testing

/// Damage everywhere in a real file: it loads or is refused with a typed error, and never crashes.
@Suite struct DamagedWeightsTests {
  private static let files = [
    "state.pth", "state_legacy.pth", "state.safetensors", "zip64.pth", "checkpoint_legacy.pth",
  ]

  /// Loads the bytes and reads every tensor. Any error but a ``FormatError`` fails the test.
  private func survives(_ bytes: [UInt8]) throws -> Bool { try refusal(of: bytes, under: nil) != nil }

  @Test(arguments: files) func everyTruncationIsRefused(_ name: String) throws {
    let bytes = try GoldenWeights.bytes(name)
    let step = max(1, bytes.count / 150)
    for count in stride(from: 0, to: bytes.count, by: step) {
      #expect(try survives(Array(bytes.prefix(count))), "the first \(count) bytes of \(name) were read")
    }
  }

  @Test(arguments: files) func flippedBitsNeverCrash(_ name: String) throws {
    let bytes = try GoldenWeights.bytes(name)
    var damaged = bytes
    var refused = 0
    for index in stride(from: 0, to: bytes.count, by: 3) {
      damaged[index] = bytes[index] ^ (1 << UInt8(index % 8))
      if try survives(damaged) { refused += 1 }
      damaged[index] = bytes[index]
    }
    #expect(refused > bytes.count / 150, "hardly any damage was noticed")
  }

  @Test(arguments: files) func randomBytesInARowNeverCrash(_ name: String) throws {
    let bytes = try GoldenWeights.bytes(name)
    var random = SplitMix(state: 7)
    for _ in 0..<300 {
      var damaged = bytes
      let start = Int(random.next() % UInt64(bytes.count))
      for index in start..<min(bytes.count, start + 1 + Int(random.next() % 12)) {
        damaged[index] = random.next() % 3 == 0 ? 0xff : UInt8(truncatingIfNeeded: random.next())
      }
      _ = try survives(damaged)
    }
  }
}

/// Steele, Lea & Flood 2014.
private struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
