import Foundation
import GinghamTensors
import Testing

@testable import GinghamModelFormats

/// Weight files in which one number after the other stands at zero, one, huge and negative values.
@Suite struct ExtremeWeightFileTests {
  private func reads(_ bytes: [UInt8], _ folder: TemporaryFolder) throws {
    do {
      let path = try folder.write(bytes, to: "weights")
      for key in try WeightTable.sections(path: path) {
        let table = try WeightTable.load(path: path, under: key)
        for name in table.names { _ = table[name]?.scalars.count }
      }
    } catch is FormatError {
    }
  }

  /// Every field of one to eight bytes, wherever it may stand.
  @Test(arguments: ["state.safetensors", "state.pth", "state_legacy.pth", "zip64.pth"]) func anyFieldMayHoldAnything(
    _ name: String
  ) throws {
    let folder = TemporaryFolder()
    let whole = try GoldenWeights.bytes(name)
    // The structure stands at the beginning and at the end; between them lie elements.
    let places = whole.indices.filter { $0 < 600 || $0 >= whole.count - 600 }
    for (count, place) in places.enumerated() {
      let width = [1, 2, 4, 8][count % 4]
      guard place + width <= whole.count else { continue }
      for value: UInt64 in [0, 1, .max, .max >> 1, 1 << 31, 1 << 62] where (count + Int(value & 7)) % 2 == 0 {
        var bytes = whole
        for offset in 0..<width { bytes[place + offset] = UInt8(truncatingIfNeeded: value >> UInt64(8 * offset)) }
        try reads(bytes, folder)
      }
    }
  }

  @Test func anyExtentMayStandInASafeTensorsHeader() throws {
    let folder = TemporaryFolder()
    let extremes = ["0", "1", "2", "16777216", "2147483648", "4611686018427387904", "9223372036854775807", "-1", "1e3"]
    for first in extremes {
      for second in extremes {
        for (begin, end) in [("0", "8"), (first, second), ("0", second), ("8", "0")] {
          let header =
            "{\"w\":{\"dtype\":\"F32\",\"shape\":[\(first),\(second)],\"data_offsets\":[\(begin),\(end)]}}"
          let length = withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian, Array.init)
          try reads(length + header.utf8 + [UInt8](repeating: 0, count: 8), folder)
        }
      }
    }
  }
}
