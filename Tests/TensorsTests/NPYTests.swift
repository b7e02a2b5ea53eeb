import Foundation
import GinghamTensors
import Testing

@Suite struct NPYTests {
  private func golden(_ name: String) throws -> String {
    try #require(Bundle.module.resourceURL).appendingPathComponent("Golden/\(name)").path
  }

  private func withTemporaryFile<Result>(_ bytes: [UInt8], _ body: (String) throws -> Result) throws -> Result {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("gingham-\(UUID().uuidString).npy")
    try Data(bytes).write(to: url)
    defer { try? FileManager.default.removeItem(at: url) }
    return try body(url.path)
  }

  private func refusal(_ body: () throws -> Void) throws -> String {
    do {
      try body()
      return "read without complaint"
    } catch let error as FormatError {
      return error.description
    }
  }

  /// `numpy.arange(24).reshape(2, 3, 4)`
  private let grid = Tensor([2, 3, 4], (0..<24).map(Float.init))

  @Test(arguments: [
    "f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "fortran", "version2", "version3",
  ])
  func arraysReadAsNumPyWroteThem(_ name: String) throws {
    #expect(try Tensor(npy: golden("\(name).npy")) == grid)
  }

  @Test func truthValuesScalarsAndEmptyArraysAreRead() throws {
    #expect(try Tensor(npy: golden("b1.npy")) == grid.map { $0.truncatingRemainder(dividingBy: 2) })
    #expect(try Tensor(npy: golden("scalar.npy")) == Tensor([], [2.5]))
    #expect(try Tensor(npy: golden("empty.npy")).shape == [0, 3])
  }

  @Test(arguments: [Shape([]), [0], [5], [2, 3], [1, 3, 2, 2], [2, 0, 3]])
  func writtenFilesReadBackAndMatchNumPysHeader(_ shape: Shape) throws {
    let tensor = Tensor(shape, (0..<shape.elementCount).map { Float($0) - 0.1 })
    try withTemporaryFile([]) { path throws in
      try tensor.write(npy: path)
      #expect(try Tensor(npy: path) == tensor)
      let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
      #expect((bytes.count - shape.elementCount * 4) % 64 == 0, "the elements do not start at a multiple of 64 bytes")
    }
  }

  @Test func aWrittenFileIsByteForByteWhatNumPyWrites() throws {
    try withTemporaryFile([]) { path throws in
      try grid.write(npy: path)
      #expect(try FileManager.default.contents(atPath: path) == FileManager.default.contents(atPath: golden("f4.npy")))
    }
  }

  @Test func portionsMakeTheFileThatNumPyWrites() throws {
    try withTemporaryFile([]) { path throws in
      try Tensor.write(npy: path, shape: grid.shape) { append in
        for rows in [0..<1, 1..<1, 1..<2] { try append(grid.slice(axis: 0, rows)) }
      }
      let whole = try #require(FileManager.default.contents(atPath: golden("f4.npy")))
      #expect(FileManager.default.contents(atPath: path) == whole)
      #expect(
        try refusal { try Tensor.write(npy: path, shape: grid.shape) { try $0(grid.slice(axis: 0, 0..<1)) } }
          .contains("12 elements came for an array of"))
      #expect(FileManager.default.contents(atPath: path) == whole)
    }
  }

  @Test func archivesReadInOrder() throws {
    let arrays = try Tensor.arrays(npz: golden("pair.npz"))
    #expect(arrays.map(\.name) == ["first", "second"])
    #expect(arrays.map(\.array) == [grid, Tensor([2], [0.1, 0.2])])
    #expect(try refusal { _ = try Tensor.arrays(npz: golden("compressed.npz")) }.contains("the compressed zip entry"))
  }

  @Test(arguments: [("big_endian", "'>f4'"), ("objects", "'|O'"), ("record", "[('a', '<f4'), ('b', '<i4')]")])
  func otherElementTypesAreRefusedByName(_ name: String, _ type: String) throws {
    #expect(try refusal { _ = try Tensor(npy: golden("\(name).npy")) }.contains(type))
  }

  @Test func headersThatLieAreRefused() throws {
    func file(_ header: String, version: UInt8 = 1, data: Int = 8) -> [UInt8] {
      [0x93] + "NUMPY".utf8 + [version, 0, UInt8(header.utf8.count & 0xff), UInt8(header.utf8.count >> 8)] + header.utf8
        + [UInt8](repeating: 0, count: data)
    }
    func header(_ shape: String) -> String { "{'descr': '<f4', 'fortran_order': False, 'shape': \(shape), }" }
    try withTemporaryFile(file(header("(2,)"))) { path throws in #expect(try Tensor(npy: path).count == 2) }
    let cases: [(bytes: [UInt8], reason: String)] = [
      (file(header("(3,)")), "do not fit the 8 bytes"),
      (file(header("(9223372036854775807, 9223372036854775807)")), "do not fit"),
      (file(header("(4611686018427387904, 4)")), "do not fit"),
      (file(header("(99999999999999999999,)")), "not a dictionary"),
      (file(header("(-1,)")), "not a dictionary"), (file(header("2")), "not a dictionary"),
      (file(header("(2,")), "not a dictionary"),
      (file(header("(\(String(repeating: "1,", count: 65)))")), "not a dictionary"),
      (file("{'descr': '<f4', 'shape': (2,)}"), "not a dictionary"), (file(header("(2,)") + "x"), "not a dictionary"),
      (file("{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (2,)}"), "not a dictionary"),
      (file("{'descr': '', 'fortran_order': False, 'shape': (2,)}"), "element type ''"),
      (file(header("(2,)"), version: 4), "version 4"), ([0x93] + "NUMPY".utf8, "does not start"),
      ([], "does not start"),
      ([0x93] + "NUMPY".utf8 + [1, 0, 0xff, 0xff], "longer than the file"),
      ([0x93] + "NUMPY".utf8 + [2, 0, 0xff, 0xff, 0xff, 0xff], "longer than the file"),
    ]
    for (bytes, reason) in cases {
      try withTemporaryFile(bytes) { path throws in
        let message = try refusal { _ = try Tensor(npy: path) }
        #expect(message.contains(reason), "\(message)")
      }
    }
  }

  @Test(arguments: ["pair.npz", "fortran.npy"]) func damageNeverCrashes(_ name: String) throws {
    let bytes = try Array(Data(contentsOf: URL(fileURLWithPath: golden(name))))
    func read(_ bytes: [UInt8]) throws -> String {
      try withTemporaryFile(bytes) { path throws in
        try refusal { _ = name.hasSuffix("npz") ? try Tensor.arrays(npz: path).count : try Tensor(npy: path).count }
      }
    }
    for index in bytes.indices {
      #expect(try read(Array(bytes.prefix(index))) != "read without complaint")
      var damaged = bytes
      damaged[index] ^= 1 << UInt8(index % 8)
      _ = try read(damaged)
      damaged[index] = 0xff
      _ = try read(damaged)
    }
  }
}
