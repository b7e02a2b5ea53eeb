import GinghamDifferentiation
import GinghamNetworks
import GinghamTensors

/// Attention, a block of queries at a time: scores are made, turned into weights, used and forgotten. The backward pass
/// makes them again from the logarithm of each row's sum (Dao et al. 2022).
final class AttentionOperator: Operator {
  private let pattern: AttentionPattern
  private let output: ValueID
  private let shape: AttentionShape
  private let addends: [(constant: ValueID, rows: ScoreRows)]
  private let batch: Shape
  /// The result in the order tokens × heads, where its reader wants them side by side.
  private var result: (root: ValueID, stack: MatrixStack)
  private var totals: Location?

  var kernel: String { "attention" }

  init?(_ unit: Unit, _ plan: PlanBuilder) throws {
    guard let pattern = unit.attention else { return nil }
    self.pattern = pattern
    output = unit.output
    let (query, key) = (try plan.shape(pattern.query), try plan.shape(pattern.key))
    let (value, whole) = (try plan.shape(pattern.value), try plan.shape(unit.output))
    guard query.rank == key.rank, query.rank >= 3, value.rank == whole.rank, whole.elementCount > 0,
      query.elementCount > 0, query.dimensions.dropLast(2).elementsEqual(key.dimensions.dropLast(2)),
      value.dimensions.dropLast(2).elementsEqual(whole.dimensions.dropLast(2))
    else { return nil }
    batch = Shape(query.dimensions.dropLast(2))
    shape = AttentionShape(
      products: batch.elementCount, queries: query[query.rank - 2], keys: key[key.rank - 1],
      depth: query[query.rank - 1], width: value[value.rank - 1], scale: pattern.scale,
      threads: plan.library.threads)
    var addends: [(constant: ValueID, rows: ScoreRows)] = []
    for (constant, scores) in pattern.addends {
      guard let rows = ScoreRows(try plan.shape(constant), in: scores) else { return nil }
      addends.append((constant, rows))
    }
    self.addends = addends
    let values = Shape(whole.dimensions.dropLast(2))
    guard values.elementCount == shape.products, let stack = MatrixStack(ElementMap(whole), batch: values) else {
      return nil
    }
    result = (unit.output, stack)
    if try Self.isReadByTokens(unit.output, plan) {
      let turned: Shape = [whole[0], whole[2], whole[1], whole[3]]
      let map = ElementMap(turned).permuted([0, 2, 1, 3])
      guard let stack = MatrixStack(map, batch: values) else { return nil }
      let root = plan.addHiddenValue(turned, named: "\(plan.network.name(of: unit.output)) by tokens")
      plan.views[unit.output] = View(root: root, map: map)
      result = (root, stack)
    }
  }

  /// Whether heads and tokens change places behind the product.
  private static func isReadByTokens(_ output: ValueID, _ plan: PlanBuilder) throws -> Bool {
    guard try plan.shape(output).rank == 4, let reader = plan.structure.soleReader(output), plan.slices[output] == nil,
      case .transpose([0, 2, 1, 3]) = plan.network.nodes[reader].operation
    else { return false }
    return true
  }

  private func operands(_ plan: PlanBuilder) throws -> (PlacedMatrices, PlacedMatrices, PlacedMatrices) {
    let values = Shape(try plan.shape(pattern.value).dimensions.dropLast(2))
    guard let query = try plan.matrices(pattern.query, batch: batch),
      let key = try plan.matrices(pattern.key, batch: batch),
      let value = try plan.matrices(pattern.value, batch: values)
    else { throw missingHandle("matrix") }
    return (query, key, value)
  }

  private func scoreAddends(_ plan: PlanBuilder) throws -> [(location: Location, rows: ScoreRows)] {
    try addends.map { (try plan.constant($0.constant), $0.rows) }
  }

  func layForward(_ plan: PlanBuilder) throws {
    let (query, key, value) = try operands(plan)
    let target = PlacedMatrices(location: try plan.define(result.root, .plain).location, stack: result.stack)
    let addends = try scoreAddends(plan)
    let totals = plan.makeBuffer(byteCount: shape.products * shape.queries * MemoryLayout<Float>.stride)
    self.totals = totals
    let scratch = plan.makeBuffer(byteCount: shape.scratchBytes(matrices: 1))
    let shape = shape
    plan.emit([query.location, key.location, value.location, target.location, totals, scratch]) { addresses in
      let run = AttentionForward(
        shape: shape, query: .init(query, addresses), key: .init(key, addresses), value: .init(value, addresses),
        result: .init(target, addresses), totals: addresses.floats(totals), scratch: addresses.floats(scratch),
        addends: addends.map { (addresses.floats($0.location), $0.rows) })
      return shape.bind(run.runBlock)
    }
  }

  func layBackward(_ plan: PlanBuilder) throws {
    guard let totals, let gradient = try plan.gradient(result.root, .plain) else { return }
    plan.hold(gradient)
    defer { plan.drop(gradient) }
    let (query, key, value) = try operands(plan)
    let forward = PlacedMatrices(location: try plan.activation(result.root, .plain).location, stack: result.stack)
    let sent = PlacedMatrices(location: gradient.location, stack: result.stack)
    let addends = try scoreAddends(plan)
    let scratch = plan.makeBuffer(byteCount: shape.scratchBytes(matrices: 2))
    let values = Shape(try plan.shape(pattern.value).dimensions.dropLast(2))
    var sinks: [GradientSink] = []
    func sink(_ value: ValueID, _ batch: Shape) throws -> GradientSink? {
      let sink = try plan.openSink(value, batch: batch, beside: sinks)
      if let sink { sinks.append(sink) }
      return sink
    }
    let queries = try sink(pattern.query, batch)
    let keys = try sink(pattern.key, batch)
    let valueSink = try sink(pattern.value, values)
    let shape = shape
    let touched = [query, key, value, forward, sent].map(\.location) + [totals, scratch]
    plan.emit(touched + sinks.map(\.matrices.location)) { addresses in
      let run = AttentionBackward(
        shape: shape, query: .init(query, addresses), key: .init(key, addresses), value: .init(value, addresses),
        result: .init(forward, addresses), sent: .init(sent, addresses), totals: addresses.floats(totals),
        scratch: addresses.floats(scratch), addends: addends.map { (addresses.floats($0.location), $0.rows) },
        queryGradient: queries.map { .init($0, addresses) }, keyGradient: keys.map { .init($0, addresses) },
        valueGradient: valueSink.map { .init($0, addresses) })
      return shape.bind(run.runBlock)
    }
    for sink in sinks { try plan.close(sink) }
  }
}
