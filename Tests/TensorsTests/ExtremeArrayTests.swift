import Foundation
import GinghamTensors
import Testing

/// `.npy` and `.npz` files in which every number is tried at zero, one, huge and overflowing values.
@Suite struct ExtremeArrayTests {
  private func withFile(_ bytes: [UInt8], _ body: (String) throws -> Void) throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "gingham-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Data(bytes).write(to: URL(filePath: path))
    do { try body(path) } catch is FormatError {}
  }

  private func npy(_ descr: String, fortran: Bool, shape: String, elements: Int) -> [UInt8] {
    let header = "{'descr': '\(descr)', 'fortran_order': \(fortran ? "True" : "False"), 'shape': \(shape), }\n"
    return [0x93] + "NUMPY".utf8 + [1, 0, UInt8(header.utf8.count), 0] + header.utf8
      + [UInt8](repeating: 1, count: elements)
  }

  @Test func anyShapeMayStandInAHeader() throws {
    let extents = [
      "0", "1", "3", "16777216", "4294967296", "4611686018427387904", "9223372036854775807", "99999999999999999999",
    ]
    for first in extents {
      for second in extents {
        for fortran in [false, true] {
          for descr in ["<f4", "<f8", "|b1", "<i8"] {
            for shape in [
              "(\(first), \(second))", "(\(first), 0, \(second))", "(0, \(first), \(second))", "(\(first),)",
            ] {
              try withFile(npy(descr, fortran: fortran, shape: shape, elements: 24)) { path in
                let tensor = try Tensor(npy: path)
                #expect(ResourceLimits().allow(tensor.shape))
                #expect(tensor.scalars.count == tensor.shape.elementCount)
              }
            }
          }
        }
      }
    }
  }

  @Test func emptyArraysInEitherOrderKeepTheirShape() throws {
    for fortran in [false, true] {
      for shape in [[0, 3], [3, 0], [2, 0, 5], [0]] {
        let text = "(" + shape.map { "\($0)," }.joined(separator: " ") + ")"
        try withFile(npy("<f4", fortran: fortran, shape: text, elements: 0)) { path in
          #expect((try? Tensor(npy: path))?.shape == Shape(shape))
        }
      }
    }
  }

  /// Every field of two, four or eight bytes of an archive, wherever it may stand.
  @Test func anyFieldOfAnArchiveMayHoldAnything() throws {
    let golden = try #require(Bundle.module.resourceURL).appendingPathComponent("Golden")
    let name = try #require(
      try FileManager.default.contentsOfDirectory(atPath: golden.path).sorted().first { $0.hasSuffix(".npz") })
    let whole = try [UInt8](Data(contentsOf: golden.appendingPathComponent(name)))
    let places = whole.indices.filter { $0 < 400 || $0 >= whole.count - 400 }
    for (count, place) in places.enumerated() {
      let width = [2, 4, 8][count % 3]
      guard place + width <= whole.count else { continue }
      for value: UInt64 in [0, 1, .max, .max >> 1, 1 << 31] {
        var bytes = whole
        for offset in 0..<width { bytes[place + offset] = UInt8(truncatingIfNeeded: value >> UInt64(8 * offset)) }
        try withFile(bytes) { path in _ = try Tensor.arrays(npz: path).map(\.array.scalars.count) }
      }
    }
  }
}
