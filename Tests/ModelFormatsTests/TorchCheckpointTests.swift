import Foundation
import GinghamModelFormats
import GinghamTensors
import Testing

@Suite struct TorchCheckpointTests {
  @Test(arguments: ["state.pth", "state_legacy.pth", "protocol4.pth", "protocol5_legacy.pth", "unsigned.pth"])
  func everyElementTypeAndStrideReadsAsPyTorchReadsIt(_ name: String) throws {
    try GoldenWeights.expect(WeightTable.load(path: GoldenWeights.path(name)), equals: name)
  }

  @Test(arguments: ["checkpoint.pth", "checkpoint_legacy.pth"])
  func aTrainingCheckpointYieldsItsStateDictAlone(_ name: String) throws {
    let table = try WeightTable.load(path: GoldenWeights.path(name))
    try GoldenWeights.expect(table, equals: name)
    #expect(table.names.allSatisfy { $0.hasPrefix("module.") })
    #expect(table.removingPrefix().names == table.names.map { String($0.dropFirst("module.".count)) })
    #expect(table.removingPrefix()["0.weight"] == table["module.0.weight"])
    #expect(table.removingPrefix().removingPrefix("absent.").names == table.removingPrefix().names)
  }

  @Test func parametersWithAttributesAreTensors() throws {
    try GoldenWeights.expect(WeightTable.load(path: GoldenWeights.path("attributes.pth")), equals: "attributes.pth")
  }

  @Test func severalStateDictsAskForAChoice() throws {
    let path = try GoldenWeights.path("gan.pth")
    #expect(try WeightTable.sections(path: path) == ["netG_state_dict", "netD_state_dict"])
    #expect(
      throws: FormatError.choice(path: path, sought: nil, available: ["netG_state_dict", "netD_state_dict"])
    ) { try WeightTable.load(path: path) }
    #expect(
      throws: FormatError.choice(path: path, sought: "netX", available: ["netG_state_dict", "netD_state_dict"])
    ) { try WeightTable.load(path: path, under: "netX") }
    try GoldenWeights.expect(WeightTable.load(path: path, under: "netG_state_dict"), equals: "gan.pth")
  }

  @Test func aNestedStateDictIsFoundByItsPath() throws {
    let path = try GoldenWeights.path("nested.pth")
    #expect(try WeightTable.sections(path: path) == ["params.generator"])
    try GoldenWeights.expect(WeightTable.load(path: path), equals: "nested.pth")
  }

  @Test(arguments: ["zip64.pth", "streamed.pth"])
  func archivesOfOtherZipWritersAreRead(_ name: String) throws {
    let table = try WeightTable.load(path: GoldenWeights.path(name), under: "netG_state_dict")
    try GoldenWeights.expect(table, equals: "gan.pth")
  }

  @Test(arguments: [
    ("module.pth", "'torch.nn.modules.conv.Conv2d'"), ("module_legacy.pth", "'torch.nn.modules.conv.Conv2d'"),
    ("single.pth", "a checkpoint that is a tensor"), ("script.pt", "a TorchScript archive"),
    ("plain.pkl", "a pickle that torch.save did not write"), ("deflated.pth", "the compressed zip entry"),
    ("big_endian.pth", "byte order 'big'"),
  ])
  func whatCannotBeReadIsNamed(_ name: String, _ reason: String) throws {
    let message = try #require(try refusal(of: GoldenWeights.bytes(name)))
    #expect(message.contains(reason), "\(message)")
    #expect(message.contains("Save") || message.contains("save"), "no advice in: \(message)")
  }

  @Test(arguments: ["command.pth", "command_legacy.pth"])
  func aPickleThatRunsACommandIsRefusedByName(_ name: String) throws {
    let message = try #require(try refusal(of: GoldenWeights.bytes(name)))
    #expect(message.contains("'posix.system'"), "\(message)")
    #expect(!FileManager.default.fileExists(atPath: "gingham-was-here"))
  }

  @Test func alignedFloatsAreUsedWhereTheyLieInTheFile() throws {
    let table = try WeightTable.load(path: GoldenWeights.path("state.pth"))
    func address(_ name: String) throws -> UInt {
      try #require(table[name]).withUnsafeBufferPointer { UInt(bitPattern: $0.baseAddress) }
    }
    #expect(try address("shared.part") == address("shared.whole") + 5 * 4)
    #expect(try address("tied") == address("shared.whole"))
    #expect(try address("conv.weight") % 4 == 0)
    #expect(try address("half_transposed") == address("half_transposed"), "converted twice")
  }
}
