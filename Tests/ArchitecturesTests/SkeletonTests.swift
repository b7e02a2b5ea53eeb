import GinghamArchitectures
import GinghamNetworks
import Testing

@Suite struct SkeletonTests {
  @Test func aSkeletonIsTheNetWithoutItsNumbers() throws {
    let (skeleton, network) = (
      try Architectures.skeleton(parsing: "random:squeezenet1_1?seed=4&size=64"),
      try Architectures.network(parsing: "random:squeezenet1_1?seed=4&size=64")
    )
    #expect(skeleton.nodes == network.nodes && skeleton.inputs == network.inputs && skeleton.outputs == network.outputs)
    #expect(skeleton.constants.keys.sorted() == network.constants.keys.sorted())
    for (value, constant) in skeleton.constants {
      #expect(constant.shape == network.constants[value]?.shape)
    }
    let weight = try #require(skeleton.constants.values.compactMap(\.tensor).max { $0.count < $1.count })
    #expect(weight.count > 100_000 && weight.scalars.allSatisfy { $0 == 0 })
    #expect(throws: ArchitectureError.self) { try Architectures.skeleton(parsing: "random:resnet5") }
    #expect(throws: ArchitectureError.self) { try Architectures.skeleton(parsing: "random:resnet18?kernel=3") }
  }
}
