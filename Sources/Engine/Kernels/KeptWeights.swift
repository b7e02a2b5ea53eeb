import COneDNN
import GinghamDifferentiation
import GinghamTensors

/// Weights in a layout of oneDNN's choice, in memory that the plan owns.
struct KeptWeights {
  let descriptor: MemoryDescription
  let location: Location
}

extension PlanBuilder {
  /// Weights in the layout that a primitive wants, kept by the plan.
  func keepWeights(
    _ tensor: Tensor, _ problem: ConvolutionProblem, for description: PrimitiveDescription
  ) throws -> KeptWeights {
    try keepWeights(problem.format.weights(tensor), seenAs: try problem.plainWeights(), for: description)
  }

  /// - Parameter layout: how the primitive would describe the tensor as it is.
  func keepWeights(
    _ tensor: Tensor, seenAs layout: MemoryDescription, for description: PrimitiveDescription
  ) throws -> KeptWeights {
    try tensor.withUnsafeBufferPointer { buffer in
      guard let base = buffer.baseAddress else { throw missingHandle("weights") }
      return try keepWeights(base, layout, for: description)
    }
  }

  /// Kept weights as a primitive wants them: themselves, unless what it fuses made oneDNN choose another layout.
  func weights(_ kept: KeptWeights, for description: PrimitiveDescription) throws -> KeptWeights {
    if try kept.descriptor.equals(description.weights()) { return kept }
    guard case .constant(let base) = kept.location else { throw missingHandle("weights") }
    return try keepWeights(base, kept.descriptor, for: description)
  }

  private func keepWeights(
    _ base: UnsafeRawPointer, _ layout: MemoryDescription, for description: PrimitiveDescription
  ) throws -> KeptWeights {
    let wanted = try description.weights()
    let block = try MemoryBlock.reordering(base, from: layout, to: wanted, library)
    return KeptWeights(descriptor: wanted, location: keep(block))
  }
}
