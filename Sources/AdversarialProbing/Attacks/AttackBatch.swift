import GinghamTensors

/// Pictures to be attacked together.
public struct AttackBatch: Sendable {
  /// N×C×H×W in 0…1.
  public let pictures: Tensor
  /// The class that each picture must no longer be taken for.
  public let labels: [Int]
  /// The class that each picture is to be taken for; `nil`: any other than its label.
  public let targets: [Int]?
  /// Seed each picture's random numbers, so that a result does not depend on a picture's place in a batch.
  public let names: [String]
  /// Pixels that may change, one mask a picture; `nil`: all.
  public let masks: [PixelMask]?

  /// - Throws: ``ProbingError`` where pixels lie outside 0…1 (by more than 10⁻⁶), counts differ, or a mask does not fit.
  public init(
    pictures: Tensor, labels: [Int], targets: [Int]? = nil, names: [String]? = nil, masks: [PixelMask]? = nil
  ) throws {
    guard pictures.shape.rank == 4, pictures.count > 0 else {
      throw ProbingError.badArgument("pictures to attack are N×C×H×W, not \(pictures.shape)")
    }
    let (least, largest) = pictures.withUnsafeBufferPointer { ($0.min() ?? 0, $0.max() ?? 0) }
    guard pictures.isFinite, least >= -1e-6, largest <= 1 + 1e-6 else {
      throw ProbingError.pixelsOutOfRange(least: least, largest: largest)
    }
    let count = pictures.shape[0]
    for (what, found) in [
      ("labels", labels.count), ("target classes", targets?.count), ("names", names?.count), ("masks", masks?.count),
    ] {
      guard found == nil || found == count else {
        throw ProbingError.wrongCount(what: what, expected: count, found: found ?? 0)
      }
    }
    for mask in masks ?? [] {
      guard [mask.height, mask.width] == pictures.shape.spatial else {
        throw ProbingError.wrongMask(expected: pictures.shape.spatial, found: [mask.height, mask.width])
      }
      guard mask.isOpen.contains(true) else { throw ProbingError.emptyMask }
    }
    self.pictures = pictures
    self.labels = labels
    self.targets = targets
    self.names = names ?? (0..<count).map(String.init)
    self.masks = masks
  }

  /// Pictures in it.
  public var count: Int { pictures.shape[0] }

  /// What attacks climb: cross-entropy away from the labels, or towards the targets.
  func crossEntropy(_ output: ClassifierOutput) -> CrossEntropyObjective {
    CrossEntropyObjective(targets ?? labels, isTargeted: targets != nil, output: output)
  }

  /// Whether each prediction is what an attack wants.
  func isAdversarial(_ predictions: [Int]) -> [Bool] {
    if let targets { return zip(predictions, targets).map(==) }
    return zip(predictions, labels).map(!=)
  }

  /// Zero outside each picture's mask.
  func applyMasks(to values: inout Tensor) {
    guard let masks else { return }
    for (sample, mask) in masks.enumerated() { values.withMutableSample(sample) { mask.apply(to: $0) } }
  }

  /// - Throws: ``ProbingError/labelOutOfRange(label:classes:)``.
  func checkClasses(_ count: Int) throws {
    for label in labels + (targets ?? []) where !(0..<count).contains(label) {
      throw ProbingError.labelOutOfRange(label: label, classes: count)
    }
  }
}
