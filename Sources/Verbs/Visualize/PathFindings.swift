import GinghamDifferentiation
import GinghamFeatureVisualization
import GinghamImaging
import GinghamModels
import GinghamNetworks
import GinghamReporting
import GinghamTensors

/// `visualize --path-check`: whether the pictures travel through the net as photographs do.
public struct PathFindings: Encodable, Sendable {
  /// A photograph and the objective there.
  public struct Photograph: Encodable, Hashable, Sendable {
    /// As it was named.
    public var path: String
    /// The objective.
    public var activation: Float
  }

  /// Those that the objective likes best, the best first.
  public var own: [Photograph]
  /// Spread evenly over the ranks of the rest.
  public var others: [Photograph]
  /// One for each picture of the batch.
  public var images: [PathCheck]

  /// Photographs that count as the objective's own, at most.
  static let most = 9
  /// Others, at most.
  static let mostOthers = 36
}

extension PathCheck: Encodable {
  /// Its layers.
  public func encode(to encoder: any Encoder) throws { try layers.encode(to: encoder) }
}

extension Visualizer {
  /// Looks at all photographs once for their ranks, and at those that are compared once more: memory does not grow with
  /// their number.
  ///
  /// - Throws: ``MeasureError``, ``SettingError`` where fewer than four can be read, ``EngineError``.
  func pathCheck(of pictures: Tensor, beside photographs: [String], in context: RunContext) throws -> (
    findings: PathFindings, skipped: [SkippedFile]
  ) {
    let size = recipe.inputSize(of: model)
    let targets = try parsed.layers.map(model.network.value)
    let sized = model.sized(size)
    let value = try ObjectivePass(
      parsed, of: differentiator, inputShapes: [sized.inputShape(batch: 1)], gradientsAt: [], wholeActivations: false)
    let (found, skipped) = try context.each(photographs, counting: "photographs") { path in
      let activation = try value.values(sized.input(pictureAt: path))[0]
      guard activation.isFinite else { throw ModelError.nonFiniteResult(what: "the objective", count: 1, of: 1) }
      return PathFindings.Photograph(path: path, activation: activation)
    }
    try SettingError.require(found.count >= 4, "photographs", found.count, "at least four that can be read")
    let ranked = found.enumerated().sorted { ($1.element.activation, $0.offset) < ($0.element.activation, $1.offset) }
      .map(\.element)
    let own = Array(ranked.prefix(min(PathFindings.most, ranked.count / 2)))
    let others = Array(ranked.dropFirst(own.count)).spread(over: PathFindings.mostOthers)
    let paths = try ActivationPaths(model, towards: targets, size: size, differentiator: differentiator)
    func profiles(_ photographs: [PathFindings.Photograph]) throws -> [PathCheck.Profile] {
      try photographs.map { paths.profile(of: try paths.means(ofPictureAt: $0.path)) }
    }
    let (near, far) = (try profiles(own), try profiles(others))
    let images = try (0..<pictures.shape[0]).map { index in
      let means = try paths.means(of: pictures.sample(index).shown(at: size))
      return PathCheck(of: paths.profile(of: means), among: near, and: far)
    }
    return (PathFindings(own: own, others: others, images: images), skipped)
  }
}

extension Tensor {
  /// As the network is shown a picture N×C×H×W of another size.
  func shown(at size: PictureSize) -> Tensor {
    (shape[2], shape[3]) == (size.height, size.width) ? self : resized(height: size.height, width: size.width)
  }
}

extension Array {
  /// So many elements at most, evenly from the first to the last.
  func spread(over most: Int) -> [Element] {
    guard count > most, most > 1 else { return Array(prefix(most)) }
    return (0..<most).map { self[$0 * (count - 1) / (most - 1)] }
  }
}

extension PathFindings {
  /// For the terminal: a line for each picture.
  var text: String {
    images.enumerated().map { index, check in
      let near = check.layers.count { $0.othersAsNear <= 0.05 }
      let name = images.count == 1 ? "the picture" : "picture \(index)"
      return
        "Path of \(name): nearer to the \(own.count) photographs that excite the objective most than 95 % of others at "
        + "\(near) of \(check.layers.count) layers; farther than every one of them at \(check.apart(among: own.count)) "
        + "layers."
    }.joined(separator: "\n")
  }

  /// Similarities by layer.
  var plot: Plot {
    let layers = images.first?.layers ?? []
    func values(_ of: (PathCheck.Layer) -> Double?) -> [Double] { layers.map { of($0) ?? .nan } }
    return Plot(
      "Similarity to the \(own.count) photographs that excite the objective most", x: Axis("layer"),
      y: Axis("rank correlation of channels"),
      series: [
        Series("those photographs among themselves", y: values(\.own), style: .lineWithPoints),
        Series("other photographs", y: values(\.others), style: .dashedLine),
      ]
        + images.enumerated().map { index, check in
          Series(
            images.count == 1 ? "the picture" : "picture \(index)", y: check.layers.map { $0.similarity ?? .nan },
            style: .lineWithPoints)
        })
  }
}

extension PathCheck {
  /// At how many layers the visualization is farther than every one of so many photographs of the unit's own.
  func apart(among own: Int) -> Int { layers.count { $0.ownAsFar <= 1 / Double(own + 1) + 1e-9 } }
}
