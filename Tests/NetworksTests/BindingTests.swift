import GinghamNetworks
import GinghamTensors
import Testing

@Suite struct BindingTests {
  /// A gate that the file spreads over its map of 3×3, which is also the size of a kernel that is worked out from
  /// weights: at another size the map is 4×4, and the kernel still 3×3.
  @Test func kernelsThatAreWorkedOutSayNothingOfMaps() throws {
    var network = Network(name: "gate")
    let x = network.addInput("x", shape: [1, 2, 6, 6])
    let stored = network.addConstant("stored", .float(Tensor([1, 4, 18], repeating: 0.5)))
    let ones = network.addConstant("ones", .float(Tensor([4], repeating: 1)))
    let standard = network.append(
      "standard", .batchNormalization(epsilon: 1e-3), inputs: [stored, ones, ones, ones, ones])
    let weight = network.append("weight", .reshape(Reshape(shape: [4, 2, 3, 3])), standard)
    let map = network.append("map", .convolution(Convolution(Window(3, stride: 2, padding: 1))), x, weight)
    let mean = network.append("mean", .reduce(Reduction(.mean, axes: .listed([2, 3]), keepsDimensions: true)), map)
    let size = network.addConstant("size", .integer(IntegerArray([4], [1, 4, 3, 3])))
    let gate = network.append("gate", .expand(shape: nil), mean, size)
    network.outputs = [network.append("gated", .elementwise(.multiply), map, gate)]
    let bound = try network.bound(to: ["x": [1, 2, 8, 8]])
    #expect(bound.shapes[weight] == [4, 2, 3, 3])
    #expect(bound.shapes[gate] == [1, 4, 4, 4])
    #expect(bound.shapes[network.outputs[0]] == [1, 4, 4, 4])
  }

  /// x → reshape to (shape(x)[0], −1), as exporters write a flatten.
  @Test func shapeSubgraphsFoldIntoAttributes() throws {
    var network = Network(name: "flatten")
    let x = network.addInput("x", shape: [nil, 3, nil, nil])
    let shape = network.append("shape", .shapeOf(start: 0, end: nil), x)
    let zero = network.addConstant("zero", .integer(IntegerArray([], [0])))
    let rest = network.addConstant("rest", .integer(IntegerArray([1], [-1])))
    let batch = network.append("batch", .gather(axis: 0), shape, zero)
    let row = network.append("row", .unsqueeze(axes: [0]), batch)
    let target = network.append("target", .concatenate(axis: 0), row, rest)
    network.outputs = [network.append("flat", .reshape(Reshape()), x, target)]
    let bound = try network.bound(to: ["x": [5, 3, 4, 2]])
    #expect(bound.nodes.map(\.name) == ["flat"])
    #expect(bound.shapes[bound.outputs[0]] == [5, 24])
    #expect(bound.nodes[0].operation == .reshape(Reshape(shape: [5, 24], allowsZero: true)))
    #expect(bound.nodes[0].inputs.count == 1)
  }

  /// Learned positions at another size are known before the run.
  @Test func interpolatedConstantsFold() throws {
    var network = Network(name: "positions")
    let x = network.addInput("x", shape: [nil, 1, nil, nil])
    let learned = network.addConstant("learned", .float(Tensor([1, 2, 2, 1], [0, 4, 8, 12])))
    let sizes = network.append("sizes", .shapeOf(start: 2, end: 4), x)
    let resize = Resize(mode: .linear, coordinates: .alignCorners, axes: [1, 2])
    network.outputs = [network.append("resized", .resize(resize), learned, nil, nil, sizes)]
    let bound = try network.bound(to: ["x": [1, 1, 3, 5]])
    #expect(bound.nodes.isEmpty)
    let rows = [0, 4, 8].flatMap { row in (0...4).map { Float(row + $0) } }
    #expect(bound.constants[bound.outputs[0]]?.tensor == Tensor([1, 3, 5, 1], rows))
  }

  @Test func slicesCountFromTheFrontAndClamp() throws {
    func bound(_ slice: GinghamNetworks.Slice, extent: Int) throws -> Shape? {
      var network = Network(name: "slice")
      let x = network.addInput("x", shape: [extent])
      network.outputs = [network.append("slice", .slice(slice), x)]
      let result = try network.bound()
      return result.shapes[result.outputs[0]]
    }
    #expect(try bound(Slice(starts: [-3], ends: [.max]), extent: 10) == [3])
    #expect(try bound(Slice(starts: [-1], ends: [.min], steps: [-1]), extent: 10) == [10])
    #expect(try bound(Slice(starts: [8], ends: [1], steps: [-3]), extent: 10) == [3])
    #expect(try bound(Slice(starts: [20], ends: [30]), extent: 10) == [0])
  }

  @Test func integersKeepTheirTypesWidth() throws {
    var network = Network(name: "wrap")
    let a = network.addConstant("a", .integer(IntegerArray([2], [250, 3], type: .uint8)))
    let b = network.addConstant("b", .integer(IntegerArray([1], [10], type: .uint8)))
    network.outputs = [network.append("sum", .elementwise(.add), a, b)]
    let bound = try network.bound()
    #expect(bound.constants[bound.outputs[0]]?.integers?.elements == [4, 13])
  }

  @Test func gatherIndicesOutsideTheAxisAreRefused() {
    var network = Network(name: "gather")
    let x = network.addInput("x", shape: [2, 3])
    let indices = network.addConstant("i", .integer(IntegerArray([1], [3])))
    network.outputs = [network.append("pick", .gather(axis: 1), x, indices)]
    #expect(throws: NetworkError.self) { try network.bound() }
  }

  @Test func valuesTooLargeForMemoryAreRefused() {
    var network = Network(name: "bomb")
    let x = network.addInput("x", shape: [1, 1, 8, 8])
    network.outputs = [
      network.append("up", .resize(Resize(mode: .nearest, scales: [1, 1, 60000, 60000])), x)
    ]
    #expect(throws: NetworkError.self) { try network.bound() }
  }

  @Test func weightsThatDoNotFitNameTheLayer() throws {
    var network = Network(name: "conv")
    let x = network.addInput("x", shape: [1, 4, 8, 8])
    let weight = network.addConstant("w", .float(Tensor([2, 3, 3, 3])))
    network.outputs = [network.append("stem.conv", .convolution(Convolution(Window(3))), x, weight)]
    let error = #expect(throws: NetworkError.self) { _ = try network.bound() }
    #expect(error?.description.contains("stem.conv") == true)
    #expect(error?.description.contains("2×3×3×3") == true)
  }

  @Test func unknownLayersSuggestTheNearest() throws {
    var network = Network(name: "names")
    let x = network.addInput("x", shape: [1, 1, 4, 4])
    let a = network.append("layer1.0.conv1", .pointwise(.relu), x)
    let b = network.append("layer1.0.relu", .pointwise(.relu), a)
    network.outputs = [b]
    #expect(try network.value(ofLayer: "layer1.0") == b)
    #expect(try network.value(ofLayer: "layer1") == b)
    #expect(try network.value(ofLayer: "layer1.0.conv1") == a)
    let error = #expect(throws: NetworkError.self) { try network.value(ofLayer: "layer1.0.conv2") }
    #expect(error?.description.contains("'layer1.0.conv1'") == true)
  }
}

@Suite struct SimplificationTests {
  private static func network() -> (Network, conv: ValueID, norm: ValueID) {
    var network = Network(name: "folding")
    let x = network.addInput("x", shape: [1, 2, 5, 5])
    let weight = network.addConstant("w", .float(Tensor([4, 1, 3, 3], (0..<36).map { Float($0) / 36 - 0.5 })))
    let conv = network.append("conv", .convolution(Convolution(Window(3), groups: 2)), x, weight)
    let parameters = [[1, 2, 3, 4], [0.5, 0, -1, 2], [0.1, 0.2, 0.3, 0.4], [1, 4, 9, 16]] as [[Float]]
    let constants = parameters.map { network.addConstant("p", .float(Tensor([4], $0))) }
    let norm = network.append("norm", .batchNormalization(epsilon: 0), inputs: [conv] + constants)
    let drop = network.append("drop", .dropout, norm)
    network.outputs = [network.append("relu", .pointwise(.relu), drop)]
    return (network, conv, norm)
  }

  @Test func batchNormalizationFoldsIntoTheConvolution() throws {
    let (network, _, norm) = Self.network()
    let bound = try network.bound()
    let simple = bound.simplified(targets: bound.outputs)
    #expect(simple.nodes.map(\.name) == ["conv", "relu"])
    #expect(simple.nodes[0].outputs == [norm])
    let weight = try #require(simple.nodes[0].inputs[1].flatMap { simple.constants[$0]?.tensor })
    let bias = try #require(simple.nodes[0].inputs[2].flatMap { simple.constants[$0]?.tensor })
    // s = γ/σ = 1 for every channel here; b = β − μ·s.
    #expect(weight.scalars == (0..<36).map { Float($0) / 36 - 0.5 })
    #expect(zip(bias.scalars, [0.4, -0.2, -1.3, 1.6] as [Float]).allSatisfy { abs($0 - $1) < 1e-6 })
  }

  @Test func aLayerThatIsNamedIsNotFolded() throws {
    let (network, conv, _) = Self.network()
    let bound = try network.bound()
    let simple = bound.simplified(targets: bound.outputs, keeping: [conv])
    #expect(simple.nodes.map(\.name) == ["conv", "norm", "relu"])
  }

  @Test func nothingBehindTheTargetRemains() throws {
    let (network, conv, _) = Self.network()
    let simple = try network.bound().simplified(targets: [conv])
    #expect(simple.nodes.map(\.name) == ["conv"])
    #expect(simple.constants.count == 1)
  }

  @Test func removedValuesResolveToTheirEquals() throws {
    let (network, _, norm) = Self.network()
    let bound = try network.bound()
    let simple = bound.simplified(targets: bound.outputs)
    let drop = try network.value(ofLayer: "drop")
    #expect(simple.resolved(drop) == norm)
  }
}

@Suite struct StatisticsTests {
  /// Araujo, Norris & Sim 2019 list AlexNet's receptive fields; its first layers are 11/4, pool 3/2, 5/1.
  @Test func receptiveFieldsFollowAlexNet() throws {
    var network = Network(name: "alexnet head")
    var x = network.addInput("x", shape: [1, 3, 224, 224])
    let first = network.addConstant("w1", .float(Tensor([64, 3, 11, 11])))
    let second = network.addConstant("w2", .float(Tensor([192, 64, 5, 5])))
    x = network.append("conv1", .convolution(Convolution(Window(11, stride: 4, padding: 2))), x, first)
    x = network.append("pool1", .maxPool(MaxPool(Window(3, stride: 2))), x)
    x = network.append("conv2", .convolution(Convolution(Window(5, padding: 2))), x, second)
    x = network.append("pool2", .maxPool(MaxPool(Window(3, stride: 2))), x)
    network.outputs = [x]
    let layers = try network.bound().layerStatistics
    #expect(layers.map(\.sampling.receptiveField) == [11, 19, 51, 67])
    #expect(layers.map(\.sampling.stride) == [4, 8, 8, 16])
    #expect(layers.map(\.multiplyAdds) == [55 * 55 * 64 * 363, 0, 27 * 27 * 192 * 1600, 0])
    #expect(layers.map(\.parameters) == [64 * 363, 0, 192 * 1600, 0])
    // The same places by hand: element i of a window k/s with padding p begins at i·s − p of what stands before it.
    let bound = try network.bound()
    let fields = try network.layers.map { try #require(bound.receptiveFields(of: $0.value)) }
    #expect(fields.map { $0.rows[0] } == [0..<9, 0..<17, 0..<33, 0..<49])
    #expect(fields.map { $0.rows[1] } == [2..<13, 6..<25, 0..<41, 0..<65])
    #expect(fields[2].columns[13] == (13 - 2) * 8 - 2..<(13 + 2) * 8 - 2 + 19)
    #expect(fields[0].columns[53] == 53 * 4 - 2..<53 * 4 - 2 + 11)
    // Cut off at the picture's border.
    #expect(fields[0].columns[54] == 54 * 4 - 2..<224)
    #expect(fields[3].rows.count == 13)
  }
}
