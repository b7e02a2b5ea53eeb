import GinghamDifferentiation
import GinghamNetworks
import GinghamReferenceEngine
import GinghamTensors

/// Small nets with strides whose gradients have closed forms.
struct StrideNet {
  private(set) var network: Network
  private var value: ValueID
  private var channels: Int
  private var count = 0

  /// - Parameter wrapped: pixels that continue on the other side, so that the net has no borders.
  init(side: Int, channels: Int = 1, wrapped: Int = 0) {
    network = Network(name: "strides")
    self.channels = channels
    value = network.addInput("pixels", shape: [nil, channels, side, side])
    if wrapped > 0 {
      value = network.append(
        "wrap", .pad(Pad(mode: .wrap, before: [0, 0, 0, 0], after: [0, 0, wrapped, wrapped])), value)
    }
  }

  /// A convolution without padding; weights by seed, or all alike.
  mutating func convolution(_ kernel: Int, _ stride: Int, to outputs: Int = 1, seed: UInt64? = nil, dilation: Int = 1) {
    count += 1
    let shape: Shape = [outputs, channels, kernel, kernel]
    let weight =
      seed.map { seed in Tensor(shape) { NormalSequence(seed: seed, name: "w").fill($0) } }
      ?? Tensor(shape, repeating: 1)
    value = network.append(
      "conv\(count)", .convolution(Convolution(Window(kernel, stride: stride, dilation: dilation))), value,
      network.addConstant("weight\(count)", .float(weight)))
    channels = outputs
  }

  /// A convolution of one channel with the given kernel.
  mutating func convolution(taps: [Float], side: Int, stride: Int) {
    count += 1
    value = network.append(
      "conv\(count)", .convolution(Convolution(Window(side, stride: stride))), value,
      network.addConstant("weight\(count)", .float(Tensor([1, 1, side, side], taps))))
  }

  mutating func relu() { value = network.append("relu\(count)", .pointwise(.relu), value) }

  mutating func mean() {
    value = network.append("mean", .reduce(Reduction(.mean, axes: .spatial, keepsDimensions: false)), value)
  }

  var differentiator: any Differentiator {
    var network = network
    network.outputs = [value]
    return ReferenceDifferentiator<Double>(network)
  }
}

extension Tensor {
  static func noise(_ shape: Shape, seed: UInt64) -> Tensor {
    Tensor(shape) { NormalSequence(seed: seed, name: "noise").fill($0) }
  }

  /// Σ over pixels of one phase of the values, and of their squares, of a map 1×1×H×W.
  func phaseSums(_ period: Int) -> (sums: [Double], energies: [Double]) {
    var sums = [Double](repeating: 0, count: period * period)
    var energies = sums
    let width = shape[shape.rank - 1]
    for (index, value) in scalars.enumerated() {
      let phase = index / width % shape[shape.rank - 2] % period * period + index % width % period
      sums[phase] += Double(value)
      energies[phase] += Double(value) * Double(value)
    }
    return (sums, energies)
  }
}

/// Largest over smallest.
func spread(_ values: [Double]) -> Double { (values.max() ?? 0) / (values.min() ?? 0) }
