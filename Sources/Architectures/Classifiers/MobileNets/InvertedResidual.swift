import GinghamNetworks
import GinghamTensors

/// A block that widens its input, filters each channel by itself and narrows again (Sandler et al. 2018).
struct InvertedResidual: Sendable {
  let kernel: Int
  let stride: Int
  /// Channels in the middle; where they are those of the input, nothing widens it.
  let expanded: Int
  let channels: Int
  /// Channels of the squeeze of an excitation (Hu et al. 2018); `nil`: there is none.
  var squeezed: Int?
  var activation: Pointwise
  /// Whether one convolution widens and filters (Tan & Le 2021).
  var isFused = false
}

/// Names of a convolution, the batch normalization behind it and the activation behind that.
struct UnitNames: Sendable {
  let convolution: String
  let norm: String
  let activation: String

  init(_ convolution: String, _ norm: String, _ activation: String) {
    self.convolution = convolution
    self.norm = norm
    self.activation = activation
  }

  /// Three of a sequence.
  init(sequence: String, from index: Int = 0) {
    self.init("\(sequence).\(index)", "\(sequence).\(index + 1)", "\(sequence).\(index + 2)")
  }
}

/// Names of what a squeeze and excitation consists of.
struct ExcitationNames: Sendable {
  let name: String
  let pool: String
  let reduction: String
  let activation: String
  let expansion: String
  let gate: String

  static func torchvision(_ name: String) -> ExcitationNames {
    ExcitationNames(
      name: name, pool: "avgpool", reduction: "fc1", activation: "activation", expansion: "fc2",
      gate: "scale_activation")
  }

  static func timm(_ name: String) -> ExcitationNames {
    ExcitationNames(
      name: name, pool: "mean", reduction: "conv_reduce", activation: "act1", expansion: "conv_expand", gate: "gate")
  }
}

extension NetworkBuilder {
  /// Convolution, batch normalization and, where one is given, activation.
  mutating func unit(
    _ names: UnitNames, _ x: Feature, _ channels: Int, _ window: Window, groups: Int = 1, activation: Pointwise?,
    epsilon: Float = 1e-5
  ) -> Feature {
    var y = convolution(names.convolution, x, channels, window, groups: groups)
    y = batchNormalization(names.norm, y, epsilon: epsilon)
    return activation.map { pointwise(names.activation, y, $0) } ?? y
  }

  /// Squeeze and excitation (Hu et al. 2018): each channel times a gate worked out from all channels' means.
  mutating func excitation(
    _ names: ExcitationNames, _ x: Feature, squeezed: Int, activation: Pointwise, gate function: Pointwise
  ) -> Feature {
    func path(_ part: String) -> String { "\(names.name).\(part)" }
    var gate = globalAveragePool(path(names.pool), x)
    gate = convolution(path(names.reduction), gate, squeezed, kernel: 1, bias: true)
    gate = pointwise(path(names.activation), gate, activation)
    gate = convolution(path(names.expansion), gate, x.channels, kernel: 1, bias: true)
    gate = pointwise(path(names.gate), gate, function)
    return multiply(path("mul"), x, gate)
  }

  mutating func invertedResidual(
    _ name: String, _ x: Feature, _ block: InvertedResidual, _ style: MobileNetStyle
  ) -> Feature {
    let isExpanded = block.expanded != x.channels
    var place = 0
    func next(_ part: MobileNetNames.Part) -> UnitNames {
      defer { place += 1 }
      return style.names.unit(name, part, place, isExpanded)
    }
    func unit(_ part: MobileNetNames.Part, _ y: Feature, _ channels: Int) -> Feature {
      let filters = part == .filtering || part == .fused
      let isLinear = part == .narrowing || part == .fusedNarrowing
      return self.unit(
        next(part), y, channels, style.window(filters ? block.kernel : 1, stride: filters ? block.stride : 1),
        groups: part == .filtering ? channels : 1, activation: isLinear ? nil : block.activation,
        epsilon: style.epsilon)
    }
    var y = x
    if block.isFused {
      // Where nothing is widened, nothing is narrowed behind it either.
      y = unit(.fused, y, isExpanded ? block.expanded : block.channels)
      if isExpanded { y = unit(.fusedNarrowing, y, block.channels) }
    } else {
      if isExpanded { y = unit(.widening, y, block.expanded) }
      y = unit(.filtering, y, block.expanded)
      if let squeezed = block.squeezed {
        y = excitation(
          style.names.excitation(name, place), y, squeezed: squeezed, activation: style.squeezeActivation,
          gate: style.gate)
        place += 1
      }
      y = unit(.narrowing, y, block.channels)
    }
    guard block.stride == 1, x.channels == block.channels else { return y }
    // A whole branch is dropped in training only.
    if let dropped = style.names.dropped { y = identity("\(name).\(dropped)", y) }
    return add("\(name).add", y, x)
  }
}
