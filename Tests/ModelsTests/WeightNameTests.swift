import Foundation
import GinghamTensors
import Testing

@testable import GinghamArchitectures
@testable import GinghamModels

/// Weight files as people have them: names with prefixes, and types that are no floats.
@Suite struct WeightNameTests {
  /// A safetensors file that holds a small net under each prefix, every number the same bytes.
  private func file(_ nets: [(prefix: String, number: [UInt8])], type: String = "F32", beside: [String] = []) throws
    -> String
  {
    let parameters = try Architectures.named("strided_stack").blueprint(ArchitectureSpecification("strided_stack"))
      .parameters.map { ($0.name, $0.shape) }
    var data: [UInt8] = []
    var entries: [String] = []
    let arrays =
      nets.flatMap { net in parameters.map { (net.prefix + $0.0, $0.1, net.number) } }
      + beside.map { ($0, Shape([]), nets[0].number) }
    for (name, extents, number) in arrays {
      let begin = data.count
      for _ in 0..<extents.elementCount { data += number }
      let shape = extents.dimensions.map(String.init).joined(separator: ",")
      entries.append(
        #""\#(name)":{"dtype":"\#(type)","shape":[\#(shape)],"data_offsets":[\#(begin),\#(data.count)]}"#)
    }
    let header = Array("{\(entries.joined(separator: ","))}".utf8)
    let length = (0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) }
    let path = FileManager.default.temporaryDirectory.appending(path: "gingham-\(UUID().uuidString).safetensors").path
    try Data(length + header + data).write(to: URL(filePath: path))
    return path
  }

  private func file(prefix: String, type: String, bytes: [UInt8]) throws -> String {
    try file([(prefix, bytes)], type: type)
  }

  /// What all weights of a loaded net are.
  private func weight(of model: Model) throws -> Float {
    let conv = try #require(model.network.constants.values.compactMap(\.tensor).first { $0.shape.rank == 4 })
    #expect(Set(conv.scalars).count == 1)
    return conv.scalars[0]
  }

  private static let one: [UInt8] = [0, 0, 0x80, 0x3F]
  private static let two: [UInt8] = [0, 0, 0, 0x40]

  /// Averages over training steps stand back behind the weights that they are averages of, and the run says so.
  @Test(arguments: [
    ("", "ema."), ("", "model_ema."), ("net.", "ema_model."), ("module.", "module_ema."),
    ("online_model.", "ema_model."),
    ("student.", "teacher."), ("student.backbone.", "teacher.backbone."), ("online_network.", "target_network."),
    ("module.encoder_q.", "module.encoder_k."), ("model.net.", "model.net_ema."), ("generator.", "g_ema."),
  ])
  func averagesStandBack(plain: String, average: String) throws {
    let path = try file([(average, Self.two), (plain, Self.one)])
    defer { try? FileManager.default.removeItem(atPath: path) }
    let model = try ModelSource(path).load()
    #expect(try weight(of: model) == 1)
    #expect(model.notes.count == 1)
    #expect(model.notes.first?.contains("'\(average)'") ?? false)
    let chosen = try ModelSource(path, section: String(average.dropLast())).load()
    #expect(try weight(of: chosen) == 2)
  }

  /// Where nothing else is there, averages are taken, and said to be some.
  @Test(arguments: [("ema.", []), ("module.", ["n_averaged"])] as [(String, [String])])
  func averagesAloneAreSaidToBeSome(prefix: String, beside: [String]) throws {
    let path = try file([(prefix, Self.one)], beside: beside)
    defer { try? FileManager.default.removeItem(atPath: path) }
    let model = try ModelSource(path).load()
    #expect(try weight(of: model) == 1)
    #expect(model.notes == ["the weights are averages over training steps: the file holds no others"])
  }

  /// Parallel training's prefix alone says nothing, and neither does a net in a file with another.
  @Test(arguments: ["", "module.", "teacher.", "target."]) func plainWeightsAreNoAverages(prefix: String) throws {
    let path = try file([(prefix, Self.one)])
    defer { try? FileManager.default.removeItem(atPath: path) }
    #expect(try ModelSource(path).load().notes.isEmpty)
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
