import Foundation
import GinghamNetworks
import GinghamTensors
import Testing

@testable import GinghamModelFormats

@Suite struct ExternalDataTests {
  private let folder = TemporaryFolder()
  private let values: [Float] = [1, 2, 3, 4]

  private func load(_ entries: [(String, String)], shape: [Int] = [4]) throws -> Tensor? {
    let tensor = ModelSketch.TensorSketch(name: "w", shape: shape) { writer in
      for (key, value) in entries {
        writer.message(13) {
          $0.string(1, key)
          $0.string(2, value)
        }
      }
      writer.int(14, 1)
    }
    let network = try ModelSketch(initializers: [tensor], outputs: ["w"]).load(in: folder)
    return network.outputs.first.flatMap { network.constants[$0]?.tensor }
  }

  private func expectRefusal(_ entries: [(String, String)], shape: [Int] = [4], containing text: String) {
    #expect { try load(entries, shape: shape) } throws: { error in
      error is FormatError && String(describing: error).contains(text)
    }
  }

  @Test func offsetAndLengthChooseTheBytes() throws {
    _ = try folder.write([9, 9, 9, 9] + littleEndian(values), to: "data")
    #expect(try load([("location", "data"), ("offset", "4"), ("length", "16")])?.scalars == values)
    #expect(try load([("location", "data"), ("offset", "4")])?.scalars == values)
    #expect(try load([("location", "./data"), ("offset", "12")], shape: [2])?.scalars == [3, 4])
  }

  @Test func bytesAtOddOffsetsAreCopied() throws {
    _ = try folder.write([9] + littleEndian(values), to: "data")
    #expect(try load([("location", "data"), ("offset", "1")])?.scalars == values)
  }

  @Test func whatTheFileDoesNotHoldIsRefused() throws {
    _ = try folder.write(littleEndian(values), to: "data")
    expectRefusal([("location", "missing")], containing: "No such file")
    expectRefusal([], containing: "names no file")
    expectRefusal([("location", "data"), ("offset", "4")], containing: "which has 16")
    expectRefusal([("location", "data"), ("offset", "9223372036854775807")], containing: "which has 16")
    expectRefusal([("location", "data"), ("length", "8")], containing: "the shape takes 16")
    expectRefusal([("location", "data"), ("offset", "-4")], containing: "offset '-4'")
    expectRefusal([("location", "data"), ("offset", "99999999999999999999")], containing: "no count of bytes")
    expectRefusal([("location", "data")], shape: [1 << 20], containing: "which has 16")
  }

  @Test func pathsThatLeaveTheFolderAreRefused() throws {
    let outside = TemporaryFolder()
    let target = try outside.write(littleEndian(values), to: "data")
    expectRefusal([("location", target)], containing: "not a path inside")
    expectRefusal([("location", "../data")], containing: "not a path inside")
    expectRefusal([("location", "a/../../data")], containing: "not a path inside")
    expectRefusal([("location", "data\0.bin")], containing: "not a path inside")
    try FileManager.default.createSymbolicLink(atPath: folder.path + "/link", withDestinationPath: target)
    expectRefusal([("location", "link")], containing: "leads out")
    try FileManager.default.createSymbolicLink(atPath: folder.path + "/away", withDestinationPath: outside.path)
    expectRefusal([("location", "away/data")], containing: "leads out")
    expectRefusal([("location", ".")], containing: "leads out")
  }

  @Test func linksInsideTheFolderAreFollowed() throws {
    _ = try folder.write(littleEndian(values), to: "data")
    try FileManager.default.createSymbolicLink(atPath: folder.path + "/link", withDestinationPath: "data")
    #expect(try load([("location", "link")])?.scalars == values)
  }
}
