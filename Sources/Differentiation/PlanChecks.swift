import GinghamNetworks
import GinghamTensors

extension PlanRequest {
  /// Memory beside a plan's own: activations and gradients that are handed out, and cotangents that are handed in.
  ///
  /// - Parameters:
  ///   - targets: shapes of the targets.
  ///   - gradients: shapes of the gradients.
  /// - Returns: bytes.
  public static func exchangedBytes(targets: [Shape], gradients: [Shape]) -> Int {
    (targets + targets + gradients).reduce(0) { $0 + $1.elementCount } * MemoryLayout<Float>.stride
  }

  /// What every engine asks before it takes memory for a plan.
  ///
  /// - Parameters:
  ///   - network: bound as the plan will run it.
  ///   - bytes: memory that the plan takes at least.
  /// - Throws: ``EngineError/empty(value:shape:)`` where a gradient is wanted of or at a value without elements,
  ///   `MemoryError` where there is less memory, ``NetworkError/work(network:_:)`` where a pass would never end.
  public func check(_ network: BoundNetwork, bytes: Int) throws {
    for value in gradients.isEmpty ? [] : targets + gradients {
      guard let shape = network.shapes[network.resolved(value)], shape.elementCount == 0 else { continue }
      throw EngineError.empty(value: network.name(of: value), shape: shape)
    }
    try network.requireAllowedWork()
    let size = inputShapes.first.map { " for an input of \($0)" } ?? ""
    try SystemMemory.require(bytes, for: "the pass through '\(network.name)'\(size)")
  }
}
