import GinghamTensors

/// y = saturate(round(x ÷ scale) + zero point), rounded half to even (ONNX QuantizeLinear). Inputs: x, the scale and,
/// where there is one, the zero point, both broadcast against x.
///
/// Rounding is constant almost everywhere; its gradient is passed straight through (Bengio, Léonard & Courville 2013):
/// 1/scale where y is inside its range, 0 where it saturates, none to scale and zero point.
public struct Quantization: Hashable, Sendable {
  /// Of the integers.
  public var type: ElementType

  /// With the property of the same name.
  public init(_ type: ElementType) {
    self.type = type
  }

  /// The smallest and largest number of the type.
  public var range: ClosedRange<Double> {
    switch type {
    case .int8: -128...127
    case .uint8: 0...255
    case .int16: -32768...32767
    case .uint16: 0...65535
    case .int4: -8...7
    case .uint4: 0...15
    default: -type.largestFinite...type.largestFinite
    }
  }
}

extension Network {
  /// Whether what leads to `targets` (`nil`: all of the network) rounds to the numbers of a quantised type. Gradients are
  /// then those of the network without rounding, as ``Quantization`` passes them straight through.
  public func roundsStraightThrough(leadingTo targets: [ValueID]? = nil) -> Bool {
    (targets.map { nodes.leading(to: $0) } ?? nodes).contains { node in
      switch node.operation {
      case .quantize, .dynamicQuantize: true
      default: false
      }
    }
  }
}
