import Foundation
import GinghamTensors
import Testing

@testable import GinghamArchitectures
@testable import GinghamModels

/// Weight files as people have them: names with prefixes, and types that are no floats.
@Suite struct WeightNameTests {
  /// A safetensors file of a small net, every number 1.
  private func file(prefix: String, type: String, bytes one: [UInt8]) throws -> String {
    let parameters = try Architectures.named("strided_stack").blueprint(ArchitectureSpecification("strided_stack"))
      .parameters
    var data: [UInt8] = []
    var entries: [String] = []
    for parameter in parameters {
      let begin = data.count
      for _ in 0..<parameter.shape.elementCount { data += one }
      let shape = parameter.shape.dimensions.map(String.init).joined(separator: ",")
      entries.append(
        #""\#(prefix)\#(parameter.name)":{"dtype":"\#(type)","shape":[\#(shape)],"data_offsets":[\#(begin),\#(data.count)]}"#
      )
    }
    let header = Array("{\(entries.joined(separator: ","))}".utf8)
    let length = (0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) }
    let path = FileManager.default.temporaryDirectory.appending(path: "gingham-\(UUID().uuidString).safetensors").path
    try Data(length + header + data).write(to: URL(filePath: path))
    return path
  }

  @Test(arguments: ["", "model.", "module.net.", "lightning.wrapped.student.backbone.encoder."])
  func anyPrefixIsTakenOff(prefix: String) throws {
    let path = try file(prefix: prefix, type: "F32", bytes: [0, 0, 0x80, 0x3F])
    defer { try? FileManager.default.removeItem(atPath: path) }
    let network = try ModelSource(path).load().network
    let conv = try #require(network.constants.values.compactMap(\.tensor).first { $0.shape.rank == 4 })
    #expect(conv.scalars.allSatisfy { $0 == 1 })
  }

  /// Whole numbers are codes of something else, and taken as they are they would be some other net.
  @Test(arguments: [("I8", [1]), ("U8", [1]), ("I16", [1, 0])] as [(String, [UInt8])])
  func wholeNumbersWithoutAScaleAreRefused(type: String, bytes: [UInt8]) throws {
    let path = try file(prefix: "", type: type, bytes: bytes)
    defer { try? FileManager.default.removeItem(atPath: path) }
    #expect {
      try ModelSource(path).load()
    } throws: { "\($0)".contains("whole numbers of type") && "\($0)".contains("scale") }
  }
}
