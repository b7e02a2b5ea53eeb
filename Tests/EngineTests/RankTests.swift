import GinghamDifferentiation
import GinghamEngine
import GinghamNetworks
import GinghamReferenceEngine
import GinghamTensors
import Testing

/// Every operator at every number of axes that it takes: the reference engine's gradient against central differences of
/// its own forward pass in 64 bits, and the fast engine against the reference engine.
@Suite struct RankTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var operation: GinghamNetworks.Operation
    /// Of the inputs that are open.
    var shapes: [Shape]
    /// Inputs behind those.
    var constants: [Constant] = []
    var outputs = 1
    var range: ClosedRange<Float> = -2...2

    var testDescription: String { "\(operation.name) of \(shapes.map(\.description).joined(separator: ", "))" }
  }

  @Test(arguments: Case.all) func gradientsAtEveryRank(_ item: Case) throws {
    var network = Network(name: "ranks")
    let inputs = item.shapes.enumerated().map { network.addInput("input\($0)", shape: $1.dimensions) }
    let fixed = item.constants.enumerated().map { network.addConstant("constant\($0)", $1) }
    let results = (0..<item.outputs).map { network.makeValue(named: "output\($0)") }
    network.nodes.append(
      Node(name: "node", operation: item.operation, inputs: inputs + fixed, outputs: results))
    network.outputs = results
    let request = PlanRequest(inputShapes: item.shapes, targets: [results[0]], gradients: inputs)

    let pictures = item.shapes.enumerated().map { index, shape in
      noise(shape, seed: UInt64(index) + 5).map {
        item.range.lowerBound + ($0 + 1) / 2 * (item.range.upperBound - item.range.lowerBound)
      }
    }
    let exact = try ReferenceDifferentiator<Double>(network).referencePlan(request)
    let cotangent = noise(exact.targetShapes[0], seed: 91)
    let weights = cotangent.scalars.map(Double.init)
    let point = pictures.map { $0.scalars.map(Double.init) }
    func objective(_ inputs: [[Double]]) throws -> Double {
      zip(try exact.activations(for: inputs)[0], weights).reduce(0) { $0 + $1.0 * $1.1 }
    }
    _ = try exact.activations(for: point)
    let gradients = try exact.gradients(for: [weights])
    for (index, gradient) in gradients.enumerated() {
      // A few elements stand for all.
      for place in stride(from: 0, to: gradient.count, by: max(1, gradient.count / 7)) {
        var (above, below) = (point, point)
        above[index][place] += 1e-6
        below[index][place] -= 1e-6
        let difference = (try objective(above) - objective(below)) / 2e-6
        #expect(
          abs(gradient[place] - difference) <= 1e-5 + 1e-4 * abs(difference),
          "input \(index)[\(place)] has \(gradient[place]), differences say \(difference)")
      }
    }

    let fast = try FastDifferentiator(network: network, threads: 1).plan(request)
    let found = try fast.forward(pictures)
    #expect(relativeError(found[0], try exact.forward(pictures)[0]) <= 1e-5)
    for (found, expected) in zip(try fast.backward([cotangent]), try exact.backward([cotangent])) {
      #expect(relativeError(found, expected) <= 5e-5)
    }
  }
}

extension RankTests.Case {
  private typealias Case = RankTests.Case

  /// Extents of a tensor of some rank: 2, 3, 4, 3, 2 …
  private static func shape(_ rank: Int) -> Shape { Shape((0..<rank).map { [2, 3, 4, 3, 2][$0 % 5] }) }

  private static func integers(_ shape: Shape, _ elements: [Int]) -> Constant {
    .integer(IntegerArray(shape, elements))
  }

  static let all: [RankTests.Case] =
    windows + normalizations + reductions + products + combinations + movements + indexed + ordered + sampled

  private static let windows: [RankTests.Case] = (1...3).flatMap { axes -> [RankTests.Case] in
    let window = Window(
      kernel: [Int](repeating: 3, count: axes), strides: [Int](repeating: 2, count: axes),
      padding: .explicit(before: [Int](repeating: 1, count: axes), after: [Int](repeating: 1, count: axes)))
    let x = Shape([2, 4] + [Int](repeating: 5, count: axes))
    let kernel = window.kernel
    return [
      Case(
        operation: .convolution(Convolution(window, groups: 2)), shapes: [x, Shape([6, 2] + kernel), [6]]),
      Case(
        operation: .transposedConvolution(TransposedConvolution(window, groups: 2)),
        shapes: [x, Shape([4, 3] + kernel), [6]]),
      Case(operation: .maxPool(MaxPool(window)), shapes: [x]),
      Case(operation: .averagePool(AveragePool(window, countsPadding: true)), shapes: [x]),
      Case(operation: .averagePool(AveragePool(window, countsPadding: false)), shapes: [x]),
    ]
  }

  private static let normalizations: [RankTests.Case] = {
    var cases = (1...5).map { rank -> RankTests.Case in
      let x = shape(rank)
      let parameter: Shape = [rank == 1 ? 1 : x[1]]
      return Case(
        operation: .batchNormalization(epsilon: 1e-3), shapes: [x, parameter, parameter, parameter, parameter],
        range: 0.5...2)
    }
    for rank in 3...5 {
      var x = shape(rank)
      x[1] = 4
      cases += [
        Case(operation: .instanceNormalization(epsilon: 1e-3), shapes: [x, [4], [4]]),
        Case(operation: .groupNormalization(groups: 2, epsilon: 1e-3), shapes: [x, [4], [4]]),
        Case(operation: .localResponseNormalization(LocalResponseNormalization(size: 3, alpha: 0.5)), shapes: [x]),
      ]
    }
    for rank in 1...4 {
      for axis in 0..<rank {
        let x = shape(rank)
        let parameter = Shape(Array(x.dimensions[axis...]))
        cases.append(
          Case(operation: .layerNormalization(axis: axis, epsilon: 1e-2), shapes: [x, parameter, parameter]))
        for flattens in [false, true] {
          cases.append(
            Case(operation: .softmax(Softmax(axis: axis, flattensBehindAxis: flattens)), shapes: [x]))
        }
        cases.append(Case(operation: .softmax(Softmax(axis: axis, isLogarithmic: true)), shapes: [x]))
      }
    }
    return cases
  }()

  private static let reductions: [RankTests.Case] = (1...4).flatMap { rank in
    Reduction.Kind.allCases.flatMap { kind -> [RankTests.Case] in
      [Array(0..<rank), [rank - 1], [0]].map { axes in
        Case(
          operation: .reduce(Reduction(kind, axes: .listed(axes), keepsDimensions: rank != 2)),
          shapes: [shape(rank)], range: 0.5...2)
      }
    }
  }

  private static let products: [RankTests.Case] = {
    let pairs: [[Shape]] = [
      [[4], [4]], [[4], [4, 3]], [[2, 4], [4]], [[4], [2, 4, 3]], [[2, 3, 4], [4]], [[2, 4], [4, 3]],
      [[2, 4], [5, 4, 3]], [[5, 2, 4], [4, 3]], [[5, 2, 4], [5, 4, 3]], [[5, 1, 2, 4], [3, 4, 2]],
      [[2, 3, 2, 4], [2, 3, 4, 2]], [[1, 2, 2, 3, 4], [2, 1, 4, 2]],
    ]
    let determinants = [[3, 3], [2, 3, 3], [2, 2, 2, 2]].map { Case(operation: .determinant, shapes: [Shape($0)]) }
    return pairs.map { Case(operation: .matrixMultiply, shapes: $0) } + determinants
  }()

  private static let combinations: [RankTests.Case] = {
    let pairs: [[Shape]] = [
      [[], []], [[3], []], [[], [3]], [[2, 3], [3]], [[3], [2, 1]], [[2, 3, 4], [3, 1]], [[1, 3, 1], [2, 1, 4]],
      [[2, 3, 4, 2], [4, 1]], [[2, 1, 4, 2], [1, 3, 1, 1]], [[2, 2, 2, 2, 2], [2, 1, 2]],
    ]
    let kinds: [Elementwise] = [.add, .subtract, .multiply, .divide, .power, .minimum, .maximum, .mean]
    let slopes: [[Shape]] = [[[3], [1]], [[2, 3], [3]], [[2, 3, 4], [3, 1]], [[2, 3, 2, 2], [3, 1, 1]]]
    return pairs.flatMap { pair in
      kinds.map { Case(operation: .elementwise($0), shapes: pair, range: 0.5...2) }
    } + slopes.map { Case(operation: .parametricReLU, shapes: $0) }
      + (0...5).map { Case(operation: .pointwise(.gelu(approximate: false)), shapes: [shape($0)]) }
      + (0...5).map { Case(operation: .pointwise(.root(degree: 3)), shapes: [shape($0)], range: 0.5...2) }
  }()

  private static let movements: [RankTests.Case] = (1...5).flatMap { rank -> [RankTests.Case] in
    let x = shape(rank)
    let last = rank - 1
    let ones = [Int](repeating: 1, count: rank)
    var sizes = x.dimensions
    sizes[last] = 5
    return [
      Case(operation: .concatenate(axis: last), shapes: [x, x]),
      Case(operation: .split(Split(axis: last, sizes: [1, x[last] - 1])), shapes: [x], outputs: 2),
      Case(operation: .slice(Slice(starts: [-1], ends: [-1 << 40], axes: [last], steps: [-1])), shapes: [x]),
      Case(
        operation: .pad(Pad(mode: .constant, before: ones, after: ones, value: 0.5)), shapes: [x]),
      Case(operation: .pad(Pad(mode: .reflect, before: ones, after: ones)), shapes: [x]),
      Case(operation: .transpose(permutation: nil), shapes: [x]),
      Case(operation: .tile(repeats: ones.map { $0 + 1 }), shapes: [x]),
      Case(operation: .expand(shape: [2] + x.dimensions), shapes: [x]),
      Case(operation: .flatten(axis: last), shapes: [x]),
      Case(operation: .unsqueeze(axes: [rank]), shapes: [x]),
      Case(operation: .resize(Resize(mode: .linear, sizes: sizes)), shapes: [x]),
      Case(operation: .resize(Resize(mode: .nearest, sizes: sizes)), shapes: [x]),
      Case(operation: .identity, shapes: [x]),
    ]
  }

  private static let indexed: [RankTests.Case] = (1...4).flatMap { rank -> [RankTests.Case] in
    let x = shape(rank)
    var cases: [RankTests.Case] = []
    for axis in 0..<rank {
      for indices in [integers([], [1]), integers([3], [0, -1, 0]), integers([2, 2], [1, 1, 0, -1])] {
        cases.append(Case(operation: .gather(axis: axis), shapes: [x], constants: [indices]))
      }
      let chosen = (0..<x.elementCount).map { $0 * 7 % x[axis] }
      cases += [
        Case(operation: .gatherElements(axis: axis), shapes: [x], constants: [integers(x, chosen)]),
        Case(
          operation: .cumulativeSum(CumulativeSum(axis: axis, isExclusive: axis == 0, isReversed: axis == 1)),
          shapes: [x]),
      ]
    }
    for width in 1...rank {
      let tuples = (0..<(2 * width)).map { $0 % 2 }
      cases.append(
        Case(
          operation: .gatherSlices(batchAxes: 0), shapes: [x], constants: [integers([2, width], tuples)]))
    }
    return cases
  }

  private static let ordered: [RankTests.Case] = (1...4).flatMap { rank in
    (0..<rank).map { axis in
      Case(
        operation: .topK(TopK(axis: axis, count: min(2, shape(rank)[axis]), takesLargest: axis != 1)),
        shapes: [shape(rank)], outputs: 2)
    }
  }

  private static let sampled: [RankTests.Case] = (1...3).flatMap { axes -> [RankTests.Case] in
    let x = Shape([2, 3] + [4, 5, 3].prefix(axes))
    let grid = Shape([2] + [3, 2, 2].prefix(axes) + [axes])
    return [GridSample.Mode.linear, .cubic].flatMap { mode in
      [GridSample.Outside.zeros, .border, .reflection].flatMap { outside in
        [false, true].map { aligns in
          Case(
            operation: .gridSample(GridSample(mode: mode, outside: outside, alignsCorners: aligns)),
            shapes: [x, grid], range: -1.4...1.4)
        }
      }
    }
  }
}

/// Updates go where indices say; which of several stays must not depend on the engine.
@Suite struct ScatterTests {
  @Test(arguments: [GinghamNetworks.Scattering.replace, .add, .multiply, .minimum, .maximum])
  func scatteringPassesGradientsToWhatItKeeps(_ scattering: GinghamNetworks.Scattering) throws {
    for rank in 1...3 {
      let x = Shape([4, 3, 2].prefix(rank).map { $0 })
      // Two updates meet in one element.
      let indices = Constant.integer(IntegerArray(x, (0..<x.elementCount).map { $0 * 5 % 3 }))
      let slices = Constant.integer(IntegerArray([3, 1], [2, 0, 2]))
      var updates = x
      updates[0] = 3
      for (operation, given, shape) in [
        (GinghamNetworks.Operation.scatterElements(axis: 0, scattering), indices, x),
        (.scatterSlices(scattering), slices, updates),
      ] {
        var network = Network(name: "scatter")
        let (first, second) = (
          network.addInput("x", shape: x.dimensions), network.addInput("updates", shape: shape.dimensions)
        )
        let places = network.addConstant("indices", given)
        let y = network.append("y", operation, first, places, second)
        network.outputs = [y]
        let request = PlanRequest(inputShapes: [x, shape], targets: [y], gradients: [first, second])
        let pictures = [noise(x, seed: 3), noise(shape, seed: 4)]
        let exact = try ReferenceDifferentiator<Double>(network).referencePlan(request)
        let weights = noise(x, seed: 8)
        var point = pictures.map { $0.scalars.map(Double.init) }
        func objective() throws -> Double {
          zip(try exact.activations(for: point)[0], weights.scalars).reduce(0) { $0 + $1.0 * Double($1.1) }
        }
        _ = try objective()
        let gradients = try exact.gradients(for: [weights.scalars.map(Double.init)])
        for (index, gradient) in gradients.enumerated() {
          for place in gradient.indices {
            let middle = point[index][place]
            point[index][place] = middle + 1e-6
            let above = try objective()
            point[index][place] = middle - 1e-6
            let difference = (above - (try objective())) / 2e-6
            point[index][place] = middle
            #expect(abs(gradient[place] - difference) <= 1e-5, "\(operation.name) of \(x): input \(index)[\(place)]")
          }
        }
        let fast = try FastDifferentiator(network: network, threads: 1).plan(request)
        #expect(relativeError(try fast.forward(pictures)[0], try exact.forward(pictures)[0]) <= 1e-6)
        for (found, expected) in zip(try fast.backward([weights]), try exact.backward([weights])) {
          #expect(relativeError(found, expected) <= 1e-6)
        }
      }
    }
  }
}
