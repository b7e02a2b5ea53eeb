import GinghamNetworks
import GinghamTensors

/// Where a kernel writes the gradient of a stack of matrices.
struct GradientSink {
  let value: ValueID
  var matrices: PlacedMatrices
  /// Add to what is there.
  var adds: Bool
  /// A gradient of its own that has to be sent on once it is written; `nil` where the kernel writes in place.
  fileprivate var whole: Placement?
  fileprivate var view: View
}

extension PlanBuilder {
  /// Opens a gradient for writing: in place where strides allow it. ``close(_:)`` must follow when it is written.
  ///
  /// - Parameters:
  ///   - isTransposed: whether the value's last two axes are columns and rows.
  ///   - others: sinks that the same kernel writes: no two may share elements.
  /// - Returns: `nil` where nobody wants the gradient.
  func openSink(
    _ value: ValueID, batch: Shape, isTransposed: Bool = false, beside others: [GradientSink] = []
  ) throws -> GradientSink? {
    guard isDifferentiated(value) else { return nil }
    func stack(_ map: ElementMap) -> MatrixStack? {
      MatrixStack(map, batch: batch).map { isTransposed ? $0.transposed : $0 }
    }
    let view = try view(of: value)
    let rootCount = try shape(view.root).elementCount
    let isAlone = others.allSatisfy { $0.view.root != view.root || !$0.view.map.meets(view.map, among: rootCount) }
    if isAlone, view.map.isInjective, let matrices = stack(view.map), let part = try part(of: value) {
      return GradientSink(
        value: value, matrices: PlacedMatrices(location: part.location, stack: matrices), adds: part.adds, view: view)
    }
    let whole = makePlacement(try layout(value, .plain))
    guard let matrices = stack(ElementMap(whole.layout.shape)) else { throw missingHandle("matrix") }
    return GradientSink(
      value: value, matrices: PlacedMatrices(location: whole.location, stack: matrices), adds: false, whole: whole,
      view: view)
  }

  /// Sends a gradient on that was not written in place.
  func close(_ sink: GradientSink) throws {
    if let whole = sink.whole { try passOn(whole, to: sink.value) }
  }
}

extension ElementMap {
  fileprivate func meets(_ other: ElementMap, among count: Int) -> Bool {
    let coverage = Coverage(count)
    _ = coverage.claim(self)
    return !coverage.claim(other)
  }
}
