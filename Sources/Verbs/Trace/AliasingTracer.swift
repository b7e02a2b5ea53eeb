import GinghamAttribution
import GinghamDifferentiation
import GinghamLattices
import GinghamModels
import GinghamNetworks
import GinghamReporting
import GinghamSignals
import GinghamTensors

/// Looks at pictures on their way through a net: what each strided layer reads, and what becomes of the class where they
/// are shifted. Memory does not grow with their number.
struct AliasingTracer {
  private let model: Model
  private let context: RunContext
  private let engine: any Differentiator
  private let strided: [(node: Node, input: ValueID, window: Window, height: Int, width: Int)]
  /// What they read, each once.
  private let inputs: [ValueID]
  private let seed: UInt64

  private static let shifts = 8

  /// - Parameter target: layers behind it are left out.
  /// - Throws: ``ObjectiveError``, ``NetworkError``.
  init(_ model: Model, target: String, seed: UInt64, context: RunContext) throws {
    (self.model, self.context, self.seed) = (model, context, seed)
    let targets = try model.objectiveParser().parse(target).layers.map(model.network.value)
    let bound = try model.bound(leadingTo: targets)
    strided = bound.nodes.leading(to: targets).compactMap { node in
      guard let (window, _) = node.operation.downsamplingWindow, window.strides.count == 2,
        window.strides.contains(where: { $0 > 1 }), let input = node.inputs.first ?? nil, bound.constants[input] == nil,
        let shape = bound.shapes[input], shape.rank == 4
      else { return nil }
      return (node, input, window, shape[2], shape[3])
    }
    inputs = strided.map(\.input).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    engine = PlanCache(try context.differentiator(for: model.network), capacity: 2)
  }

  /// Pictures that cannot be read are left out.
  ///
  /// - Throws: what the first picture fails with where none can be read, ``ModelError/nonFiniteResult(what:count:of:)``,
  ///   and what the engine throws.
  func aliasing(ofPicturesAt paths: [String]) throws -> Aliasing {
    var powers = strided.map { AliasedPower(strides: $0.window.strides) }
    let plans = strided.map { FourierTransform(height: 2 * $0.height, width: 2 * $0.width) }
    let (consistencies, _) = try context.each(paths, counting: "strides and shifts") { path -> Double? in
      let picture = try model.input(pictureAt: path)
      if !strided.isEmpty {
        let plan = try engine.plan(PlanRequest(inputShapes: [picture.shape], targets: inputs, gradients: []))
        let maps = try plan.forward([picture])
        for (index, layer) in strided.enumerated() {
          guard let place = inputs.firstIndex(of: layer.input) else { continue }
          try maps[place].requireFinite("the input of '\(layer.node.name)' at '\(path)'")
          powers[index].add(maps[place], plan: plans[index])
        }
      }
      return try consistency(of: picture, at: path)
    }
    let layers = strided.indices.map { index in
      let layer = strided[index]
      return Aliasing.Layer(
        name: layer.node.name, operation: layer.node.operation.name, window: layer.window.notation,
        map: [layer.height, layer.width], share: powers[index].share,
        whiteNoise: AliasedPower.whiteNoiseShare(
          height: layer.height, width: layer.width, strides: layer.window.strides))
    }
    let spread = Spread(consistencies)
    let shiftConsistency = spread.mean.map { mean in
      Aliasing.ShiftConsistency(
        share: mean, standardError: spread.deviation.map { $0 / Double(consistencies.count).squareRoot() },
        shifts: Self.shifts, most: most, pictures: consistencies.count)
    }
    return Aliasing(layers: layers, shiftConsistency: shiftConsistency)
  }

  /// As far as a picture is shifted: an eighth of its side, and 8 pixels at most.
  private var most: Int {
    let shape = model.inputShape(batch: 1)
    return shape.rank == 4 ? min(8, min(shape[2], shape[3]) / 8) : 0
  }

  /// The share of pairs of shifts with the same top class; `nil` where the output is no row of classes.
  private func consistency(of picture: Tensor, at path: String) throws -> Double? {
    guard most > 0, let output = model.network.outputs.first else { return nil }
    // The same for every picture, so that it does not matter which others are looked at.
    var random = SeededGenerator(seed: seed, name: "shifts")
    let copies = (0..<Self.shifts).map { _ in
      picture.shifted(down: random.integer(in: -most...most), right: random.integer(in: -most...most))
    }
    let batch = Tensor.stacked(copies)
    let outputs: Tensor
    do {
      outputs = try engine.plan(PlanRequest(inputShapes: [batch.shape], targets: [output], gradients: [])).forward([
        batch
      ])[0]
    } catch is NetworkError {
      // A head that does not take pictures of this size has no classes to compare.
      return nil
    }
    guard outputs.shape.rank > 1, outputs.shape[1] > 1, outputs.count == Self.shifts * outputs.shape[1] else {
      return nil
    }
    try outputs.requireFinite("the output at '\(path)'")
    return Self.agreement(of: ClassObjective(.top).classes(of: outputs))
  }

  /// The share of pairs of equal classes, of two or more.
  static func agreement(of classes: [Int]) -> Double {
    let counts = Dictionary(classes.map { ($0, 1) }, uniquingKeysWith: +).values
    return Double(counts.reduce(0) { $0 + $1 * ($1 - 1) }) / Double(classes.count * (classes.count - 1))
  }
}

extension Tensor {
  /// Maps …×H×W moved by so many pixels, less than their sides; what comes in is mirrored at the border.
  fileprivate func shifted(down: Int, right: Int) -> Tensor {
    let (height, width) = (shape[shape.rank - 2], shape[shape.rank - 1])
    func place(_ index: Int, _ extent: Int) -> Int {
      index < 0 ? -1 - index : index >= extent ? 2 * extent - 1 - index : index
    }
    let columns = (0..<width).map { place($0 - right, width) }
    return withUnsafeBufferPointer { source in
      Tensor(shape) { target in
        for line in 0..<(target.count / width) {
          let (map, y) = (line / height, line % height)
          let row = (map * height + place(y - down, height)) * width
          for x in 0..<width { target[line * width + x] = source[row + columns[x]] }
        }
      }
    }
  }
}
