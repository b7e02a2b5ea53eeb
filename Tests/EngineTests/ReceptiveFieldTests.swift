import GinghamArchitectures
import GinghamDifferentiation
import GinghamEngine
import GinghamNetworks
import GinghamTensors
import Testing

/// What an element sees is where its gradient is not zero, for some picture.
@Suite struct ReceptiveFieldTests {
  @Test(arguments: [
    ("squeezenet1_1", "features.3.expand3x3", [(0, 0), (7, 9), (17, 17)]),
    ("squeezenet1_1", "features.7.cat", [(0, 3), (3, 3)]), ("resnet18", "layer1.1", [(0, 0), (9, 11)]),
  ])
  func gradientsReachWhatIsSeen(_ name: String, _ layer: String, _ places: [(Int, Int)]) throws {
    try check(Architectures.network(parsing: "random:\(name)"), layer, [1, 3, 74, 74], places)
  }

  @Test func upsamplingAndMovementsAreFollowed() throws {
    var network = Network(name: "chain")
    var x = network.addInput("x", shape: [1, 2, 20, 22])
    func weight(_ name: String, _ shape: Shape) -> ValueID {
      network.addConstant(name, .float(noise(shape, seed: UInt64(shape.elementCount))))
    }
    let (down, up, last) = (weight("a", [4, 2, 3, 3]), weight("b", [4, 4, 4, 4]), weight("c", [8, 4, 3, 3]))
    x = network.append("down", .convolution(Convolution(Window(3, stride: 2, padding: 1))), x, down)
    x = network.append("up", .transposedConvolution(TransposedConvolution(Window(4, stride: 2, padding: 1))), x, up)
    x = network.append("pad", .pad(Pad(mode: .reflect, before: [0, 0, 1, 2], after: [0, 0, 2, 1])), x)
    x = network.append("last", .convolution(Convolution(Window(3, dilation: 2))), x, last)
    x = network.append("spread", .depthToSpace(blockSize: 2, order: .depthFirst), x)
    x = network.append("large", .resize(Resize(mode: .linear, scales: [1, 1, 1.5, 2])), x)
    network.outputs = [x]
    for layer in ["down", "up", "pad", "last", "spread", "large"] {
      try check(network, layer, [1, 2, 20, 22], [(0, 0), (0, 1), (5, 4), (8, 9)])
    }
  }

  private func check(_ network: Network, _ layer: String, _ shape: Shape, _ places: [(Int, Int)]) throws {
    let target = try network.value(ofLayer: layer)
    let input = network.inputs[0].value
    let fields = try network.bound(to: [network.name(of: input): shape], leadingTo: [target])
      .receptiveFields(of: target)
    let plan = try FastDifferentiator(network: network, threads: 1).plan(
      PlanRequest(inputShapes: [shape], targets: [target], gradients: [input]))
    let map = plan.targetShapes[0]
    for (row, column) in places {
      var (rows, columns) = (Set<Int>(), Set<Int>())
      for seed in 0..<12 {
        _ = try plan.forward([Tensor(shape) { NormalSequence(seed: UInt64(seed)).fill($0) }])
        var cotangent = Tensor(map)
        cotangent.withUnsafeMutableBufferPointer { elements in
          for channel in 0..<map[1] { elements[(channel * map[2] + row) * map[3] + column] = Float(channel % 7) + 1 }
        }
        let gradient = try plan.backward([cotangent])[0]
        for (index, value) in gradient.scalars.enumerated() where value != 0 {
          rows.insert(index / shape[3] % shape[2])
          columns.insert(index % shape[3])
        }
      }
      #expect(fields?.rows[row] == rows.min().map { $0..<((rows.max() ?? 0) + 1) }, "\(layer) at \(row), \(column)")
      #expect(
        fields?.columns[column] == columns.min().map { $0..<((columns.max() ?? 0) + 1) },
        "\(layer) at \(row), \(column)")
    }
  }
}
