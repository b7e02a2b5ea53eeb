import GinghamArchitectures
import GinghamDifferentiation
import GinghamEngine
import GinghamNetworks
import GinghamTensors
import Testing

/// Which code runs each operation of the nets that can be built by name: none is left to the reference engine.
@Suite struct BuiltInKernelTests {
  /// How the kernels of an operation may be called, by the first operation of the layer.
  private static let kernels: [String: [String]] = [
    "convolution": ["jit", "brg", "x64:gemm"],
    "transposedConvolution": ["jit", "brg", "x64:gemm"],
    "maxPool": ["jit"],
    "averagePool": ["jit", "global average"],
    "batchNormalization": ["channel affine"],
    "layerNormalization": ["row normalization"],
    "groupNormalization": ["group normalization"],
    "instanceNormalization": ["group normalization"],
    "matrixMultiply": ["brg", "x64:gemm", "matrix rows", "sgemm", "attention"],
    "generalMatrixMultiply": ["brg", "x64:gemm", "matrix rows", "sgemm"],
    "softmax": ["softmax rows"],
    "reshape": ["same memory", "view"],
    "flatten": ["same memory", "view"],
    "squeeze": ["same memory", "view"],
    "unsqueeze": ["same memory", "view"],
    "transpose": ["view"],
    "slice": ["view"],
    "split": ["view"],
    "gather": ["view"],
    "expand": ["view"],
    "depthToSpace": ["view"],
    "spaceToDepth": ["view"],
    "concatenate": ["same memory", "concatenation", "view"],
    "pad": ["padding"],
    "resize": ["interpolation"],
    "pixelNormalization": ["pixel normalization"],
  ]

  /// The larger siblings of a family run the same operations.
  private static let names = Architectures.names.filter { name in
    guard let network = try? Architectures.skeleton(parsing: "random:\(name)") else { return true }
    return network.constants.values.reduce(0) { $0 + $1.shape.elementCount } < 15_000_000 || originals.contains(name)
  }
  private static let originals: Set = [
    "alexnet", "vgg11", "resnet34", "resnet50", "densenet121", "vit_small_patch16_224",
  ]

  /// One picture of the size that the net was made for.
  private static func shapes(of network: Network) -> [Shape] {
    let size = network.preprocessing.map { [$0.height, $0.width] } ?? [224, 224]
    return network.inputs.map { input in
      Shape(input.shape.enumerated().map { axis, extent in extent ?? (axis >= 2 ? size[axis - 2] : 1) })
    }
  }

  /// What has no fast kernel yet: the reflected borders of the demonstration generator's small maps, and the mean of the two
  /// heads of a distilled DeiT.
  private static let leftToReference: Set = ["fallback pad", "fallback mean"]

  @Test(arguments: names) func everyLayerHasAFastKernel(_ name: String) throws {
    let network = try Architectures.skeleton(parsing: "random:\(name)")
    let shapes = Self.shapes(of: network)
    let plan = try FastDifferentiator(network: network, threads: 2).plan(
      PlanRequest(
        inputShapes: shapes, targets: network.outputs, gradients: [network.inputs[0].value]))
    for layer in try #require(plan as? any LayeredPlan).layers {
      guard !Self.leftToReference.contains(layer.kernel) else { continue }
      #expect(!layer.kernel.contains("fallback"), "\(layer.names[0]): \(layer.operations)")
      guard let first = layer.operations.split(separator: " ").first, let known = Self.kernels[String(first)] else {
        continue
      }
      #expect(
        known.contains { layer.kernel.hasPrefix($0) }, "\(layer.names[0]): \(layer.operations) by \(layer.kernel)")
    }
  }

  @Test func theReferenceEngineSaysThatItIsTheFallback() throws {
    let network = try Architectures.skeleton(parsing: "random:squeezenet1_1")
    let request = PlanRequest(
      inputShapes: Self.shapes(of: network), targets: network.outputs, gradients: [network.inputs[0].value],
      rules: BackwardRules(smoothing: [network.nodes[3].outputs[0]: [0.25, 0.5, 0.25]]))
    let plan = try FastDifferentiator(network: network, threads: 1).plan(request)
    let layers = try #require(plan as? any LayeredPlan).layers
    #expect(layers.filter { $0.kernel.contains("fallback") }.map { $0.names } == [[network.nodes[3].name]])
  }

  /// The clock runs over every layer, and only while somebody asks.
  @Test func layersAreTimed() throws {
    let network = try Architectures.network(parsing: "random:squeezenet1_1")
    let plan = try FastDifferentiator(network: network, threads: 1).plan(
      PlanRequest(
        inputShapes: [[2, 3, 64, 64]], targets: network.outputs, gradients: [network.inputs[0].value]))
    let layered = try #require(plan as? any LayeredPlan)
    let times = LayerTimes(layers: layered.layers.count)
    layered.layerTimes = times
    _ = try plan.forward([noise([2, 3, 64, 64], seed: 1)])
    _ = try plan.backward([noise(plan.targetShapes[0], seed: 2)])
    for (index, layer) in layered.layers.enumerated() where layer.operations.hasPrefix("convolution") {
      #expect(times.forward[index] > .zero && times.backward[index] > .zero, "\(layer.names[0])")
    }
    let before = times.forward
    layered.layerTimes = nil
    _ = try plan.forward([noise([2, 3, 64, 64], seed: 1)])
    #expect(times.forward == before)
  }
}
