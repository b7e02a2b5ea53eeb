import GinghamDifferentiation
import GinghamNetworks

/// Which values are stored as products read them: rounding a number when it is stored or when it is read gives the same,
/// and half as many bytes go through the cache.
extension PlanBuilder {
  /// The form for a value that a product writes.
  func storedForm(_ value: ValueID) -> Form { isReadByProductsAlone(value) ? .bfloat16 : .channelsLast }

  /// Whether all that happens to the value before products read it commutes with rounding: moving and taking the largest.
  func isReadByProductsAlone(_ value: ValueID) -> Bool {
    guard format.isHalf, !structure.observed.contains(value), views[value] == nil,
      let readers = structure.readers[value], !readers.isEmpty
    else { return false }
    return readers.allSatisfy { reader in
      let node = network.nodes[reader]
      switch node.operation {
      case .convolution(let convolution): return convolution.groups == 1 && node.inputs[0] == value
      case .transposedConvolution(let convolution): return convolution.groups == 1 && node.inputs[0] == value
      case .maxPool: return node.outputs.count == 1 && isReadByProductsAlone(node.outputs[0])
      case .concatenate(axis: 1): return isReadByProductsAlone(node.outputs[0])
      default: return false
      }
    }
  }

  /// Whether a value's gradient stands there rounded.
  func roundedGradient(_ value: ValueID) -> Bool { gradients.placements[value]?.layout.form == .bfloat16 }

  /// The form for the gradient of a value that a product writes: rounded where nothing but the product behind the
  /// gradient reads it.
  func storedGradientForm(_ value: ValueID) -> Form {
    guard format.isHalf, gradientReaders.contains(value), !structure.observed.contains(value),
      structure.contributionCounts[value] == 1, views[value] == nil, request.rules.relu == .exact,
      deferredMasks[value] == nil
    else { return .channelsLast }
    return .bfloat16
  }
}
