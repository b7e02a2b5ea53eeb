import GinghamNetworks
import GinghamTensors

/// Numbers that break arithmetic which was not made for them.
enum Extreme {
  static let integers = [0, 1, 2, 3, -1, -2, 64, 1 << 24, (1 << 24) + 1, 1 << 31, 1 << 40, 1 << 62, .max, .min]
  static let floats: [Float] = [0, 1, -1, 0.5, .nan, .infinity, -.infinity, 0x1p-149, 3e38, -3e38]
  static let extents = [0, 1, 2, 5, 1 << 24, 1 << 31, 1 << 32, 1 << 40, 1 << 62, .max, -1, .min]

  /// A list with every entry in turn replaced by every extreme, and lists of other lengths.
  static func lists(_ list: [Int]) -> [[Int]] {
    var found: [[Int]] = [[], list + list, Array(list.dropLast()), [Int](repeating: 0, count: 70)]
    for extreme in integers {
      found.append([Int](repeating: extreme, count: list.count))
      for index in list.indices {
        var changed = list
        changed[index] = extreme
        found.append(changed)
      }
    }
    return found
  }
}

/// One operation as it stands in real networks, with what it reads.
struct OrdinaryOperation {
  var operation: Operation
  /// Of the inputs that carry pixels or weights.
  var shapes: [Shape]
  /// Inputs behind those: axes, sizes, indices.
  var lists: [[Int]] = []
}

extension OrdinaryOperation {
  /// Every case of ``Operation`` once or more, chained so that the compiler asks for the ones that are new: each names
  /// its successor.
  static let all: [OrdinaryOperation] = {
    var found: [OrdinaryOperation] = []
    var last: Operation?
    while let next = successors(of: last).first {
      found += successors(of: last)
      last = next.operation
    }
    return found
  }()

  private static let picture: Shape = [1, 4, 6, 6]
  private static let vector: Shape = [4]

  private static func one(
    _ operation: Operation, _ shapes: [Shape] = [picture], lists: [[Int]] = []
  ) -> [OrdinaryOperation] {
    [OrdinaryOperation(operation: operation, shapes: shapes, lists: lists)]
  }

  /// What follows an operation in the chain; several samples where a case has several kinds.
  private static func successors(of operation: Operation?) -> [OrdinaryOperation] {
    switch operation {
    case nil: one(.convolution(Convolution(Window(3, stride: 2, padding: 1))), [picture, [4, 4, 3, 3], vector])
    case .convolution:
      one(
        .transposedConvolution(TransposedConvolution(Window(3, stride: 2, padding: 1), outputPadding: [1, 1])),
        [picture, [4, 2, 3, 3], [2]])
    case .transposedConvolution: one(.maxPool(MaxPool(Window(3, stride: 2, padding: 1, ceilMode: true))))
    case .maxPool: one(.averagePool(AveragePool(Window(2, stride: 2), countsPadding: true)))
    case .averagePool:
      [
        .relu, .leakyReLU(slope: 0.1), .clip(minimum: 0, maximum: 6), .hardSigmoid(alpha: 0.2, beta: 0.5),
        .elu(alpha: 1),
        .celu(alpha: 1), .shrink(lambda: 0.5, bias: 0), .exp, .log, .round, .not,
      ].flatMap { one(.pointwise($0)) }
    case .pointwise: one(.parametricReLU, [picture, [4, 1, 1]])
    case .parametricReLU: Elementwise.allCases.flatMap { one(.elementwise($0), [picture, [4, 1, 1]]) }
    case .elementwise: one(.select, [picture, picture, [1]])
    case .select:
      one(
        .pixelNormalization(PixelNormalization(source: [2, 1, 0], scale: [1, 2, 3], shift: [0, 1, 2])), [[1, 3, 6, 6]])
    case .pixelNormalization:
      one(.batchNormalization(epsilon: 1e-5), [picture, vector, vector, vector, vector])
    case .batchNormalization: one(.instanceNormalization(epsilon: 1e-5), [picture, vector, vector])
    case .instanceNormalization: one(.layerNormalization(axis: -1, epsilon: 1e-5), [picture, [6], [6]])
    case .layerNormalization: one(.groupNormalization(groups: 2, epsilon: 1e-5), [picture, vector, vector])
    case .groupNormalization: one(.localResponseNormalization(LocalResponseNormalization(size: 3)))
    case .localResponseNormalization:
      Reduction.Kind.allCases.flatMap { one(.reduce(Reduction($0, axes: .listed([1, -1])))) }
        + one(.reduce(Reduction(.mean, axes: .spatial)))
        + one(.reduce(Reduction(.sum, axes: .fromInput(emptyMeansNone: false))), lists: [[2, 3]])
    case .reduce: one(.matrixMultiply, [[2, 3, 4], [4, 5]])
    case .matrixMultiply:
      one(.generalMatrixMultiply(GeneralMatrixMultiply(transposesB: true)), [[3, 4], [5, 4], [5]])
    case .generalMatrixMultiply: one(.softmax(Softmax(axis: 1)))
    case .softmax: one(.concatenate(axis: 1), [picture, [1, 2, 6, 6], picture])
    case .concatenate: one(.split(Split(axis: 1, sizes: [1, 3]))) + one(.split(Split(axis: 1)), lists: [[1, 3]])
    case .split:
      one(.slice(Slice(starts: [0, 4], ends: [4, -7], axes: [1, 2], steps: [2, -1])))
        + one(.slice(Slice()), lists: [[1, 0], [3, 5], [1, 3], [1, 2]])
    case .slice:
      [Pad.Mode.constant, .reflect, .edge, .wrap].flatMap {
        one(.pad(Pad(mode: $0, before: [0, 0, 1, 2], after: [0, 0, 2, -1])))
          + one(.pad(Pad(mode: $0)), lists: [[0, 0, 1, 2, 0, 0, 2, 1]])
      }
    case .pad: one(.transpose(permutation: [0, 2, 3, 1]))
    case .transpose: one(.reshape(Reshape(shape: [0, -1, 9]))) + one(.reshape(Reshape()), lists: [[2, -1]])
    case .reshape: one(.flatten(axis: 1))
    case .flatten: one(.squeeze(axes: [0])) + one(.squeeze(axes: nil), lists: [[0]])
    case .squeeze: one(.unsqueeze(axes: [0, 2])) + one(.unsqueeze(axes: nil), lists: [[0]])
    case .unsqueeze: one(.gather(axis: 1), lists: [[0, 3, -1]])
    case .gather: one(.expand(shape: [2, 4, 6, 6])) + one(.expand(shape: nil), lists: [[2, 1, 1, 1]])
    case .expand: one(.tile(repeats: [1, 2, 1, 3])) + one(.tile(repeats: nil), lists: [[1, 2, 1, 3]])
    case .tile:
      [Resize.Mode.nearest, .linear, .cubic].flatMap {
        one(.resize(Resize(mode: $0, scales: [1, 1, 2, 0.5]))) + one(.resize(Resize(mode: $0, sizes: [1, 4, 7, 3])))
      }
    case .resize: one(.depthToSpace(blockSize: 2, order: .depthFirst))
    case .depthToSpace: one(.spaceToDepth(blockSize: 2))
    case .spaceToDepth: one(.identity)
    case .identity: one(.dropout)
    case .dropout: one(.cast(.float16)) + one(.cast(.int8))
    case .cast: one(.shapeOf(start: 1, end: -1))
    case .shapeOf: one(.sizeOf)
    case .sizeOf: one(.constantOfShape(value: 1, type: .int64), [], lists: [[2, 3]])
    case .constantOfShape: one(.range, [], lists: [[0], [5], [1]])
    case .range: one(.align(axis: 1), [vector, picture])
    case .align: one(.gatherElements(axis: 0), [vector], lists: [[0, 3]])
    case .gatherElements: one(.gatherSlices(batchAxes: 0), [vector], lists: [[2]])
    // What is scattered stands behind its indices: tests of scattering have their own samples.
    case .gatherSlices, .scatterElements, .scatterSlices: one(.gridSample(GridSample()), [picture, [1, 3, 3, 2]])
    case .gridSample:
      one(.regionAlign(RegionAlign(height: 2, width: 2)), [picture, [1, 4]], lists: [[0]])
    case .regionAlign: one(.cumulativeSum(CumulativeSum(axis: 1)))
    case .cumulativeSum: one(.topK(TopK(axis: 1, count: 2))) + one(.topK(TopK(axis: 1)), lists: [[2]])
    case .topK: one(.extremePlace(ExtremePlace(axis: 1, isMaximum: true)))
    case .extremePlace: one(.quantize(Quantization(.uint8)), [picture, [1], [1]])
    case .quantize: one(.dynamicQuantize)
    case .dynamicQuantize: one(.determinant)
    case .determinant: one(.nonZero, [], lists: [[0, 3, 0, 1]])
    case .nonZero: one(.unique(Unique()), [], lists: [[3, 1, 3]])
    case .unique: one(.random(RandomFill(.normal(mean: 0, deviation: 1), shape: [2, 3])), [])
    // Bodies are bound node by node; what is missing is never computed.
    case .random, .branch, .loop, .missing: []
    }
  }
}

extension Operation {
  /// The operation with each of its attributes in turn at every extreme. A new case, or attribute, has its line here.
  var extremes: [Operation] {
    func windows(_ window: Window, _ make: (Window) -> Operation) -> [Operation] {
      func changed(_ path: WritableKeyPath<Window, [Int]>) -> [Operation] {
        Extreme.lists(window[keyPath: path]).map { list in
          var window = window
          window[keyPath: path] = list
          return make(window)
        }
      }
      let paddings: [Padding] =
        [.sameUpper, .sameLower]
        + Extreme.lists([1, 1]).flatMap {
          [.explicit(before: $0, after: [1, 1]), .explicit(before: [0, 0], after: $0)]
        }
      return changed(\.kernel) + changed(\.strides) + changed(\.dilations)
        + paddings.flatMap { padding in
          [false, true].map { ceilMode in
            var window = window
            (window.padding, window.ceilMode) = (padding, ceilMode)
            return make(window)
          }
        }
    }
    func floats(_ make: (Float) -> Operation) -> [Operation] { Extreme.floats.map(make) }
    func integers(_ make: (Int) -> Operation) -> [Operation] { Extreme.integers.map(make) }
    func lists(_ list: [Int]?, _ make: ([Int]?) -> Operation) -> [Operation] {
      [make(nil)] + Extreme.lists(list ?? [1, 1]).map(make)
    }

    switch self {
    case .convolution(let convolution):
      return windows(convolution.window) { .convolution(Convolution($0, groups: convolution.groups)) }
        + integers { .convolution(Convolution(convolution.window, groups: $0)) }
    case .transposedConvolution(let convolution):
      return windows(convolution.window) { .transposedConvolution(TransposedConvolution($0)) }
        + integers { .transposedConvolution(TransposedConvolution(convolution.window, groups: $0)) }
        + lists([1, 1]) { .transposedConvolution(TransposedConvolution(convolution.window, outputPadding: $0)) }
        + lists([9, 9]) { .transposedConvolution(TransposedConvolution(convolution.window, outputSize: $0)) }
    case .maxPool(let pool): return windows(pool.window) { .maxPool(MaxPool($0)) }
    case .averagePool(let pool):
      return windows(pool.window) { .averagePool(AveragePool($0, countsPadding: true)) }
        + windows(pool.window) { .averagePool(AveragePool($0, countsPadding: false)) }
    case .pointwise(let function): return function.extremes.map { .pointwise($0) }
    case .parametricReLU, .elementwise, .select, .matrixMultiply, .identity, .dropout, .sizeOf, .range: return [self]
    case .pixelNormalization(let normalization):
      return Extreme.lists(normalization.source).map {
        .pixelNormalization(PixelNormalization(source: $0, scale: [1, 2, 3], shift: [0, 1, 2]))
      } + floats { .pixelNormalization(PixelNormalization(source: [0], scale: [$0], shift: [$0])) }
    case .batchNormalization: return floats { .batchNormalization(epsilon: $0) }
    case .instanceNormalization: return floats { .instanceNormalization(epsilon: $0) }
    case .layerNormalization(let axis, _):
      return floats { .layerNormalization(axis: axis, epsilon: $0) }
        + integers { .layerNormalization(axis: $0, epsilon: 1) }
    case .groupNormalization(let groups, _):
      return floats { .groupNormalization(groups: groups, epsilon: $0) }
        + integers { .groupNormalization(groups: $0, epsilon: 1) }
    case .localResponseNormalization:
      return integers { .localResponseNormalization(LocalResponseNormalization(size: $0)) }
        + floats { .localResponseNormalization(LocalResponseNormalization(size: 3, alpha: $0, beta: $0, bias: $0)) }
    case .reduce(let reduction):
      return [false, true].flatMap { keeps in
        [.all, .spatial, .fromInput(emptyMeansNone: true), .fromInput(emptyMeansNone: false)].map {
          .reduce(Reduction(reduction.kind, axes: $0, keepsDimensions: keeps))
        }
          + Extreme.lists([1, 2]).map {
            .reduce(Reduction(reduction.kind, axes: .listed($0), keepsDimensions: keeps))
          }
      }
    case .generalMatrixMultiply:
      return floats { .generalMatrixMultiply(GeneralMatrixMultiply(alpha: $0, beta: $0)) }
        + [(false, true), (true, false), (true, true)].map {
          .generalMatrixMultiply(GeneralMatrixMultiply(transposesA: $0, transposesB: $1))
        }
    case .softmax:
      return integers { .softmax(Softmax(axis: $0)) }
        + integers { .softmax(Softmax(axis: $0, isLogarithmic: true, flattensBehindAxis: true)) }
    case .concatenate: return integers { .concatenate(axis: $0) }
    case .split(let split):
      return integers { .split(Split(axis: $0, sizes: split.sizes)) }
        + lists(split.sizes) { .split(Split(axis: 1, sizes: $0)) }
    case .slice(let slice):
      func changed(_ path: WritableKeyPath<Slice, [Int]?>) -> [Operation] {
        lists(slice[keyPath: path]) { list in
          var slice = slice
          slice[keyPath: path] = list
          return .slice(slice)
        }
      }
      return changed(\.starts) + changed(\.ends) + changed(\.axes) + changed(\.steps)
    case .pad(let pad):
      return lists(pad.before) { .pad(Pad(mode: pad.mode, before: $0, after: pad.after)) }
        + lists(pad.after) { .pad(Pad(mode: pad.mode, before: pad.before, after: $0)) }
        + floats { .pad(Pad(mode: pad.mode, before: pad.before, after: pad.after, value: $0)) }
    case .transpose(let permutation): return lists(permutation) { .transpose(permutation: $0) }
    case .reshape(let reshape):
      return [false, true].flatMap { zero in
        lists(reshape.shape) { .reshape(Reshape(shape: $0, allowsZero: zero)) }
      }
    case .flatten: return integers { .flatten(axis: $0) }
    case .squeeze(let axes): return lists(axes) { .squeeze(axes: $0) }
    case .unsqueeze(let axes): return lists(axes) { .unsqueeze(axes: $0) }
    case .gather: return integers { .gather(axis: $0) }
    case .expand(let shape): return lists(shape) { .expand(shape: $0) }
    case .tile(let repeats): return lists(repeats) { .tile(repeats: $0) }
    case .resize(let resize): return resize.extremes.map { .resize($0) }
    case .depthToSpace: return integers { .depthToSpace(blockSize: $0, order: .columnFirst) }
    case .spaceToDepth: return integers { .spaceToDepth(blockSize: $0) }
    case .cast: return ElementType.allCases.map { .cast($0) }
    case .shapeOf: return integers { .shapeOf(start: $0, end: $0) } + integers { .shapeOf(start: $0, end: nil) }
    case .align: return integers { .align(axis: $0) }
    case .gatherElements: return integers { .gatherElements(axis: $0) }
    case .gatherSlices: return integers { .gatherSlices(batchAxes: $0) }
    case .scatterElements(_, let scattering): return integers { .scatterElements(axis: $0, scattering) }
    case .scatterSlices, .gridSample, .dynamicQuantize, .determinant, .nonZero, .branch, .loop, .missing: return [self]
    case .regionAlign:
      return integers { .regionAlign(RegionAlign(height: $0, width: 2)) }
        + integers { .regionAlign(RegionAlign(height: 2, width: 2, samples: $0)) }
        + floats { .regionAlign(RegionAlign(height: 2, width: 2, scale: $0)) }
    case .cumulativeSum: return integers { .cumulativeSum(CumulativeSum(axis: $0, isExclusive: true)) }
    case .topK:
      return integers { .topK(TopK(axis: $0, count: 2)) } + integers { .topK(TopK(axis: 1, count: $0)) }
    case .extremePlace:
      return integers { .extremePlace(ExtremePlace(axis: $0, isMaximum: false, keepsDimension: false)) }
    case .quantize: return ElementType.allCases.map { .quantize(Quantization($0)) }
    case .unique: return integers { .unique(Unique(axis: $0)) }
    case .random:
      return Extreme.lists([2, 3]).map { .random(RandomFill(.uniform(low: 0, high: 1), shape: $0)) }
    case .constantOfShape:
      return [0, -1, .nan, .infinity, 1e300, -0x1p63].flatMap { value in
        [ElementType.int64, .float32, .uint8].map { .constantOfShape(value: value, type: $0) }
      }
    }
  }
}

extension Pointwise {
  /// Functions with settings at every extreme; others as they are.
  fileprivate var extremes: [Pointwise] {
    switch self {
    case .leakyReLU: Extreme.floats.map { .leakyReLU(slope: $0) }
    case .clip: Extreme.floats.flatMap { low in Extreme.floats.map { .clip(minimum: low, maximum: $0) } }
    case .hardSigmoid: Extreme.floats.map { .hardSigmoid(alpha: $0, beta: $0) }
    case .elu: Extreme.floats.map { .elu(alpha: $0) }
    case .celu: Extreme.floats.map { .celu(alpha: $0) }
    case .selu: Extreme.floats.map { .selu(alpha: $0, gamma: $0) }
    case .thresholdedReLU: Extreme.floats.map { .thresholdedReLU(alpha: $0) }
    case .shrink: Extreme.floats.map { .shrink(lambda: $0, bias: $0) }
    default: [self]
    }
  }
}

extension Resize {
  fileprivate var extremes: [Resize] {
    var found: [Resize] = []
    func add(_ change: (inout Resize) -> Void) {
      var resize = self
      change(&resize)
      found.append(resize)
    }
    let coordinates: [Coordinates] = [
      .halfPixel, .halfPixelSymmetric, .pytorchHalfPixel, .alignCorners, .asymmetric, .cropAndResize,
    ]
    for coordinate in coordinates {
      for extreme in Extreme.floats + [1e-30, 1e-6, 65536] {
        for antialiases in [false, true] {
          add {
            ($0.coordinates, $0.antialiases) = (coordinate, antialiases)
            ($0.scales, $0.sizes) = ([1, 1, extreme, 1], nil)
          }
          add {
            ($0.coordinates, $0.antialiases) = (coordinate, antialiases)
            $0.region = [0, 0, extreme, 0, 1, 1, 1, extreme]
          }
        }
        add { ($0.coordinates, $0.cubicCoefficient, $0.extrapolationValue) = (coordinate, extreme, extreme) }
      }
      for sizes in Extreme.lists([1, 4, 7, 3]) {
        add { ($0.coordinates, $0.scales, $0.sizes) = (coordinate, nil, sizes) }
      }
    }
    for policy in [AspectPolicy.notLarger, .notSmaller] {
      for sizes in Extreme.lists([1, 4, 7, 3]) {
        add { ($0.aspectPolicy, $0.scales, $0.sizes) = (policy, nil, sizes) }
      }
    }
    for axes in Extreme.lists([2, 3]) { add { ($0.axes, $0.scales, $0.sizes) = (axes, [2, 2], nil) } }
    for rounding in [Rounding.roundPreferFloor, .roundPreferCeil, .floor, .ceil] { add { $0.rounding = rounding } }
    return found
  }
}
