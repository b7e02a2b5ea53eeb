@testable import GinghamAttribution
import GinghamDifferentiation
import GinghamLattices
import GinghamNetworks
import GinghamTensors
import Testing

@Suite struct BackwardSmoothingTests {
  /// From equal cotangents everywhere: what arrives at the pixels repeats with the stride, and smoothed it is constant.
  @Test(arguments: [(3, 2), (5, 2), (5, 3), (11, 4), (1, 2)]) func theMeanBecomesEven(kernel: Int, stride: Int) throws {
    var net = StrideNet(side: 16 * stride, wrapped: kernel - 1)
    net.convolution(kernel, stride, seed: 1)
    let pixels = Tensor([1, 1, 16 * stride, 16 * stride])
    let objective = ChannelObjective(layer: "conv1", channel: 0)
    let differentiator = net.differentiator
    let plain = try Gradient().attribute(pixels, to: objective, by: differentiator).map
    let smooth = try BackwardSmoothing().attribute(pixels, to: objective, by: differentiator).map
    func deviation(_ map: Tensor) -> Double {
      // Away from the edges, where what lies beyond counts as zero.
      let side = map.shape[3]
      let margin = kernel + 2 * stride
      let inner = (margin..<side - margin).flatMap { y in (margin..<side - margin).map { Double(map[0, 0, y, $0]) } }
      let mean = inner.reduce(0, +) / Double(inner.count)
      return inner.map { abs($0 - mean) }.max().map { $0 / abs(mean) } ?? 0
    }
    #expect(deviation(plain) > 0.1)
    #expect(deviation(smooth) < 1e-5)
  }

  /// From white cotangents: power at a pixel is the sum over outputs of the squared derivative, taken output by output
  /// and, as taps are independent, tap by tap.
  @Test(arguments: [(3, 2), (5, 2), (3, 3), (7, 4), (11, 4), (1, 2)]) func whitePowerBecomesEven(
    kernel: Int, stride: Int
  ) throws {
    let side = 6 * stride + kernel
    var power = [Double](repeating: 0, count: stride * stride)
    var plainPower = power
    for tap in 0..<kernel {
      // One row of taps will do: rows and columns are treated alike, one after the other.
      var taps = [Float](repeating: 0, count: kernel * kernel)
      taps[tap * kernel + tap] = 1
      var net = StrideNet(side: side)
      net.convolution(taps: taps, side: kernel, stride: stride)
      let objective = NeuronObjective(layer: "conv1", channel: 0, position: (3, 3))
      let pixels = Tensor([1, 1, side, side])
      let layers = BackwardRules(smoothing: [
        try net.network.value(ofLayer: "conv1"): EveningFilter.taps(stride: stride)
      ])
      for (rules, isSmooth) in [(layers, true), (BackwardRules(), false)] {
        let pass = try ObjectivePass(objective, of: net.differentiator, inputShapes: [pixels.shape], rules: rules)
        let energies = try pass.valuesAndGradients(pixels).gradients[0].phaseSums(stride).energies
        for phase in energies.indices {
          if isSmooth { power[phase] += energies[phase] } else { plainPower[phase] += energies[phase] }
        }
      }
    }
    // Of taps on the diagonal alone the phases with unequal coordinates get nothing.
    #expect(plainPower.contains(0) || stride == 1)
    #expect(spread(power) < 1 + 1e-5)
  }

  @Test func onlyUnevenLayersOnTheWayAreSmoothed() throws {
    var net = StrideNet(side: 40)
    net.convolution(3, 2, seed: 1)
    net.convolution(4, 2, seed: 2)
    net.convolution(3, 1, seed: 3)
    net.convolution(3, 2, seed: 4)
    let network = net.network
    let found = try UnevenLayer.all(of: network, towards: ["conv4"])
    #expect(found.map(\.name) == ["conv1", "conv4"])
    #expect(try UnevenLayer.all(of: network, towards: ["conv3"]).map(\.name) == ["conv1"])
    #expect(
      try BackwardRules(evening: found).smoothing
        == BackwardSmoothing.rules(smoothing: nil, of: network, towards: ["conv4"]).smoothing)
    let one = try BackwardSmoothing.rules(smoothing: ["conv4"], of: network, towards: ["conv4"])
    #expect(one.smoothing == [try network.value(ofLayer: "conv4"): EveningFilter.taps(stride: 2)])
    for name in ["conv2", "conv3"] {
      #expect(throws: AttributionError.nothingToSmooth(layer: name, uneven: ["conv1", "conv4"])) {
        try BackwardSmoothing.rules(smoothing: [name], of: network, towards: ["conv4"])
      }
    }
    #expect(throws: AttributionError.nothingToSmooth(layer: "conv4", uneven: ["conv1"])) {
      try BackwardSmoothing.rules(smoothing: ["conv4"], of: network, towards: ["conv2"])
    }
    #expect(throws: NetworkError.self) {
      try BackwardSmoothing.rules(smoothing: ["cnv4"], of: network, towards: ["conv4"])
    }
  }

  @Test func netsWithoutUnevenLayersKeepTheirGradient() throws {
    var net = StrideNet(side: 12)
    net.convolution(4, 2, seed: 1)
    net.relu()
    net.mean()
    let pixels = Tensor.noise([1, 1, 12, 12], seed: 2)
    let plain = try Gradient().attribute(pixels, to: ClassObjective(.top), by: net.differentiator)
    let smooth = try BackwardSmoothing().attribute(pixels, to: ClassObjective(.top), by: net.differentiator)
    #expect(plain.map == smooth.map)
  }
}
