import GinghamTensors

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// How parameters follow a gradient. All of them climb.
public enum OptimizerKind: String, Hashable, Sendable, CaseIterable {
  /// p + rate·g
  case sgd
  /// Kingma & Ba 2015 with β₁ = 0.9, β₂ = 0.999, ε = 10⁻⁸, as in PyTorch.
  case adam
  /// Adam with Nesterov's momentum (Dozat 2016), with Keras' momentum schedule of decay 0.004.
  case nadam
  /// p + rate·g/mean|g|, a mean for each picture (DeepDream, Mordvintsev, Olah & Tyka 2015).
  case normalized
}

/// An optimizer's rule and what it remembers. Its memory grows with the parameters: two numbers for each with Adam.
public struct Optimizer: Sendable {
  /// The rule of its steps.
  public let kind: OptimizerKind
  /// Length of a step.
  public let rate: Float
  /// Steps so far.
  public private(set) var steps = 0
  private var first = Tensor([0])
  private var second = Tensor([0])
  private var momentumProduct = 1.0
  private let team: ThreadTeam

  private static let (beta1, beta2, epsilon): (Float, Float, Float) = (0.9, 0.999, 1e-8)

  /// With the properties of the same names.
  public init(_ kind: OptimizerKind, rate: Float, team: ThreadTeam = .alone) {
    self.team = team
    self.kind = kind
    self.rate = rate
  }

  /// Moves the parameters uphill.
  public mutating func ascend(_ parameters: inout Tensor, along gradient: Tensor) {
    steps += 1
    switch kind {
    case .sgd: parameters.add(gradient, times: rate)
    case .normalized: normalizedStep(&parameters, gradient)
    case .adam:
      let correction = 1 - pow(Double(Self.beta1), Double(steps))
      momentStep(&parameters, gradient, momentum: Float(1 / correction), fresh: 0)
    case .nadam:
      func schedule(_ step: Int) -> Double { 0.9 * (1 - 0.5 * pow(0.96, Double(step) * 0.004)) }
      let (now, next) = (schedule(steps), schedule(steps + 1))
      momentumProduct *= now
      momentStep(
        &parameters, gradient, momentum: Float(next / (1 - momentumProduct * next)),
        fresh: Float((1 - now) / (1 - momentumProduct)))
    }
  }

  private func normalizedStep(_ parameters: inout Tensor, _ gradient: Tensor) {
    let pictures = max(parameters.shape[0], 1)
    let count = parameters.count / pictures
    gradient.withUnsafeBufferPointer { gradient in
      parameters.withUnsafeMutableBufferPointer { parameters in
        for picture in 0..<pictures {
          let range = (picture * count)..<((picture + 1) * count)
          var sum = 0.0
          for index in range { sum += Double(abs(gradient[index])) }
          guard sum > 0 else { continue }
          let factor = rate / Float(sum / Double(count))
          for index in range { parameters[index] += factor * gradient[index] }
        }
      }
    }
  }

  /// p + rate·(momentum·m + fresh·g)/(√(v/(1 − β₂ᵗ)) + ε).
  private mutating func momentStep(
    _ parameters: inout Tensor, _ gradient: Tensor, momentum: Float, fresh: Float
  ) {
    if first.shape != parameters.shape {
      first = Tensor(parameters.shape)
      second = Tensor(parameters.shape)
    }
    let scale = Float(1 / (1 - pow(Double(Self.beta2), Double(steps))))
    let (rate, team) = (rate, team)
    gradient.withUnsafeBufferPointer { gradient in
      first.withUnsafeMutableBufferPointer { first in
        second.withUnsafeMutableBufferPointer { second in
          parameters.withUnsafeMutableBufferPointer { parameters in
            team.share(parameters.count) { indices in
              for index in indices {
                let slope = gradient[index]
                let m = Self.beta1 * first[index] + (1 - Self.beta1) * slope
                let v = Self.beta2 * second[index] + (1 - Self.beta2) * slope * slope
                first[index] = m
                second[index] = v
                parameters[index] +=
                  rate * (momentum * m + fresh * slope) / ((v * scale).squareRoot() + Self.epsilon)
              }
            }
          }
        }
      }
    }
  }
}
