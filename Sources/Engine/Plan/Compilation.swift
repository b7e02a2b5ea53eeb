import GinghamDifferentiation
import GinghamNetworks
import GinghamTensors

extension PlanBuilder {
  /// Lays out a whole request: inputs in, units forward, activations out; cotangents in, units backward, gradients out.
  func layOut() throws {
    var operators: [(any Operator, layer: Int, outputs: [ValueID])] = []
    for (index, input) in network.inputs.enumerated() { try layInput(input, index) }
    for unit in structure.units(network) {
      for (part, kernel) in try makeOperators(unit) {
        let layer = addLayer(part, kernel)
        try working(for: layer) { try kernel.layForward(self) }
        operators.append((kernel, layer, part.lead.outputs + [part.output]))
      }
    }
    emitDeferredMasks()
    for (index, target) in structure.targets.enumerated() { try layActivation(target, index) }

    beginBackward()
    for (index, target) in structure.targets.enumerated() { try layCotangent(target, index) }
    var delivered: Set<ValueID> = []
    for (kernel, layer, outputs) in operators.reversed() {
      for output in outputs where delivered.insert(output).inserted { try deliverGradient(output) }
      try working(for: layer) { try kernel.layBackward(self) }
      for output in Set(outputs) { release(output) }
    }
    for input in structure.gradients where delivered.insert(input).inserted { try deliverGradient(input) }
  }

  private func layInput(_ value: ValueID, _ index: Int) throws {
    let target = try define(value, .plain)
    let (exchange, count) = (exchange, target.layout.elementCount)
    emit([target.location]) { addresses in
      let base = addresses.floats(target.location)
      return { base.update(from: exchange.inputs[index] + exchange.picture * count, count: count) }
    }
  }

  private func layActivation(_ target: Structure.Target, _ index: Int) throws {
    let source = try activation(target.value, .plain)
    let (exchange, count) = (exchange, source.layout.elementCount)
    emit([source.location]) { addresses in
      let base = addresses.floats(source.location)
      return {
        let activation = exchange.activations[index] + exchange.picture * target.count
        (activation + target.offset).update(from: base, count: count)
      }
    }
  }

  private func layCotangent(_ target: Structure.Target, _ index: Int) throws {
    guard isDifferentiated(target.value) else { return }
    try contribute(to: target.value, .plain) { contribution in
      let location = contribution.placement.location
      let (exchange, count) = (exchange, contribution.placement.layout.elementCount)
      emit([location]) { addresses in
        let base = addresses.floats(location)
        return {
          let cotangent = exchange.cotangents[index] + exchange.picture * target.count
          base.update(from: cotangent + target.offset, count: count)
        }
      }
    }
  }

  /// Copies a complete gradient out where the request asks for it.
  private func deliverGradient(_ value: ValueID) throws {
    for (index, wanted) in structure.gradients.enumerated() where wanted == value {
      guard let source = try gradient(value, .plain) else {
        throw EngineError.unreachable(value: network.name(of: request.gradients[index]))
      }
      let (exchange, count) = (exchange, source.layout.elementCount)
      emit([source.location]) { addresses in
        let base = addresses.floats(source.location)
        return { (exchange.gradients[index] + exchange.picture * count).update(from: base, count: count) }
      }
    }
  }
}
