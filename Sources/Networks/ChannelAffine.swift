import GinghamTensors

/// What inference-time batch normalization does to a channel, scale·x + shift with scale = γ/√(σ² + ε) and
/// shift = β − μ·scale, worked out in double precision, as folded weights carry any error into every pixel.
public struct ChannelAffine: Sendable {
  /// A factor a channel.
  public let scale: [Float]
  /// A summand a channel, behind the factor.
  public let shift: [Float]
  /// Mean of scale² over the channels: the power that passes of what is white over them.
  public let meanPower: Double

  /// - Parameters:
  ///   - node: reads x, γ, β, μ and σ².
  ///   - constants: of its network; `nil` where a parameter is not among them.
  public init?(batchNormalization node: Node, epsilon: Float, constants: [ValueID: Constant]) {
    let parameters = node.inputs.dropFirst().compactMap { $0.flatMap { constants[$0]?.tensor?.scalars } }
    guard parameters.count == 4, Set(parameters.map(\.count)).count == 1 else { return nil }
    let (gamma, beta, mean, variance) = (parameters[0], parameters[1], parameters[2], parameters[3])
    let exact = zip(gamma, variance).map { Double($0) / (Double($1) + Double(epsilon)).squareRoot() }
    scale = exact.map(Float.init)
    shift = exact.indices.map { Float(Double(beta[$0]) - Double(mean[$0]) * exact[$0]) }
    let power = zip(gamma, variance).reduce(0) {
      $0 + Double($1.0) * Double($1.0) / (Double($1.1) + Double(epsilon))
    }
    meanPower = gamma.isEmpty ? 1 : power / Double(gamma.count)
  }
}
