import COneDNN
import GinghamDifferentiation
import GinghamNetworks
import GinghamTensors

/// The derivative of an activation, element by element, in the form in which the activation's result was computed.
struct Mask {
  var location: Location
  var layout: Layout
  /// Whether elements are floats, any slope; otherwise bytes, one where the gradient passes and zero elsewhere.
  var isSlope: Bool

  func descriptor() throws -> MemoryDescription { try layout.descriptor(isSlope ? dnnl_f32 : dnnl_u8) }
}

/// The derivative of a fused activation: forward leaves one byte an element, backward lets gradients through where it
/// is set. Bytes take a quarter of the room of the activations that they stand for.
extension PlanBuilder {
  /// Called when the unit that ends in `function` has written `value`.
  ///
  /// - Parameter defers: leaves the mask to a maximum that alone reads the value.
  func emitMask(_ value: ValueID, _ function: ActivationFunction, at placement: Placement, defers: Bool = true) {
    guard isDifferentiated(value), case .window(let above, let below) = function.derivative else { return }
    if defers, leadsToMaximum(value) {
      deferredMasks[value] = (function, placement)
      return
    }
    let count = placement.layout.elementCount
    let mask = makeBuffer(byteCount: count)
    masks[value] = Mask(location: mask, layout: placement.layout.with(placement.layout.form.whole), isSlope: false)
    guard placement.layout.form != .bfloat16 else {
      return emitLoop([placement.location, mask], count: count) { addresses in
        let source = addresses.halves(placement.location)
        let target = addresses.bytes(mask)
        return { share in
          for index in share {
            let element = Float(bitPattern: UInt32(source[index]) << 16)
            target[index] = (element > above ? 1 : 0) & (element < below ? 1 : 0)
          }
        }
      }
    }
    emitLoop([placement.location, mask], count: count) { addresses in
      let (source, target) = (addresses.floats(placement.location), addresses.bytes(mask))
      // Without branches, so that the compiler turns them into vector code.
      guard below < .infinity else {
        return { share in
          for index in share { target[index] = source[index] > above ? 1 : 0 }
        }
      }
      return { share in
        for index in share {
          let element = source[index]
          target[index] = (element > above ? 1 : 0) & (element < below ? 1 : 0)
        }
      }
    }
  }

  /// The function whose mask a maximum takes over from the value it reads: a gradient passes both where the largest
  /// element lets it pass, and that element is the maximum itself, of which there are fewer.
  func takeDeferredMask(_ value: ValueID) -> ActivationFunction? {
    deferredMasks.removeValue(forKey: value)?.function
  }

  /// Called when all operators have laid out their forward pass: masks that no maximum has taken over.
  func emitDeferredMasks() {
    for (value, mask) in deferredMasks.sorted(by: { $0.key.index < $1.key.index }) {
      emitMask(value, mask.function, at: mask.placement, defers: false)
    }
    deferredMasks = [:]
  }

  private func leadsToMaximum(_ value: ValueID) -> Bool {
    guard request.rules.relu == .exact, let reader = structure.soleReader(value),
      case .maxPool = network.nodes[reader].operation
    else { return false }
    return true
  }

  /// The gradient in front of the activation that `value` came out of, or `nil` where none was sent back.
  func gradient(before function: ActivationFunction, _ value: ValueID) throws -> Placement? {
    let form = masks[value]?.layout.form ?? existingForm(value)
    if gradients.masked.contains(value), let rounded = gradients.placements[value], rounded.layout.form == .bfloat16 {
      return rounded
    }
    guard let gradient = try gradient(value, form) else { return nil }
    if gradients.masked.contains(value) { return gradient }
    let target = isExclusive(gradient) ? gradient : makePlacement(gradient.layout)
    switch function.derivative {
    case .window(let above, _):
      guard let mask = masks[value]?.location else { return gradient }
      // The surrogate rules are about rectifiers; a clip that starts elsewhere is none.
      if request.rules.relu == .exact || above != 0 {
        emitRectified(gradient, mask: mask, to: target)
      } else {
        emitSurrogate(request.rules.relu, gradient, mask: mask, of: try activation(value, form), to: target)
      }
    case .library(let algorithm):
      try emitDerivative(algorithm, function, of: try activation(value, form), gradient, to: target)
    }
    return target
  }

  private func emitRectified(_ gradient: Placement, mask: Location, to target: Placement) {
    emitLoop([gradient.location, mask, target.location], count: gradient.layout.elementCount) { addresses in
      let source = UnsafeMutableRawPointer(addresses.floats(gradient.location)).assumingMemoryBound(to: UInt32.self)
      let sink = UnsafeMutableRawPointer(addresses.floats(target.location)).assumingMemoryBound(to: UInt32.self)
      let passes = addresses.bytes(mask)
      return { share in
        for index in share { sink[index] = source[index] & (0 &- UInt32(passes[index])) }
      }
    }
  }

  private func emitSurrogate(
    _ rule: BackwardRules.ReLU, _ gradient: Placement, mask: Location, of result: Placement, to target: Placement
  ) {
    let count = gradient.layout.elementCount
    let pictures = gradient.layout.shape.rank > 0 ? max(gradient.layout.shape[0], 1) : 1
    emit([gradient.location, mask, result.location, target.location]) { addresses in
      let (source, sink) = (addresses.floats(gradient.location), addresses.floats(target.location))
      let (passes, results) = (addresses.bytes(mask), addresses.floats(result.location))
      let size = count / pictures
      return {
        for picture in 0..<pictures {
          let range = (picture * size)..<((picture + 1) * size)
          let isDead = rule == .redirected && !range.contains { passes[$0] != 0 && source[$0] != 0 }
          for index in range {
            let value = source[index]
            let lets =
              switch rule {
              case .exact: passes[index] != 0
              case .guided: passes[index] != 0 && value > 0
              case .deconvolution: value > 0
              case .redirected: passes[index] != 0 || (isDead && results[index] <= 0 && value > 0)
              }
            sink[index] = lets ? value : 0
          }
        }
      }
    }
  }

  private func emitDerivative(
    _ algorithm: dnnl_alg_kind_t, _ function: ActivationFunction, of result: Placement, _ gradient: Placement,
    to target: Placement
  ) throws {
    let descriptor = try flatDescriptor(result.layout)
    let (alpha, beta) = (function.alpha, function.beta)
    guard
      let forward = try PrimitiveDescription.eltwise(
        dnnl_forward_training, algorithm, alpha: alpha, beta: beta, of: descriptor, library),
      let description = try PrimitiveDescription.eltwiseGradient(
        algorithm, alpha: alpha, beta: beta, of: descriptor, forward: forward, library)
    else { throw EngineError.library("oneDNN has no gradient of this activation") }
    try emit(
      description,
      [
        (DNNL_ARG_DST, descriptor, result.location), (DNNL_ARG_DIFF_DST, descriptor, gradient.location),
        (DNNL_ARG_DIFF_SRC, descriptor, target.location),
      ])
  }

  /// A value seen as one row of elements: for what treats each element alike.
  func flatDescriptor(_ layout: Layout) throws -> MemoryDescription { try .vector(layout.elementCount) }
}
