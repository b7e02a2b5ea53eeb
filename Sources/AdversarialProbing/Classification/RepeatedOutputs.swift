/// Two runs of a classifier on the same pictures, held against each other as they come, so that none are kept.
public struct RepeatedOutputs: Hashable, Sendable {
  /// Outputs a picture.
  public let classes: Int
  /// Outputs of one run.
  public private(set) var count = 0
  /// Of these, the ones that the two runs do not have alike.
  public private(set) var differing = 0
  private var areProbabilities = true

  /// - Parameter classes: outputs a picture.
  public init(classes: Int) {
    self.classes = classes
  }

  /// Adds pictures×classes of each run.
  public mutating func add(_ first: [Float], _ second: [Float]) {
    areProbabilities = areProbabilities && ClassifierOutput.looksLikeProbabilities(first, count: classes)
    count += first.count
    differing += zip(first, second).count { $0 != $1 } + abs(first.count - second.count)
  }

  /// Whether each picture's outputs are probabilities; not so before there are some.
  public var lookLikeProbabilities: Bool { count > 0 && areProbabilities }
}
