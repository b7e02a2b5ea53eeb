import Gingham
import Testing

/// What rewritten layers compute, by the engine in double precision, against the layer they replace.
@Suite struct RewriteOutputTests {
  struct Case: Sendable, CustomStringConvertible {
    var kernel: [Int]
    var stride: [Int]
    var before: [Int] = [0, 0]
    var after: [Int] = [0, 0]
    var dilation = [1, 1]
    var groups = 1
    var outputPadding: [Int]?
    var inputs = [5, 7]
    var hasBias = true

    var description: String {
      "\(kernel)/\(stride) pads \(before) \(after) dilation \(dilation) groups \(groups) + \(outputPadding ?? []) of \(inputs)"
    }

    var window: Window {
      Window(
        kernel: kernel, strides: stride, dilations: dilation, padding: .explicit(before: before, after: after))
    }

    func network(weight: Tensor? = nil) -> Network {
      var network = Network(name: "layer")
      let x = network.addInput("x", shape: [2, 4] + inputs)
      let w = network.addConstant("up.weight", .float(weight ?? noise(Shape([4, 6 / groups] + kernel), "weight")))
      let b = hasBias ? network.addConstant("up.bias", .float(noise([6], "bias"))) : nil
      let operation = TransposedConvolution(window, groups: groups, outputPadding: outputPadding)
      network.outputs = [network.append("up", .transposedConvolution(operation), x, w, b)]
      return network
    }
  }

  static let cases = [
    Case(kernel: [4, 4], stride: [2, 2], before: [1, 1], after: [1, 1]),
    Case(kernel: [3, 3], stride: [2, 2], before: [1, 1], after: [1, 1], outputPadding: [1, 1]),
    Case(kernel: [5, 5], stride: [2, 2], before: [2, 2], after: [2, 2], outputPadding: [1, 1], hasBias: false),
    Case(kernel: [2, 2], stride: [2, 2]),
    Case(kernel: [4, 3], stride: [2, 2], before: [0, 2], after: [1, 0], groups: 2),
    Case(kernel: [3, 3], stride: [2, 2], before: [2, 1], after: [2, 3], dilation: [2, 2]),
    Case(kernel: [2, 3], stride: [3, 3], before: [1, 0], after: [0, 1], dilation: [2, 1], outputPadding: [2, 1]),
    Case(kernel: [3, 3], stride: [4, 4], groups: 2, inputs: [3, 2]),
    Case(kernel: [1, 1], stride: [2, 2], outputPadding: [1, 0]),
    Case(kernel: [6, 6], stride: [3, 3], before: [5, 4], after: [4, 5]),
  ]

  /// Strides that differ between the axes, for rewrites without a depth-to-space.
  static let oblong = cases + [Case(kernel: [4, 6], stride: [2, 3], before: [1, 2], after: [1, 1])]

  private static func noise(_ shape: Shape, _ name: String) -> Tensor {
    let sequence = NormalSequence(seed: 5, name: name)
    return Tensor(shape) { sequence.fill($0) }
  }

  private func output(_ network: Network) throws -> Tensor {
    let shape = try #require(network.bound().shapes[network.inputs[0].value])
    let plan = try ReferenceDifferentiator<Double>(network).plan(
      PlanRequest(inputShapes: [shape], targets: network.outputs, gradients: []))
    return try plan.forward([Self.noise(shape, "x")])[0]
  }

  private func rewritten(
    _ network: Network, _ method: RewriteMethod, _ options: RewriteOptions = RewriteOptions()
  ) throws -> Network {
    var changed = network
    _ = try changed.rewrite(layer: network.nodes[0].name, with: method, options: options, bound: network.bound())
    return changed
  }

  private func expectEqual(
    _ found: Tensor, _ expected: Tensor, border: Int = 0, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    try #require(found.shape == expected.shape, sourceLocation: sourceLocation)
    let (height, width) = (expected.shape[2], expected.shape[3])
    var largest: Float = 0
    for (index, pair) in zip(found.scalars, expected.scalars).enumerated() {
      let (y, x) = (index / width % height, index % width)
      guard min(y, x, height - 1 - y, width - 1 - x) >= border else { continue }
      largest = max(largest, abs(pair.0 - pair.1))
    }
    #expect(largest < 2e-5, sourceLocation: sourceLocation)
  }

  @Test(arguments: cases) func subPixelConvolutionsPaintExactlyTheSame(_ test: Case) throws {
    let network = test.network()
    try expectEqual(output(rewritten(network, .subpixel)), output(network))
  }

  @Test(arguments: oblong) func everyRewriteKeepsTheShape(_ test: Case) throws {
    let network = test.network()
    let shape = try output(network).shape
    for method in [RewriteMethod.nearest, .bilinear, .equalise] {
      for border in RewriteOptions.Border.allCases {
        #expect(try output(rewritten(network, method, RewriteOptions(border: border))).shape == shape)
      }
    }
  }

  /// A kernel that a nearest resize and a convolution can paint, borders and all.
  @Test(arguments: [(3, 2), (1, 2), (2, 2), (4, 2), (2, 3), (3, 4)], [1, 2])
  func nearestResizesPaintTheirKernelsExactly(shape: (taps: Int, scale: Int), groups: Int) throws {
    let (taps, scale) = shape
    let filters = Self.noise(Shape([4, 6 / groups, taps, taps]), "taps")
    let length = taps + scale - 1
    let weight = painted(filters, length: length) { tap, position in
      // rev(k) * (1, … 1)
      (0..<scale).contains(position - (taps - 1 - tap)) ? 1 : 0
    }
    let test = Case(
      kernel: [length, length], stride: [scale, scale], before: [length / 2, 0], after: [0, length / 3], groups: groups)
    let network = test.network(weight: weight)
    try expectEqual(output(rewritten(network, .nearest)), output(network))
    // Beyond the border a mirrored picture is another one; inside nothing changes.
    try expectEqual(
      output(rewritten(network, .nearest, RewriteOptions(border: .reflect))), output(network), border: 2 * length)
    try expectEqual(output(rewritten(network, .equalise)), output(network))
  }

  @Test(arguments: [(3, 2), (2, 2), (3, 3), (1, 4)])
  func linearResizesPaintTheirKernelsExactlyInside(taps: Int, scale: Int) throws {
    let filters = Self.noise([4, 6, taps, taps], "taps")
    let length = taps + 2 * scale - 2
    let weight = painted(filters, length: length) { tap, position in
      max(0, 1 - Double(abs(position - (taps - 1 - tap) - (scale - 1))) / Double(scale))
    }
    var test = Case(kernel: [length, length], stride: [scale, scale], before: [1, 0], after: [0, 1])
    test.inputs = [9, 8]
    let network = test.network(weight: weight)
    for border in RewriteOptions.Border.allCases {
      try expectEqual(
        output(rewritten(network, .bilinear, RewriteOptions(border: border, kernel: taps))), output(network),
        border: length + scale)
    }
  }

  /// Kernels of a transposed convolution from those behind a resize, along both axes.
  private func painted(_ filters: Tensor, length: Int, _ weight: (Int, Int) -> Double) -> Tensor {
    let taps = filters.shape[2]
    let (inputs, outputs) = (filters.shape[0], filters.shape[1])
    return Tensor(
      [inputs, outputs, length, length],
      (0..<(inputs * outputs * length * length)).map { index in
        let (filter, y, x) = (index / (length * length), index / length % length, index % length)
        var sum = 0.0
        for row in 0..<taps {
          for column in 0..<taps {
            sum += weight(row, y) * weight(column, x) * Double(filters[filter / outputs, filter % outputs, row, column])
          }
        }
        return Float(sum)
      })
  }

  /// What all repairs are for: a constant is painted evenly, where the layer before painted a grid.
  @Test(arguments: [RewriteMethod.nearest, .bilinear, .equalise], oblong)
  func aConstantIsPaintedEvenly(method: RewriteMethod, test: Case) throws {
    var test = test
    test.inputs = [12, 12]
    func spread(_ network: Network) throws -> Float {
      let shape = try #require(network.bound().shapes[network.inputs[0].value])
      let plan = try ReferenceDifferentiator<Double>(network).plan(
        PlanRequest(inputShapes: [shape], targets: network.outputs, gradients: []))
      let painted = try plan.forward([Tensor(shape, repeating: 1)])[0]
      let (height, width) = (painted.shape[2], painted.shape[3])
      let margin = 10
      var (least, most) = (Float.infinity, -Float.infinity)
      for y in margin..<(height - margin) {
        for x in margin..<(width - margin) {
          least = min(least, painted[0, 0, y, x])
          most = max(most, painted[0, 0, y, x])
        }
      }
      return most - least
    }
    let network = test.network()
    #expect(try spread(network) > 0.05)
    #expect(try spread(rewritten(network, method)) < 2e-5)
  }

  // MARK: Blur pools

  struct Pool: Sendable, CustomStringConvertible {
    var operation: GinghamNetworks.Operation
    var weight: Shape?
    var side: [Int]
    var description: String { "\(operation) of \(side)" }
  }

  static let pools = [
    Pool(operation: .maxPool(MaxPool(Window(3, stride: 2, padding: 1))), side: [9, 12]),
    Pool(operation: .maxPool(MaxPool(Window(3, stride: 2, ceilMode: true))), side: [10, 13]),
    Pool(operation: .maxPool(MaxPool(Window(2, stride: 2))), side: [8, 7]),
    Pool(operation: .averagePool(AveragePool(Window(3, stride: 2, padding: 1), countsPadding: true)), side: [9, 8]),
    Pool(operation: .convolution(Convolution(Window(3, stride: 2, padding: 1))), weight: [6, 4, 3, 3], side: [11, 8]),
    Pool(
      operation: .convolution(Convolution(Window(kernel: [7, 3], strides: [2, 4], padding: .sameUpper), groups: 2)),
      weight: [6, 2, 7, 3], side: [12, 21]),
    Pool(
      operation: .convolution(Convolution(Window(3, stride: 3, padding: 2, dilation: 2))), weight: [6, 4, 3, 3],
      side: [13, 10]),
    Pool(operation: .convolution(Convolution(Window(1, stride: 2))), weight: [6, 4, 1, 1], side: [3, 2]),
  ]

  private func network(of test: Pool) -> Network {
    var network = Network(name: "layer")
    let x = network.addInput("x", shape: [1, 4] + test.side)
    let w = test.weight.map { network.addConstant("down.weight", .float(Self.noise($0, "weight"))) }
    network.outputs = [network.append("down", test.operation, inputs: [x] + (w.map { [$0] } ?? []))]
    return network
  }

  /// What the layer gives at stride 1, and the strides it had.
  private func dense(_ network: Network) throws -> (map: Tensor, strides: [Int]) {
    let bound = try #require(network.bound().nodes.first).operation
    var dense = network
    var strides = [1, 1]
    switch bound {
    case .convolution(var layer):
      (strides, layer.window.strides) = (layer.window.strides, [1, 1])
      dense.nodes[0].operation = .convolution(layer)
    case .maxPool(var pool):
      (strides, pool.window.strides, pool.window.ceilMode) = (pool.window.strides, [1, 1], false)
      dense.nodes[0].operation = .maxPool(pool)
    case .averagePool(var pool):
      (strides, pool.window.strides) = (pool.window.strides, [1, 1])
      dense.nodes[0].operation = .averagePool(pool)
    default: break
    }
    return (try output(dense), strides)
  }

  /// The layer at stride 1, then a weighted mean around every element that the stride would have kept, worked out here
  /// by hand.
  @Test(arguments: pools) func blurPoolsAreTheBlurredDenseLayer(_ test: Pool) throws {
    let network = network(of: test)
    let found = try output(rewritten(network, .blurpool))
    let (map, strides) = try dense(network)
    let (height, width) = (map.shape[2], map.shape[3])
    func taps(_ stride: Int) -> [Float] {
      switch stride {
      case 2: [0.125, 0.375, 0.375, 0.125]
      case 3: [1 / 3, 1 / 3, 1 / 3]
      // (1, 3, 3, 1) and behind it (1, 3, 3, 1) of every second.
      default: [1, 3, 6, 10, 12, 12, 10, 6, 3, 1].map { $0 / 64 }
      }
    }
    let (rows, columns) = (taps(strides[0]), taps(strides[1]))
    let wanted = try #require(network.bound().shapes[network.outputs[0]])
    let after = [
      rows.count - 1 - (rows.count - 1) / 2 + max(0, (wanted[2] - 1) * strides[0] - height + 1),
      columns.count - 1 - (columns.count - 1) / 2 + max(0, (wanted[3] - 1) * strides[1] - width + 1),
    ]
    let mirrors = after[0] < height && after[1] < width
    func beyond(_ index: Int, _ extent: Int) -> Int {
      if (0..<extent).contains(index) { return index }
      if !mirrors { return min(max(index, 0), extent - 1) }
      return index < 0 ? -index : 2 * (extent - 1) - index
    }
    let expected = Tensor(
      wanted,
      (0..<wanted.elementCount).map { index in
        let (channel, y, x) = (index / (wanted[2] * wanted[3]), index / wanted[3] % wanted[2], index % wanted[3])
        var sum: Float = 0
        for (row, a) in rows.enumerated() {
          for (column, b) in columns.enumerated() {
            sum +=
              a * b
              * map[
                0, channel, beyond(y * strides[0] + row - (rows.count - 1) / 2, height),
                beyond(x * strides[1] + column - (columns.count - 1) / 2, width)]
          }
        }
        return sum
      })
    try expectEqual(found, expected)
  }

  /// The layer at stride 1 through a Fourier transform of two dimensions that loses all above the new Nyquist frequency,
  /// half of what lies on it, and back; then every element that the stride would have kept.
  @Test(arguments: pools) func lowCutsAreTheDenseLayerWithoutItsHighFrequencies(_ test: Pool) throws {
    let network = network(of: test)
    let found = try output(rewritten(network, .lowcut))
    let (map, strides) = try dense(network)
    let (height, width) = (map.shape[2], map.shape[3])
    func kept(_ k: Int, _ extent: Int, _ stride: Int) -> Float {
      let place = 2 * min(k, extent - k) * stride
      return stride == 1 || place < extent ? 1 : place == extent ? 0.5 : 0
    }
    let plan = FourierTransform(height: height, width: width)
    let mask = (0..<(height * plan.halfWidth)).map { index in
      kept(index / plan.halfWidth, height, strides[0]) * kept(index % plan.halfWidth, width, strides[1])
    }
    let cut = plan.inverse(plan.forward(map, times: mask))
    let wanted = try #require(network.bound().shapes[network.outputs[0]])
    let expected = Tensor(
      wanted,
      (0..<wanted.elementCount).map { index in
        let (channel, y, x) = (index / (wanted[2] * wanted[3]), index / wanted[3] % wanted[2], index % wanted[3])
        return cut[0, channel, min(y * strides[0], height - 1), min(x * strides[1], width - 1)]
      })
    try expectEqual(found, expected)
  }
}
