import GinghamTensors

/// The logit of a class: of a given one, or of the one that each picture is taken for.
public struct ClassObjective: Objective {
  public enum Choice: Hashable, Sendable {
    case top
    case index(Int)
    /// One a picture of the batch.
    case indices([Int])
  }

  public var choice: Choice
  public var layers: [String] { ["output"] }
  public var channelsRead: [String: Range<Int>] {
    guard case .index(let index) = choice else { return [:] }
    return ["output": .only(index)]
  }

  public init(_ choice: Choice) {
    self.choice = choice
  }

  public func evaluate(
    _ activations: [Tensor], addingTo cotangents: inout [Tensor], weight: Float
  ) throws -> [Float] {
    let logits = activations[0]
    let count = logits.count / max(logits.shape.dimensions.first ?? 1, 1)
    let chosen = classes(of: logits)
    for index in chosen {
      guard (0..<count).contains(index) else { throw ObjectiveError.classOutOfRange(index: index, count: count) }
    }
    cotangents[0].withUnsafeMutableBufferPointer { gradient in
      for (sample, index) in chosen.enumerated() { gradient[sample * count + index] += weight }
    }
    return logits.withUnsafeBufferPointer { values in
      chosen.enumerated().map { weight * values[$0 * count + $1] }
    }
  }

  public func settled(by activations: [Tensor]) -> any Objective {
    choice == .top ? ClassObjective(.indices(classes(of: activations[0]))) : self
  }

  /// The class this objective asks about for each picture.
  public func classes(of logits: Tensor) -> [Int] {
    let batch = logits.shape.dimensions.first ?? 1
    let count = logits.count / max(batch, 1)
    return (0..<batch).map { sample in
      switch choice {
      case .top: logits.withUnsafeBufferPointer { largest($0[(sample * count)..<((sample + 1) * count)]) }
      case .index(let given): given
      case .indices(let given): given[sample % given.count]
      }
    }
  }

  /// Position of the first largest element.
  private func largest(_ values: Slice<UnsafeBufferPointer<Float>>) -> Int {
    var best = values.startIndex
    for index in values.indices where values[index] > values[best] { best = index }
    return best - values.startIndex
  }
}
