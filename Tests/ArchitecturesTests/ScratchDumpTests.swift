import Foundation
import GinghamArchitectures
import GinghamNetworks
import Testing
@Suite struct ScratchDumpTests {
  @Test func dump() throws {
    for architecture in Architectures.all {
      let name = architecture.name
      let blueprint = try architecture.blueprint(ArchitectureSpecification(name))
      let p = blueprint.parameters.map { "\($0.name) \($0.shape.dimensions.map(String.init).joined(separator: "x"))" }.sorted()
      try p.joined(separator: "\n").write(toFile: "/tmp/ref/dump/\(name).txt", atomically: true, encoding: .utf8)
      let network = blueprint.skeleton
      guard let size = network.preprocessing, let bound = try? network.bound(to: ["input": [1, 3, size.height, size.width]]) else { continue }
      let l = network.nodes.map { n in "\(n.name) \(n.outputs.first.flatMap { bound.shapes[bound.resolved($0)] }?.dimensions.map(String.init).joined(separator: "x") ?? "?")" }
      try l.joined(separator: "\n").write(toFile: "/tmp/ref/dump/\(name).layers.txt", atomically: true, encoding: .utf8)
    }
  }
}
