import Foundation
import GinghamDifferentiation
import GinghamTensors

/// A loss of each picture's row of logits.
public protocol LogitObjective: Objective {
  var output: ClassifierOutput { get }

  /// The loss of one picture, its derivative by the logits times `weight` *added* to `gradient`.
  func value(
    _ logits: UnsafeBufferPointer<Float>, sample: Int, addingTo gradient: UnsafeMutableBufferPointer<Float>,
    weight: Float
  ) throws -> Float
}

extension LogitObjective {
  /// Names of the layers that it reads.
  public var layers: [String] { ["output"] }

  /// Values and cotangents, as ``Objective/evaluate(_:addingTo:weight:)`` asks for them.
  public func evaluate(
    _ activations: [Tensor], addingTo cotangents: inout [Tensor], weight: Float
  ) throws -> [Float] {
    let batch = activations[0].shape.dimensions.first ?? 1
    let count = activations[0].count / max(batch, 1)
    let output = output
    return try activations[0].withUnsafeBufferPointer { activations in
      try cotangents[0].withUnsafeMutableBufferPointer { cotangents in
        try (0..<batch).map { sample in
          let row = UnsafeBufferPointer(rebasing: activations[(sample * count)..<((sample + 1) * count)])
          let gradient = UnsafeMutableBufferPointer(rebasing: cotangents[(sample * count)..<((sample + 1) * count)])
          switch output {
          case .logits: return weight * (try value(row, sample: sample, addingTo: gradient, weight: weight))
          case .probabilities:
            // log p differs from the logits by a constant, which no difference of logits and no softmax sees.
            let floors = row.map { max($0, ClassifierOutput.leastProbability) }
            var byLogits = [Float](repeating: 0, count: count)
            let loss = try floors.map { log($0) }.withUnsafeBufferPointer { logits in
              try byLogits.withUnsafeMutableBufferPointer {
                try value(logits, sample: sample, addingTo: $0, weight: weight)
              }
            }
            for index in 0..<count { gradient[index] += byLogits[index] / floors[index] }
            return weight * loss
          }
        }
      }
    }
  }
}

/// Cross-entropy log Σ exp z − z_y of each picture; the gradient is that of the sum over the batch, so that no picture
/// feels the others.
public struct CrossEntropyObjective: LogitObjective {
  /// One a picture.
  public var classes: [Int]
  /// Towards the classes instead of away from them: the value is −CE.
  public var isTargeted: Bool
  /// What the net's outputs are.
  public var output: ClassifierOutput

  /// With the properties of the same names.
  public init(_ classes: [Int], isTargeted: Bool = false, output: ClassifierOutput = .logits) {
    self.classes = classes
    self.isTargeted = isTargeted
    self.output = output
  }

  /// The loss of one picture; `weight` times its slope is added to `gradient`.
  public func value(
    _ logits: UnsafeBufferPointer<Float>, sample: Int, addingTo gradient: UnsafeMutableBufferPointer<Float>,
    weight: Float
  ) throws -> Float {
    let label = try checked(classes[sample], in: logits)
    let largest = Double(logits.max() ?? 0)
    var sum = 0.0
    for logit in logits { sum += exp(Double(logit) - largest) }
    let sign: Double = isTargeted ? -1 : 1
    for index in logits.indices {
      let probability = exp(Double(logits[index]) - largest) / sum
      gradient[index] += weight * Float(sign * (probability - (index == label ? 1 : 0)))
    }
    return Float(sign * (largest + log(sum) - Double(logits[label])))
  }
}

/// The difference of logits ratio −(z_y − max_{i≠y} z_i)/(z₍₁₎ − z₍₃₎ + 10⁻¹²), which no rescaling of the logits
/// changes (Croce & Hein 2020). Untargeted.
public struct LogitRatioObjective: LogitObjective {
  /// One a picture.
  public var classes: [Int]
  /// What the net's outputs are.
  public var output: ClassifierOutput

  /// The ratio's denominator takes the first and the third largest logit.
  public static let neededClasses = 3

  /// With the properties of the same names.
  public init(_ classes: [Int], output: ClassifierOutput = .logits) {
    self.classes = classes
    self.output = output
  }

  /// - Throws: ``ProbingError/tooFewClasses(attack:needed:found:)`` below three classes.
  public func value(
    _ logits: UnsafeBufferPointer<Float>, sample: Int, addingTo gradient: UnsafeMutableBufferPointer<Float>,
    weight: Float
  ) throws -> Float {
    let label = try checked(classes[sample], in: logits)
    guard logits.count >= Self.neededClasses else {
      throw ProbingError.tooFewClasses(
        attack: "the DLR loss", needed: Self.neededClasses, found: logits.count)
    }
    let top = largest(3, of: logits)
    let rival = top[0] == label ? top[1] : top[0]
    let numerator = logits[label] - logits[rival]
    let denominator = logits[top[0]] - logits[top[2]] + 1e-12
    let value = -numerator / denominator
    gradient[label] -= weight / denominator
    gradient[rival] += weight / denominator
    gradient[top[0]] -= weight * value / denominator
    gradient[top[2]] += weight * value / denominator
    return value
  }
}

/// z_a − z_b of each picture: the boundary between two classes.
struct LogitDifferenceObjective: LogitObjective {
  var raised: [Int]
  var lowered: [Int]
  var output: ClassifierOutput

  func value(
    _ logits: UnsafeBufferPointer<Float>, sample: Int, addingTo gradient: UnsafeMutableBufferPointer<Float>,
    weight: Float
  ) throws -> Float {
    gradient[raised[sample]] += weight
    gradient[lowered[sample]] -= weight
    return logits[raised[sample]] - logits[lowered[sample]]
  }
}

/// The class, where the net has it.
private func checked(_ label: Int, in logits: UnsafeBufferPointer<Float>) throws -> Int {
  guard logits.indices.contains(label) else {
    throw ObjectiveError.classOutOfRange(index: label, count: logits.count)
  }
  return label
}

/// Positions of the `count` largest elements, the largest first; of equal ones the earlier.
func largest(_ count: Int, of values: UnsafeBufferPointer<Float>) -> [Int] {
  var best: [Int] = []
  for index in values.indices {
    var place = best.count
    while place > 0, values[best[place - 1]] < values[index] { place -= 1 }
    guard place < count else { continue }
    best.insert(index, at: place)
    if best.count > count { best.removeLast() }
  }
  return best
}
