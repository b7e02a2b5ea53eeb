import GinghamLattices
import GinghamNetworks
import GinghamTestSupport
import Testing

@testable import GinghamPrediction

/// The counts of Odena, Dumoulin & Olah (2016) and the forms that are equivalent to transposed convolutions.
@Suite struct OverlapDemoTests {
  @Test func countsAreThoseOfTheArticle() throws {
    func line(_ text: String, _ inputs: Int) throws -> [Int] {
      try OverlapDemo.demos(parsing: text, inputs: inputs)[0].line
    }
    #expect(try line("3/2", 8) == [1, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 1])
    let stacked = try OverlapDemo.demos(parsing: "3/2,3/2", inputs: 5)[0]
    #expect(stacked.counts[0] == [1, 1, 2, 1, 2, 1, 2, 1, 2, 1, 1])
    #expect(stacked.counts[1] == [1, 1, 2, 1, 3, 2, 3, 1, 3, 2, 3, 1, 3, 2, 3, 1, 3, 2, 3, 1, 2, 1, 1])
    #expect(try line("3/2p1o1", 4) == [1, 2, 1, 2, 1, 2, 1, 1])
    #expect(try line("4/2p1", 4) == [1, 2, 2, 2, 2, 2, 2, 1])
    #expect(try line("3/2d2", 5) == [1, 0, 2, 0, 3, 0, 3, 0, 3, 0, 2, 0, 1])
  }

  @Test func strideOneLayersBehindAStackSmoothIt() throws {
    func interior(_ text: String) throws -> [Int] {
      try #require(try OverlapDemo.demos(parsing: text, inputs: 12)[0].interior.last)
    }
    /// Whether a tile is `cycle`, begun anywhere.
    func repeats(_ tile: [Int], _ cycle: [Int]) -> Bool {
      tile.count.isMultiple(of: cycle.count)
        && cycle.indices.contains { start in
          tile.indices.allSatisfy { tile[$0] == cycle[($0 + start) % cycle.count] }
        }
    }
    #expect(repeats(try interior("3/2,3/2"), [1, 3, 2, 3]))
    #expect(repeats(try interior("3/2,3/2,3/1"), [6, 8, 6, 7]))
    #expect(repeats(try interior("3/2,3/2,2/1"), [5, 5, 4, 4]))
    #expect(repeats(try interior("3/2,3/2,4/1"), [9]))
    #expect(!repeats(try interior("3/2,3/2,3/1"), [6, 7, 8, 7]))
    // The same far from the ends of a real line.
    let line = try OverlapDemo.demos(parsing: "3/2,3/2,4/1", inputs: 12)[0].line
    #expect(Set(line[8..<(line.count - 8)]) == [9])
  }

  @Test func unevennessIsExact() throws {
    func demo(_ text: String) throws -> OverlapDemo { try OverlapDemo.demos(parsing: text)[0] }
    #expect(try demo("3/2").unevenness == Fraction(1, 9))
    #expect(try demo("3/2").planeUnevenness == Fraction(19, 81))
    #expect(try demo("5/2").planeUnevenness == Fraction(51, 625))
    #expect(try demo("7/2").planeUnevenness == Fraction(99, 2401))
    #expect(try demo("11/4").planeUnevenness == Fraction(735, 14641))
    #expect(try demo("3/2,3/1").planeUnevenness == Fraction(163, 6561))
    #expect(try demo("4/2,4/2").unevenness == Fraction(0, 1))
    #expect(try demo("3/2d2").maxMin == nil)
    #expect("\(try #require(try demo("3/2").planeUnevenness))" == "19/81")
  }

  @Test func stackedCountsAreSternsSequenceAndFibonacciNumbers() throws {
    var fibonacci = [1, 2]
    for depth in 1...8 {
      let text = [String](repeating: "3/2", count: depth).joined(separator: ",")
      let tile = try #require(try OverlapDemo.demos(parsing: text, inputs: 2)[0].interior.last)
      // Stern: s(2n) = s(n), s(2n + 1) = s(n) + s(n + 1), read cyclically over one tile.
      var stern = [1]
      for _ in 0..<depth {
        stern = stern.indices.flatMap { [stern[$0], stern[$0] + stern[($0 + 1) % stern.count]] }
      }
      #expect(tile.sorted() == stern.sorted())
      #expect(tile.max() == fibonacci[depth])
      fibonacci.append(fibonacci[depth] + fibonacci[depth - 1])
    }
  }

  @Test func theDemoIsWhatThePredictionOfTheAdjointSays() throws {
    for text in ["3/2", "5/2,3/2", "5/3,4/2", "3/2d2", "7/3,3/1"] {
      let demo = try OverlapDemo.demos(parsing: text)[0]
      var net = TestNetwork(side: 180)
      for layer in demo.layers.reversed() {
        net.conv(layer.kernel, layer.stride, padding: layer.padding, dilation: layer.dilation)
      }
      let predicted = try net.prediction().input.cv2
      #expect(isClose(try #require(demo.planeUnevenness).value, predicted), "\(text)")
    }
  }

  @Test func planesAreProductsOfLines() throws {
    let demo = try OverlapDemo.demos(parsing: "3/2", inputs: 3)[0]
    #expect(demo.plane[2] == demo.line.map { 2 * $0 })
  }

  @Test func semicolonsPartStacksAndLayersPrintAsTheyAreWritten() throws {
    let demos = try OverlapDemo.demos(parsing: "3/2; 3/1,4/2p1o1d3")
    #expect(demos.map(\.layers.count) == [1, 2])
    #expect(demos[1].layers[1].description == "4/2p1d3o1")
  }

  @Test func badNotationIsExplained() {
    for text in ["", "3", "3/", "/2", "3/2x1", "3/2p", "0/2", "3/0", "3/2p1p2", "3//2", "9999/2", "3/2,,3/2", "1/1p9"] {
      #expect(throws: ArtifactError.self, "\(text)") { try OverlapDemo.demos(parsing: text) }
    }
    #expect(throws: ArtifactError.self) { try OverlapDemo.demos(parsing: "4096/4096,4096/4096", inputs: 4096) }
    #expect(throws: ArtifactError.self) { try OverlapDemo.demos(parsing: "3/2", inputs: 0) }
  }

  @Test func resizeConvolutionsAreTransposedConvolutionsWithEqualPhaseSums() {
    let (a, b, c) = (0.3, -1.2, 0.7)
    #expect(
      zip(EquivalentKernel.nearestResizeConvolution([a, b, c]), [c, b + c, a + b, a]).allSatisfy { isClose($0, $1) })
    var noise = Noise(seed: 50)
    for scale in 2...4 {
      for length in 1...5 {
        let kernel = (0..<length).map { _ in noise.normal() }
        for equivalent in [
          EquivalentKernel.nearestResizeConvolution(kernel, scale: scale),
          EquivalentKernel.linearResizeConvolution(kernel, scale: scale),
        ] {
          let sums = EquivalentKernel.phaseSums(equivalent, stride: scale)
          #expect(sums.allSatisfy { isClose($0, kernel.reduce(0, +), 1e-12) })
        }
      }
    }
    #expect(EquivalentKernel.linearResizeConvolution([1]) == [0.5, 1, 0.5])
  }

  @Test func equivalentKernelsPaintWhatTheLayersPaint() {
    var noise = Noise(seed: 51)
    let input = (0..<7).map { _ in noise.normal() }
    let kernel = (0..<3).map { _ in noise.normal() }
    // Resize, then cross-correlate with full padding, against painting the equivalent kernel at stride 2.
    let resized = input.flatMap { [$0, $0] }
    let direct = EquivalentKernel.convolved(resized, kernel.reversed())
    let equivalent = EquivalentKernel.nearestResizeConvolution(kernel)
    var painted = [Double](repeating: 0, count: 2 * (input.count - 1) + equivalent.count)
    for (i, value) in input.enumerated() {
      for (tap, weight) in equivalent.enumerated() { painted[2 * i + tap] += value * weight }
    }
    #expect(zip(direct, painted).allSatisfy { isClose($0, $1) } && direct.count == painted.count)
    // Sub-pixel: filter p gives phase p.
    let filters = (0..<2).map { _ in (0..<3).map { _ in noise.normal() } }
    let subPixel = EquivalentKernel.subPixelConvolution(filters)
    var expected = [Double](repeating: 0, count: 2 * (input.count + 2))
    for position in 0..<(input.count + 2) {
      for phase in 0..<2 {
        for tap in 0..<3 where input.indices.contains(position + tap - 2) {
          expected[2 * position + phase] += filters[phase][tap] * input[position + tap - 2]
        }
      }
    }
    var strided = [Double](repeating: 0, count: 2 * (input.count - 1) + subPixel.count)
    for (i, value) in input.enumerated() {
      for (tap, weight) in subPixel.enumerated() { strided[2 * i + tap] += value * weight }
    }
    #expect(zip(expected, strided).allSatisfy { isClose($0, $1) } && expected.count == strided.count)
    // Equal filters are a nearest resize of one convolution.
    let same = EquivalentKernel.subPixelConvolution([filters[0], filters[0]])
    #expect(Set(EquivalentKernel.phaseSums(same, stride: 2)).count == 1)
  }

  @Test func learnedKernelsMayCompensateOrSpoil() {
    #expect(EquivalentKernel.phaseSums([1, 2, 1], stride: 2) == [2, 2])
    #expect(EquivalentKernel.phasePowers([1, 2, 1], stride: 2) == [2, 4])
    #expect(EquivalentKernel.phasePowers([1, 3, 3, 1], stride: 2) == [10, 10])
    let uneven = EquivalentKernel.phaseSums([0.1, 0.1, 0.1, 0.44], stride: 2)
    #expect(isClose(uneven[0], 0.2) && isClose(uneven[1], 0.54))
  }
}
