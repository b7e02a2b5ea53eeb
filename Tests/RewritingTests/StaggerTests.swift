import GinghamLattices
import GinghamNetworks
import GinghamPrediction
import GinghamReferenceEngine
import GinghamDifferentiation
import GinghamTensors
import GinghamTestSupport
import Testing

@testable import GinghamRewriting

/// Staggered layers against the layers they come from, channel by channel, and against closed forms.
@Suite struct StaggerTests {
  private func forward(_ network: Network, _ input: Tensor) throws -> Tensor {
    try ReferenceDifferentiator<Double>(network).plan(
      PlanRequest(inputShapes: [input.shape], targets: [network.outputs[0]], gradients: [])
    ).forward([input])[0]
  }

  private func shape(_ inputs: (Int, Int, Int)) -> Shape { [1, inputs.0, inputs.1, inputs.2] }

  /// One channel of a map 1×C×H×W moved by so many pixels, zeros beyond the border.
  private func moved(_ map: Tensor, _ dy: Int, _ dx: Int) -> Tensor {
    let (c, h, w) = (map.shape[1], map.shape[2], map.shape[3])
    return Tensor(
      map.shape,
      (0..<(c * h * w)).map { index in
        let (channel, y, x) = (index / (h * w), index / w % h + dy, index % w + dx)
        return (0..<h).contains(y) && (0..<w).contains(x) ? map[0, channel, y, x] : 0
      })
  }

  /// Output channel c at offset o is the layer's own output on a picture moved by o.
  @Test(arguments: [(3, 2, 0, 13), (3, 2, 1, 12), (5, 3, 2, 16), (1, 2, 0, 9), (4, 3, 1, 14)])
  func channelsOfAConvolutionReadMovedPictures(kernel: Int, stride: Int, padding: Int, side: Int) throws {
    let (inputs, outputs) = (2, 7)
    let layer = LayerUnderRewrite(
      .convolution(Convolution(Window(kernel, stride: stride, padding: padding))), shape: [1, inputs, side, side],
      weight: scattered([outputs, inputs, kernel, kernel], seed: 4))
    let (network, rewrite) = try layer.rewritten(.stagger)
    let offsets = try #require(rewrite.offsets)
    #expect(Set(offsets).count == min(outputs, stride * stride))
    #expect(rewrite.method == .stagger && rewrite.fitError == nil)
    // Zeros around the picture, so that moving it loses nothing.
    var picture = scattered([1, inputs, side, side], seed: 5)
    picture = Tensor(
      picture.shape,
      picture.scalars.enumerated().map { index, value in
        let (y, x) = (index / side % side, index % side)
        return (3..<(side - 3)).contains(y) && (3..<(side - 3)).contains(x) ? value : 0
      })
    let found = try forward(network, picture)
    let axes = try StaggeredAxis.axes(
      of: Window(kernel, stride: stride, padding: padding),
      at: RewriteSite(layer: "down", of: layer.network, bound: layer.network.bound()))
    for (channel, offset) in offsets.enumerated() {
      let expected = try forward(
        layer.network, moved(picture, offset.row - axes[0].lead, offset.column - axes[1].lead))
      #expect(found.shape == expected.shape)
      // The last window of a wider one may reach a pixel that none read before: the interior is compared.
      for y in 1..<(found.shape[2] - 1) {
        for x in 1..<(found.shape[3] - 1) {
          #expect(abs(found[0, channel, y, x] - expected[0, channel, y, x]) < 1e-5)
        }
      }
    }
  }

  @Test(arguments: [(3, 2, 0, 13), (3, 2, 1, 12), (3, 2, 0, 12), (2, 2, 0, 10)])
  func channelsOfAPoolReadMovedPictures(kernel: Int, stride: Int, padding: Int, side: Int) throws {
    for ceil in [false, true] {
      let window = Window(kernel, stride: stride, padding: padding, ceilMode: ceil)
      for operation in [
        GinghamNetworks.Operation.maxPool(MaxPool(window)), .averagePool(AveragePool(window, countsPadding: false)),
      ] {
        let layer = LayerUnderRewrite(operation, shape: [1, 6, side, side])
        let (network, rewrite) = try layer.rewritten(.stagger)
        let offsets = try #require(rewrite.offsets)
        let picture = scattered([1, 6, side, side], seed: 6)
        let found = try forward(network, picture)
        let axes = try StaggeredAxis.axes(
          of: window, at: RewriteSite(layer: "down", of: layer.network, bound: layer.network.bound()))
        for (channel, offset) in offsets.enumerated() {
          let expected = try forward(
            layer.network, moved(picture, offset.row - axes[0].lead, offset.column - axes[1].lead))
          #expect(found.shape == expected.shape)
          for y in 1..<(found.shape[2] - 1) {
            for x in 1..<(found.shape[3] - 1) {
              #expect(abs(found[0, channel, y, x] - expected[0, channel, y, x]) < 1e-5, "\(offset) at \(y), \(x)")
            }
          }
        }
      }
    }
  }

  /// What the layer painted of its input channels one by one, each moved, adds up to what it paints staggered.
  @Test(arguments: [(3, 2, 1, 1, 1), (5, 2, 2, 1, 2), (4, 2, 1, 0, 1), (5, 3, 1, 0, 1)])
  func inputChannelsOfATransposedConvolutionArePaintedMoved(
    kernel: Int, stride: Int, padding: Int, extra: Int, groups: Int
  ) throws {
    let weight = scattered([4, 6 / groups, kernel, kernel], seed: 7)
    let layer = LayerUnderRewrite(
      transposed: weight, Window(kernel, stride: stride, padding: padding), inputs: (4, 6, 7), groups: groups,
      outputPadding: [extra, extra])
    let (network, rewrite) = try layer.rewritten(.stagger)
    let offsets = try #require(rewrite.offsets)
    let lead = (stride - 1) / 2
    let picture = scattered([1, 4, 6, 7], seed: 8)
    let found = try forward(network, picture)
    var expected = [Float](repeating: 0, count: found.count)
    for channel in 0..<4 {
      let alone = Tensor(
        picture.shape, picture.scalars.enumerated().map { $0 / 42 == channel ? $1 : 0 })
      let painted = try forward(layer.network, alone)
      let place = moved(painted, lead - offsets[channel].row, lead - offsets[channel].column)
      for index in expected.indices { expected[index] += place.scalars[index] }
    }
    #expect(found.shape == (try forward(layer.network, picture)).shape)
    for y in 2..<(found.shape[2] - 2) {
      for x in 2..<(found.shape[3] - 2) {
        for c in 0..<6 {
          let index = (c * found.shape[2] + y) * found.shape[3] + x
          #expect(abs(found.scalars[index] - expected[index]) < 1e-4)
        }
      }
    }
  }

  /// Four channels at four offsets leave nothing: the prediction of the rewritten graph is even, whatever the kind.
  @Test func predictionsOfStaggeredLayersAreEven() throws {
    let conv = LayerUnderRewrite(
      .convolution(Convolution(Window(3, stride: 2, padding: 1))), shape: [1, 3, 64, 64],
      weight: scattered([8, 3, 3, 3]))
    let pool = LayerUnderRewrite(.maxPool(MaxPool(Window(3, stride: 2, padding: 1))), shape: [1, 8, 64, 64])
    for layer in [conv, pool] {
      let before = try GradientPrediction(layer.network.bound()).input
      #expect(isClose(before.cv2, 19.0 / 81))
      let after = try GradientPrediction(layer.rewritten(.stagger).network.bound()).input
      #expect(after.cv2 < 1e-12, "\(after.cv2)")
    }
    let up = LayerUnderRewrite(
      transposed: scattered([8, 3, 3, 3]), Window(3, stride: 2, padding: 1), inputs: (8, 16, 16), outputPadding: [1, 1])
    #expect(isClose(try PicturePrediction(up.network.bound()).finding.cv2, 19.0 / 81))
    #expect(try PicturePrediction(up.rewritten(.stagger).network.bound()).finding.cv2 < 1e-12)
  }

  /// Three channels at three of four offsets: E = Σ of three moved patterns, worked out by hand.
  @Test func predictionsOfHalfAStaggerAreTheSumOfItsOffsets() throws {
    let offsets = [StaggerOffset(0, 0), StaggerOffset(0, 0), StaggerOffset(0, 1)]
    let layer = LayerUnderRewrite(
      .convolution(Convolution(Window(3, stride: 2, padding: 1))), shape: [1, 1, 64, 64],
      weight: scattered([3, 1, 3, 3]))
    let network = try layer.rewritten(.stagger, RewriteOptions(offsets: offsets)).network
    // Along an axis a 3-tap kernel counts 2 and 1 at stride 2.
    let rows = [2.0, 1.0]
    let columns = [(2 * 2.0 + 1.0) / 3, (2 * 1.0 + 2.0) / 3]
    let energies = rows.flatMap { row in columns.map { row * $0 } }
    let mean = energies.reduce(0, +) / 4
    let variance = energies.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 4
    #expect(isClose(try GradientPrediction(network.bound()).input.cv2, variance / (mean * mean)))
  }

  @Test func offsetsThatDoNotFitAreRefused() throws {
    let layer = LayerUnderRewrite(
      .convolution(Convolution(Window(3, stride: 2, padding: 1))), shape: [1, 1, 16, 16],
      weight: scattered([3, 1, 3, 3]))
    for offsets in [[StaggerOffset(0, 0)], [StaggerOffset](repeating: StaggerOffset(2, 0), count: 3)] {
      #expect(throws: ArtifactError.self) { try layer.rewritten(.stagger, RewriteOptions(offsets: offsets)) }
    }
  }
}

/// Offsets by what channels carry.
@Suite struct StaggerBalanceTests {
  /// One channel carries as much as three others: by number they would not balance.
  @Test func heavyChannelsAreBalancedByLightOnes() {
    let weights = [3.0, 1, 1, 1, 3, 3, 1, 1, 1, 1, 1, 1]
    let patterns = weights.map { weight in [weight, 0, 0, 0] }
    let balance = StaggerBalance(patterns: patterns, period: 2, strides: [2, 2])
    let found = balance.offsets
    #expect(balance.energy(at: found) < 0.1 * balance.energy(at: StaggerOffset.dealt(to: 12, strides: [2, 2])))
    var sums = [Int: Double]()
    for (offset, weight) in zip(found, weights) { sums[2 * offset.row + offset.column, default: 0] += weight }
    // 18 among four places, in whole numbers.
    #expect(sums.values.allSatisfy { (4...5).contains($0) })
  }

  @Test func nothingBeatsTheBestOfAllPlacements() {
    let patterns = (0..<5).map { (channel: Int) -> [Double] in
      (0..<4).map { (phase: Int) -> Double in
        let number = channel * 7 + phase * 5 + channel * phase
        return Double(number % 11)
      }
    }
    let balance = StaggerBalance(patterns: patterns, period: 2, strides: [2, 2])
    var least = Double.infinity
    for code in 0..<1024 {
      let offsets = (0..<5).map { (channel: Int) -> StaggerOffset in
        let place = (code >> (2 * channel)) & 3
        return StaggerOffset(place & 1, place >> 1)
      }
      least = min(least, balance.energy(at: offsets))
    }
    #expect(balance.energy(at: balance.offsets) <= 1.5 * least)
  }

  /// Two layers in a row by channel number move alike, so that the second undoes the first on the coarser lattice; chosen
  /// by what arrives the sum is even on it.
  @Test func successiveLayersDoNotInterfere() throws {
    let channels = 32
    let pool = Window(3, stride: 2, padding: 1)
    // Behind the pool all is even; in front of it each channel has the pool's pattern at its own offset.
    func front(_ offset: StaggerOffset) throws -> Tensor {
      let axis = [2.0, 1.0]
      return Tensor(
        [1, 1, 4, 4],
        (0..<16).map { (index: Int) -> Float in
          let (row, column) = ((index / 4 + offset.row) % 2, (index % 4 + offset.column) % 2)
          return Float((axis[row] * axis[column]).squareRoot())
        })
    }
    let poolOffsets = StaggerOffset.dealt(to: channels, strides: [2, 2])
    var carried = ChannelPhases(channels: channels, period: 2)
    let maps = try poolOffsets.map(front)
    try carried.add(Tensor([1, channels, 4, 4], maps.flatMap(\.scalars)))
    let balance = try #require(
      StaggerBalance(reading: pool, weight: Tensor([channels, 1, 3, 3], repeating: 1), behind: carried))
    #expect(balance.period == 4)
    let byNumber = balance.energy(at: poolOffsets)
    #expect(byNumber > 1)
    #expect(balance.energy(at: balance.offsets) < 1e-6 * byNumber)
  }

  /// Signed sums: two channels whose phase sums are opposite at one place cancel there.
  @Test func paintedMeansCancel() throws {
    var front = ChannelPhases(channels: 2, period: 1)
    // A mean with nothing around it but a little, so that the means decide.
    try front.add(Tensor([1, 2, 1, 2], [1, 1.001, 1, 1.001]))
    let weight = Tensor([2, 1, 2, 2], [1, 0, 0, 0, 0, 0, 0, -1])
    let balance = try #require(
      StaggerBalance(painting: Window(2, stride: 2), groups: 1, weight: weight, front: front))
    let offsets = balance.offsets
    // 1 at (0, 0) + a and −1 at (1, 1) + b meet where b − a = (1, 1).
    #expect((offsets[0].row + 2 - offsets[1].row) % 2 == 1 && (offsets[0].column + 2 - offsets[1].column) % 2 == 1)
  }
}
