import Foundation
import GinghamAdversarialProbing
import GinghamDifferentiation
import GinghamNetworks
import GinghamReferenceEngine
import GinghamTensors
import Testing

/// What notebooks-scripts/golden/adversarial.py wrote: a small random net, three pictures, and what foolbox and a plain
/// PyTorch writing of APGD make of them.
struct GoldenNet {
  let arrays: [String: Tensor]
  let pictures: Tensor
  let labels: [Int]

  init() throws {
    arrays = try Self.arrays("attacks")
    pictures = try #require(arrays["pixels"])
    labels = try #require(arrays["labels"]).scalars.map(Int.init)
  }

  static func arrays(_ name: String) throws -> [String: Tensor] {
    let url = try #require(Bundle.module.url(forResource: "Golden/\(name)", withExtension: "npz"))
    let arrays = try Tensor.arrays(npz: url.path(percentEncoded: false))
    return Dictionary(uniqueKeysWithValues: arrays.map { ($0.name, $0.array) })
  }

  subscript(name: String) -> Tensor {
    get throws { try #require(arrays[name], "\(name)") }
  }

  func classes(_ name: String) throws -> [Int] { try self[name + ".classes"].scalars.map(Int.init) }

  /// - Parameter softmax: stands behind the logits.
  func network(softmax: Bool = false) throws -> Network {
    var network = Network(name: "golden")
    let pixels = network.addInput("pixels", shape: [nil, 3, 12, 12])
    func constant(_ name: String) throws -> ValueID { network.addConstant(name, .float(try self[name])) }
    var x = network.append(
      "normalization",
      .pixelNormalization(PixelNormalization(mean: [0.4, 0.5, 0.6], deviation: [0.2, 0.25, 0.3])), pixels)
    x = network.append(
      "conv1", .convolution(Convolution(Window(3, stride: 2, padding: 1))), x, try constant("conv1.weight"),
      try constant("conv1.bias"))
    x = network.append("relu1", .pointwise(.relu), x)
    x = network.append(
      "conv2", .convolution(Convolution(Window(3))), x, try constant("conv2.weight"), try constant("conv2.bias"))
    x = network.append("relu2", .pointwise(.relu), x)
    x = network.append("flatten", .flatten(axis: 1), x)
    x = network.append(
      "fc", .generalMatrixMultiply(GeneralMatrixMultiply(transposesB: true)), x, try constant("fc.weight"),
      try constant("fc.bias"))
    if softmax { x = network.append("softmax", .softmax(Softmax(axis: 1)), x) }
    network.outputs = [x]
    return network
  }

  func classifier(_ output: ClassifierOutput = .logits) throws -> Classifier {
    let network = try network(softmax: output == .probabilities)
    return try Classifier(ReferenceDifferentiator<Float>(network), inputShape: pictures.shape, output: output)
  }

  func batch(targets: [Int]? = nil, masks: [PixelMask]? = nil) throws -> AttackBatch {
    try AttackBatch(pictures: pictures, labels: labels, targets: targets, masks: masks)
  }
}

/// max|a − b|, infinite where shapes differ.
func largestDifference(_ a: Tensor, _ b: Tensor) -> Float {
  guard a.count == b.count else { return .infinity }
  return zip(a.scalars, b.scalars).reduce(0) { max($0, abs($1.0 - $1.1)) }
}
