import GinghamTensors

/// The logit of a class: of a given one, or of the one that each picture is taken for. Where the output has a map a class
/// (N×K×H×W), the mean over the map.
public struct ClassObjective: Objective {
  /// Which output is meant.
  public enum Choice: Hashable, Sendable {
    case top
    case index(Int)
    /// One a picture of the batch.
    case indices([Int])
  }

  /// Which output is meant.
  public var choice: Choice
  /// Names of the layers that it reads.
  public var layers: [String] { ["output"] }
  /// Channels of each layer that count; plans leave the others out.
  public var channelsRead: [String: Range<Int>] {
    guard case .index(let index) = choice else { return [:] }
    return ["output": .only(index)]
  }

  /// With the property of the same name.
  public init(_ choice: Choice) {
    self.choice = choice
  }

  /// Values and cotangents, as ``Objective/evaluate(_:addingTo:weight:)`` asks for them.
  public func evaluate(
    _ activations: [Tensor], addingTo cotangents: inout [Tensor], weight: Float
  ) throws -> [Float] {
    let logits = activations[0]
    let view = try ClassView(logits.shape)
    let chosen = classes(of: logits)
    for index in chosen {
      guard (0..<view.count).contains(index) else {
        throw ObjectiveError.classOutOfRange(index: index, count: view.count)
      }
    }
    let share = weight / Float(max(view.positions, 1))
    cotangents[0].withUnsafeMutableBufferPointer { gradient in
      for (sample, index) in chosen.enumerated() {
        for place in view.range(sample, index) { gradient[place] += share }
      }
    }
    return logits.withUnsafeBufferPointer { values in
      chosen.enumerated().map { weight * view.score(values, $0, $1) }
    }
  }

  /// With every choice made that depends on the activations.
  public func settled(by activations: [Tensor]) -> any Objective {
    choice == .top ? ClassObjective(.indices(classes(of: activations[0]))) : self
  }

  /// The class this objective asks about for each picture; 0 where the output has no classes.
  public func classes(of logits: Tensor) -> [Int] {
    guard let view = try? ClassView(logits.shape) else {
      return [Int](repeating: 0, count: logits.shape.dimensions.first ?? 1)
    }
    return (0..<view.batch).map { sample in
      switch choice {
      case .top: logits.withUnsafeBufferPointer { view.largest($0, sample) }
      case .index(let given): given
      case .indices(let given): given[sample % given.count]
      }
    }
  }

  /// The score of every class for every picture: N×K as the output is, or each map's mean.
  ///
  /// - Throws: ``ObjectiveError/noClasses(_:)``.
  public static func scores(of outputs: Tensor) throws -> Tensor {
    let view = try ClassView(outputs.shape)
    guard view.positions != 1 else { return outputs.reshaped(to: [view.batch, view.count]) }
    return outputs.withUnsafeBufferPointer { values in
      Tensor(
        [view.batch, view.count],
        (0..<view.batch).flatMap { sample in (0..<view.count).map { view.score(values, sample, $0) } })
    }
  }
}
