import GinghamDifferentiation
import GinghamNetworks
import GinghamReferenceEngine
import GinghamTensors
import Testing

/// Every operation with every attribute, extent and list at zero, one, huge, negative and overflowing values, through
/// binding, shape inference, folding, statistics and, where the result is small, both passes of the engine. Each is
/// refused by a typed error or works; a trap would take the test process with it.
@Suite struct ExtremeValueTests {
  /// - Parameter areConstant: whether everything is known before the run, so that it is folded.
  private func attempt(
    _ operation: Operation, _ shapes: [Shape], lists: [[Int]], areConstant: Bool = false, limit: Int = 1
  ) throws {
    var network = Network(name: "extreme")
    network.limits = ResourceLimits(factor: limit)
    var inputs: [ValueID] = []
    for (index, shape) in shapes.enumerated() {
      if areConstant {
        guard let count = shape.checkedElementCount, count <= 1 << 12, ResourceLimits().allow(shape) else { return }
        // Indices, conditions and counts are integers, everything else is not.
        let isInteger = index > 0 && shape.rank == 1
        inputs.append(
          network.addConstant(
            "c\(index)",
            isInteger
              ? .integer(IntegerArray(shape, (0..<count).map { $0 - 1 })) : .float(Tensor(shape, repeating: 0.5))))
      } else {
        inputs.append(network.addInput("x\(index)", shape: shape.dimensions))
      }
    }
    for (index, list) in lists.enumerated() {
      inputs.append(network.addConstant("l\(index)", .integer(IntegerArray([list.count], list))))
    }
    let outputCount = if case .split = operation { 2 } else { 1 }
    let outputs = (0..<outputCount).map { network.makeValue(named: "y\($0)") }
    network.nodes.append(Node(name: "node", operation: operation, inputs: inputs, outputs: outputs))
    network.outputs = outputs
    do {
      let bound = try network.bound()
      _ = bound.layerStatistics.multiplyAdds
      for (value, shape) in bound.shapes where bound.constants[value] == nil {
        #expect(network.limits.allow(shape), "\(operation): \(shape)")
      }
      let elements = bound.shapes.values.reduce(0) { $0 + ($1.checkedVolume ?? .max >> 8) }
      guard let first = bound.inputs.first, elements <= 1 << 14 else { return }
      let plan = try ReferenceDifferentiator<Float>(network).plan(
        PlanRequest(
          inputShapes: bound.inputs.compactMap { bound.shapes[$0] }, targets: outputs, gradients: [first]))
      let values = try plan.forward(plan.request.inputShapes.map { Tensor($0, repeating: 0.5) })
      _ = try plan.backward(values)
    } catch is NetworkError {
    } catch is EngineError {
    } catch is MemoryError {
    }
  }

  @Test(arguments: OrdinaryOperation.all.indices) func ordinaryOnesWork(index: Int) throws {
    let sample = OrdinaryOperation.all[index]
    var network = Network(name: "ordinary")
    var inputs = sample.shapes.enumerated().map { network.addInput("x\($0)", shape: $1.dimensions) }
    for list in sample.lists { inputs.append(network.addConstant("l", .integer(IntegerArray([list.count], list)))) }
    let outputCount = if case .split = sample.operation { 2 } else { 1 }
    network.outputs = (0..<outputCount).map { network.makeValue(named: "y\($0)") }
    network.nodes.append(Node(name: "node", operation: sample.operation, inputs: inputs, outputs: network.outputs))
    #expect(throws: Never.self) { try network.bound() }
    try attempt(sample.operation, sample.shapes, lists: sample.lists)
    try attempt(sample.operation, sample.shapes, lists: sample.lists, areConstant: true)
  }

  @Test(arguments: OrdinaryOperation.all.indices) func attributesMayBeAnything(index: Int) throws {
    let sample = OrdinaryOperation.all[index]
    let empty = sample.shapes.map { shape in
      Shape(shape.dimensions.enumerated().map { $0.offset == 0 ? 0 : $0.element })
    }
    for operation in sample.operation.extremes {
      try attempt(operation, sample.shapes, lists: sample.lists)
      try attempt(operation, sample.shapes, lists: sample.lists, areConstant: true)
      try attempt(operation, empty, lists: sample.lists)
    }
  }

  @Test(arguments: OrdinaryOperation.all.indices) func extentsMayBeAnything(index: Int) throws {
    let sample = OrdinaryOperation.all[index]
    for position in sample.shapes.indices {
      var changes: [Shape] = [[], [0], [0, 0, 0, 0, 0], Shape([Int](repeating: 1, count: 65))]
      for axis in 0..<sample.shapes[position].rank {
        for extent in Extreme.extents {
          var shape = sample.shapes[position]
          shape[axis] = extent
          changes.append(shape)
          // An extent of zero must not hide the other.
          shape[(axis + 1) % shape.rank] = 0
          changes.append(shape)
        }
      }
      for changed in changes {
        var shapes = sample.shapes
        shapes[position] = changed
        for limit in [1, ResourceLimits.factors.upperBound] {
          try attempt(sample.operation, shapes, lists: sample.lists, limit: limit)
        }
        try attempt(sample.operation, shapes, lists: sample.lists, areConstant: true)
        // All of them alike, as operands of arithmetic are.
        try attempt(sample.operation, shapes.map { _ in changed }, lists: sample.lists)
      }
      try attempt(sample.operation, Array(sample.shapes.dropLast()), lists: sample.lists)
    }
  }

  @Test(arguments: OrdinaryOperation.all.indices) func listsThatComeInMayBeAnything(index: Int) throws {
    let sample = OrdinaryOperation.all[index]
    for position in sample.lists.indices {
      for changed in Extreme.lists(sample.lists[position])
      // As long a range as is allowed is made, which takes its time.
      where sample.operation != .range || !changed.contains(where: { $0 >> 1 == 1 << 23 }) {
        var lists = sample.lists
        lists[position] = changed
        try attempt(sample.operation, sample.shapes, lists: lists)
        try attempt(sample.operation, sample.shapes, lists: lists, areConstant: true)
      }
    }
    try attempt(sample.operation, sample.shapes, lists: Array(sample.lists.dropLast()))
  }

  /// Two things at once, drawn with a seed.
  @Test func everythingMayBeAnythingAtOnce() throws {
    let draws = BitSequence(seed: 1, name: "extremes")
    var count = 0
    func draw<Element>(_ elements: [Element]) -> Element {
      count += 1
      return elements[draws.integer(count, below: elements.count)]
    }
    for _ in 0..<4000 {
      let sample = draw(OrdinaryOperation.all)
      let shapes = sample.shapes.map { shape in
        Shape(shape.dimensions.map { draw([$0, $0, $0, draw(Extreme.extents)]) })
      }
      let lists = sample.lists.map { list in list.map { draw([$0, $0, draw(Extreme.integers)]) } }
      try attempt(
        draw(sample.operation.extremes), shapes, lists: lists, areConstant: draw([true, false]),
        limit: draw([1, 1 << 20]))
    }
  }
}
