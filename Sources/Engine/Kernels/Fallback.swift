import GinghamDifferentiation
import GinghamNetworks
import GinghamReferenceEngine
import GinghamTensors

/// Any other operator: the reference engine's kernel on row-major buffers.
final class FallbackOperator: Operator {
  private let node: Node

  var kernel: String { "fallback \(node.operation.name)" }
  private let makeOne: () throws -> any Kernel<Float>
  /// One a picture, as a kernel may remember what its forward pass saw.
  private var kernels: [Int: any Kernel<Float>] = [:]

  init(_ node: Node, _ plan: PlanBuilder) throws {
    self.node = node
    // Only the node's own constants: the others' elements leave the plan when they are rearranged.
    let rules = plan.request.rules
    var network = plan.network
    let read = Set(node.inputs.compactMap { $0 })
    network.constants = network.constants.filter { read.contains($0.key) }
    makeOne = { [network] in try makeKernel(node, in: network, rules: rules, as: Float.self) }
    kernels[0] = try makeOne()
  }

  private func kernel(_ picture: Int) throws -> any Kernel<Float> {
    if let kernel = kernels[picture] { return kernel }
    let kernel = try makeOne()
    kernels[picture] = kernel
    return kernel
  }

  /// Where an input stands.
  private func source(_ value: ValueID?, _ plan: PlanBuilder) throws -> Placement? {
    guard let value else { return nil }
    return try plan.activation(value, .plain)
  }

  func layForward(_ plan: PlanBuilder) throws {
    let sources = try node.inputs.map { try source($0, plan) }
    let targets = try node.outputs.map { try plan.define($0, .plain) }
    plan.emit((sources.compactMap { $0 } + targets).map(\.location)) { addresses in
      let kernel = try self.kernel(addresses.picture)
      let inputs = sources.map { addresses.elements($0) }
      let outputs = targets.map { addresses.mutableElements($0) }
      return { kernel.forward(inputs: inputs, outputs: outputs) }
    }
  }

  func layBackward(_ plan: PlanBuilder) throws {
    let sent = try node.outputs.map { try plan.gradient($0, .plain) }
    guard sent.contains(where: { $0 != nil }) else { return }
    let sources = try node.inputs.map { try source($0, plan) }
    let results = try node.outputs.map { try plan.activation($0, .plain) }
    // The kernel adds to each input's gradient: it gets memory of its own, which starts at zero.
    let wanted = try node.inputs.map { input -> Placement? in
      guard let input, plan.isDifferentiated(input) else { return nil }
      let placement = plan.makePlacement(try plan.layout(input, .plain))
      plan.emitFill(placement.location, count: placement.layout.elementCount)
      return placement
    }
    let touched = (sources + sent + wanted).compactMap { $0 } + results
    plan.emit(touched.map(\.location)) { addresses in
      let kernel = try self.kernel(addresses.picture)
      let inputs = sources.map { addresses.elements($0) }
      let outputs = results.map { addresses.elements($0) }
      let cotangents = sent.map { $0.map { addresses.elements($0) } }
      let gradients = wanted.map { $0.map { addresses.mutableElements($0) } }
      return {
        kernel.backward(
          inputs: inputs, outputs: outputs, outputGradients: cotangents, inputGradients: gradients)
      }
    }
    for (input, placement) in zip(node.inputs, wanted) {
      if let input, let placement { try plan.passOn(placement, to: input) }
    }
  }
}

extension Addresses {
  /// The elements of a value; none where it is absent.
  func elements(_ placement: Placement?) -> UnsafeBufferPointer<Float> {
    guard let placement else { return UnsafeBufferPointer(start: nil, count: 0) }
    return UnsafeBufferPointer(mutableElements(placement))
  }

  func mutableElements(_ placement: Placement) -> UnsafeMutableBufferPointer<Float> {
    UnsafeMutableBufferPointer(start: floats(placement.location), count: placement.layout.elementCount)
  }
}
