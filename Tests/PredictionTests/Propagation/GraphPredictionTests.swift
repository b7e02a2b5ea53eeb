import GinghamLattices
import GinghamNetworks
import GinghamTensors
import GinghamTestSupport
import Testing

@testable import GinghamPrediction

@Suite struct GraphPredictionTests {
  @Test func branchesAddTheirPowers() throws {
    var net = TestNetwork(side: 64)
    let input = net.value
    let branch = net.conv(3, 2, padding: 1)
    let skip = net.conv(1, 2, from: input)
    net.add(branch, skip)
    let found = try net.prediction().input
    // Phases of an axis: the 3-branch has 1 and 2 taps of 3, the skip one tap on the even phase only.
    let third = 1.0 / 3
    let expected = [
      third * third + 1, third * 2 * third, 2 * third * third, 4 * third * third,
    ]
    let mean = expected.reduce(0, +) / 4
    let variance = expected.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 4
    #expect(isClose(found.cv2, variance / (mean * mean)))
  }

  @Test func featureMapsInFrontOfSkippingConvolutionsAreMostlyDead() throws {
    var net = TestNetwork(side: 64)
    net.conv(3, 1, padding: 1)
    let front = net.value
    let branch = net.conv(1, 2)
    let skip = net.conv(1, 2, from: front)
    net.add(branch, skip)
    let prediction = try net.prediction()
    #expect(prediction.layers.first { $0.name == "conv1" }?.deadShare == 0.75)
    #expect(prediction.input.deadShare == 0)
    #expect(try prediction.finding(at: front).maxMin == nil)
  }

  @Test func maximumPoolsFollowTheLawOfTheWinner() throws {
    var net = TestNetwork(side: 64)
    net.apply("pool", .maxPool(MaxPool(Window(3, stride: 2, padding: 1))))
    for (signals, centre) in [(PredictionOptions.Signals.white, 1.0 / 3), (.smooth, 0.25)] {
      let found = try net.prediction(PredictionOptions(signals: signals)).input
      let axis = (1 - 2 * centre) * (1 - 2 * centre)
      #expect(isClose(found.cv2, (1 + axis) * (1 + axis) - 1))
    }
    #expect(isClose(MaximumPosition.centreChance(r1: 0, r2: 0), 1.0 / 3))
    #expect(isClose(MaximumPosition.centreChance(r1: 0.9, r2: 0.8), 0.25))
    for count in 1...9 {
      let sum = (0..<count).reduce(0.0) { $0 + MaximumPosition.chance(ofTap: $1, of: count, signals: .smooth) }
      #expect(isClose(sum, 1))
    }
  }

  @Test func theWinnerOfARandomWalkFollowsItsLaw() {
    var noise = Noise(seed: 40)
    let (count, draws) = (4, 40_000)
    var wins = [Int](repeating: 0, count: count)
    for _ in 0..<draws {
      var (position, best, winner) = (0.0, -Double.infinity, 0)
      for tap in 0..<count {
        position += noise.normal()
        if position > best { (best, winner) = (position, tap) }
      }
      wins[winner] += 1
    }
    for tap in 0..<count {
      let chance = MaximumPosition.chance(ofTap: tap, of: count, signals: .smooth)
      #expect(abs(Double(wins[tap]) / Double(draws) - chance) < 0.012)
    }
  }

  @Test func averagePoolsAndResizesDependOnTheCorrelationAbove() throws {
    var pool = TestNetwork(side: 64)
    pool.apply("pool", .averagePool(AveragePool(Window(3, stride: 2, padding: 1), countsPadding: true)))
    let white = try pool.prediction().input
    let smooth = try pool.prediction(PredictionOptions(signals: .smooth)).input
    #expect(isClose(white.cv2, 19.0 / 81))
    // Amplitudes 1:2 an axis, so powers 1:4: CV² = (3/5)².
    #expect(isClose(smooth.cv2, (1 + 0.36) * (1 + 0.36) - 1))
    var even = TestNetwork(side: 64)
    even.apply("pool", .averagePool(AveragePool(Window(2, stride: 2), countsPadding: true)))
    #expect(try even.prediction().input.cv2 < 1e-15)
  }

  @Test func enlargingAndShufflingLayersKeepPowerTogether() throws {
    var shuffle = TestNetwork(side: 64, channels: 4)
    shuffle.apply("shuffle", .depthToSpace(blockSize: 2, order: .depthFirst))
    shuffle.conv(3, 2, padding: 1)
    // Every block of 2×2 becomes one element: the lattice of the 3/2 layer is averaged away.
    #expect(try shuffle.prediction().input.cv2 < 1e-15)
    var nearest = TestNetwork(side: 32)
    nearest.apply(
      "resize",
      .resize(Resize(mode: .nearest, coordinates: .asymmetric, rounding: .floor, scales: [1, 1, 2, 2])))
    nearest.conv(3, 4, padding: 1)
    let found = try nearest.prediction().input
    #expect(found.period == 2)
    // Sums over pairs of taps 1, 1, 1, 0 (shifted by the padding): 1 + 1 and 0 + 1 an axis.
    #expect(isClose(found.cv2, (1 + 1.0 / 9) * (1 + 1.0 / 9) - 1))
    var blocks = TestNetwork(side: 32)
    blocks.apply("blocks", .spaceToDepth(blockSize: 2))
    let weight = blocks.weight([1, 4, 3, 3])
    blocks.value = blocks.network.append("head", .convolution(Convolution(Window(3, padding: 1))), blocks.value, weight)
    let spread = try blocks.prediction().input
    #expect(spread.period == 2 && spread.cv2 < 1e-15)
  }

  @Test func slicesWithStepsPickPhases() throws {
    var net = TestNetwork(side: 32)
    net.apply("slice", .slice(Slice(starts: [1, 1], ends: [32, 32], axes: [2, 3], steps: [2, 2])))
    let prediction = try net.prediction()
    let phases = try #require(prediction.phases(at: prediction.inputValue))
    #expect(phases.values == [0, 0, 0, 1])
  }

  @Test func paddingShiftsTheLatticeAndItsModesReturnToPixels() throws {
    for mode in [Pad.Mode.constant, .reflect, .edge, .wrap] {
      var net = TestNetwork(side: 16)
      net.apply("pad", .pad(Pad(mode: mode, before: [0, 0, 1, 1], after: [0, 0, 1, 1])))
      net.conv(3, 2)
      let prediction = try net.prediction()
      let inside = try #require(prediction.phases(at: prediction.inputValue))
      #expect(isClose(inside.values[0] * 4, inside.values[3]))
      let map = try prediction.variance(at: prediction.inputValue)
      // Everything that reaches the padding but the constant one lands on a pixel: the total is kept.
      let total = map.values.reduce(0, +)
      #expect(mode == .constant ? total < 64 - 1e-9 : isClose(total, 64))
    }
  }

  @Test func theWholeMapAgreesWithCountingPaths() throws {
    // An independent count: every path from an output through taps to a pixel, borders and all.
    let side = 13
    let layers = [(3, 2, 1, 1), (3, 1, 2, 2), (2, 2, 0, 1)]
    var net = TestNetwork(side: side)
    for (kernel, stride, padding, dilation) in layers {
      net.conv(kernel, stride, padding: padding, dilation: dilation)
    }
    var extents = [side]
    for (kernel, stride, padding, dilation) in layers {
      extents.append((extents[extents.count - 1] + 2 * padding - dilation * (kernel - 1) - 1) / stride + 1)
    }
    func paths(_ depth: Int, _ position: Int) -> [Int: Double] {
      guard depth > 0 else { return [position: 1] }
      let (kernel, stride, padding, dilation) = layers[depth - 1]
      var sum: [Int: Double] = [:]
      for tap in 0..<kernel {
        let index = position * stride + tap * dilation - padding
        guard index >= 0, index < extents[depth - 1] else { continue }
        for (pixel, weight) in paths(depth - 1, index) { sum[pixel, default: 0] += weight / Double(kernel) }
      }
      return sum
    }
    var axis = [Double](repeating: 0, count: side)
    for position in 0..<extents[layers.count] {
      for (pixel, weight) in paths(layers.count, position) { axis[pixel] += weight }
    }
    let prediction = try net.prediction()
    let map = try prediction.variance(at: prediction.inputValue)
    for y in 0..<side {
      for x in 0..<side { #expect(isClose(map[y, x], axis[y] * axis[x])) }
    }
  }

  @Test func theInteriorIsTheMiddleOfALargePicture() throws {
    var net = TestNetwork(side: 256)
    net.conv(7, 2, padding: 3)
    net.apply("pool", .maxPool(MaxPool(Window(3, stride: 2, padding: 1))))
    let front = net.value
    let branch = net.conv(3, 2, padding: 1)
    let skip = net.conv(1, 2, from: front)
    net.add(branch, skip)
    net.apply("relu", .pointwise(.relu))
    let prediction = try net.prediction()
    let map = try prediction.variance(at: prediction.inputValue)
    let middle = map.crop(rows: 96..<160, columns: 96..<160)
    let phases = try PhaseTable(means: middle, lattice: Lattice(period: 8))
    for (a, b) in zip(phases.values, try #require(prediction.phases(at: prediction.inputValue)).values) {
      #expect(isClose(a, b))
    }
  }

  @Test func bordersFadeAndLeftoversAreNeverRead() throws {
    var net = TestNetwork(side: 20)
    net.conv(3, 2)
    let prediction = try net.prediction()
    let foveation = try prediction.foveation()
    #expect(foveation.unusedRows == 1 && foveation.unusedColumns == 1)
    let warning = try #require(try prediction.warnings().first { $0.kind == .unusedPixels })
    #expect(warning.layer == "conv1")
    var padded = TestNetwork(side: 32)
    for _ in 0..<4 { padded.conv(3, 1, padding: 1) }
    let faded = try padded.prediction().foveation()
    #expect(faded.cornerToCentre < 0.7 && faded.unusedRows == 0)
  }

  @Test func aSingleNeuronSeesItsReceptiveField() throws {
    let prediction = try TestNetwork.stack([(3, 2), (3, 2)], side: 32).prediction()
    let map = try prediction.variance(at: prediction.inputValue, startingAt: (4, 4))
    let live = (0..<32).filter { y in (0..<32).contains { map[y, $0] > 0 } }
    // 7 pixels around 16: receptive field 3 + 2·2.
    #expect(live == Array(13...19))
    #expect(throws: ArtifactError.self) { try prediction.variance(at: prediction.inputValue, startingAt: (8, 0)) }
  }

  @Test func weightsReplaceTheConventionWhereAskedFor() throws {
    var net = TestNetwork(side: 32)
    let taps: [Float] = [1, 2, 1]
    let weight = net.weight([1, 1, 3, 3]) { taps[$0 / 3] * taps[$0 % 3] }
    net.value = net.network.append(
      "conv", .convolution(Convolution(Window(3, stride: 2, padding: 1))), net.value, weight)
    let learned = try net.prediction(PredictionOptions(gain: .weights)).input
    // Squares 1, 4, 1: 2 against 4 an axis.
    #expect(isClose(learned.cv2, (1 + 1.0 / 9) * (1 + 1.0 / 9) - 1))
    #expect(isClose(learned.maxMin ?? 0, 4))
    let map = try net.prediction(PredictionOptions(gain: .weights)).variance(at: net.network.inputs[0].value)
    #expect(isClose(map[16, 16], 16) && isClose(map[15, 15], 4))
  }

  @Test func predictingAgainInFrontOfAChangeIsPredictingItAll() throws {
    // A branch around the changed layer: what it sends to the front must not be counted twice or lost.
    var net = TestNetwork(side: 96)
    net.conv(3, 2, padding: 1)
    let fork = net.conv(3, 1, padding: 1)
    let branch = net.conv(3, 2, padding: 1)
    let skip = net.conv(1, 2, from: fork)
    net.add(branch, skip)
    net.apply("pool", .maxPool(MaxPool(Window(3, stride: 2, padding: 1))))
    let prediction = try net.prediction()
    #expect(prediction.stridedLayers.count == 4)
    for layer in prediction.stridedLayers {
      var changed = prediction.interior
      changed.mitigations = [layer.value: .even]
      let whole = try #require(try changed.backward(from: prediction.target)[prediction.inputValue])
      let found = try prediction.unevenness(with: [layer.value: .even])
      #expect(isClose(found.cv2, Unevenness(of: PhaseTable(tiling: whole)).cv2), "\(layer.name)")
      #expect(found.cv2 != prediction.input.cv2, "\(layer.name)")
    }
  }

  @Test func bandsAtALayerBelongToTheLayersBehindIt() throws {
    var net = TestNetwork(side: 64)
    let first = net.conv(3, 2, padding: 1)
    net.conv(3, 2, padding: 1)
    net.conv(5, 2, padding: 2)
    let prediction = try net.prediction()
    #expect(try prediction.bandLayers(at: [first])[first] == [2: "conv2", 4: "conv3"])
    let found = try prediction.finding(at: first)
    #expect(found.bands.map(\.layer) == ["conv2", "conv3"])
    #expect(isClose(found.band(2), try TestNetwork.stack([(3, 2), (5, 2)]).prediction().input.band(2)))
  }

  @Test func unreachableTargetsAndVolumesAreErrors() throws {
    var net = TestNetwork(side: 16)
    net.conv(3, 1, padding: 1)
    let constant = net.weight([1, 1, 4, 4])
    var network = net.network
    network.outputs = [constant]
    let bound = try network.bound()
    #expect(throws: ArtifactError.self) { try GradientPrediction(bound) }
    var volume = Network(name: "volume")
    let input = volume.addInput("input", shape: [1, 1, 8, 8, 8])
    let weight = volume.addConstant("weight", .float(Tensor([1, 1, 2, 2, 2], repeating: 1)))
    let output = volume.append(
      "conv", .convolution(Convolution(Window(kernel: [2, 2, 2], strides: [2, 2, 2]))), input, weight)
    volume.outputs = [output]
    let boundVolume = try volume.bound()
    #expect(throws: ArtifactError.self) { try GradientPrediction(boundVolume) }
  }
}
