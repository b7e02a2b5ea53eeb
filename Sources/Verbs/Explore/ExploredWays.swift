import GinghamDifferentiation
import GinghamFeatureVisualization
import GinghamModels
import GinghamNetworks
import GinghamTensors

/// The ways of the reader's pictures through the net, beside which those of all units' pictures are held.
struct ExploredWays {
  /// What the net is shown of them and of the units' pictures.
  let paths: ActivationPaths
  let size: PictureSize
  /// By their place in the index: of all that excite a unit most, and of ``controls``.
  private let profiles: [Int: PathCheck.Profile]
  /// Pictures that stand for all, evenly from the first to the last.
  private let controls: [Int]

  /// Pictures that are kept together when a run is cut short.
  private static let together = 64

  /// - Returns: `nil` where there are too few pictures to compare with.
  /// - Throws: ``NetworkError``, ``EngineError``, ``ImageError``.
  init?(
    of index: ExemplarSearch.Index, _ selection: UnitSelection, _ model: Model, size: PictureSize,
    _ differentiator: any Differentiator, _ context: RunContext
  ) throws {
    let readable = index.pictures.indices.filter { index.reasons[$0] == nil }
    guard readable.count >= 4 else { return nil }
    controls = readable.spread(over: PathFindings.mostOthers)
    self.size = size
    paths = try ActivationPaths(
      model, towards: selection.layers.map { try model.network.value(ofLayer: $0.name) }, size: size,
      differentiator: differentiator)
    let exciting = index.layers.flatMap { $0.units.flatMap { $0.activity.exemplars.map(\.picture) } }
    let wanted = Set(exciting).union(controls).sorted()
    let total = paths.layers.reduce(0) { $0 + $1.channels }
    var profiles: [Int: PathCheck.Profile] = [:]
    for first in stride(from: 0, to: wanted.count, by: Self.together) {
      let part = wanted[first..<min(first + Self.together, wanted.count)]
      let means = try context.once(named: "ways \(part)") { [paths] in
        var rows: [Float] = []
        for (place, picture) in part.enumerated() {
          context.progress.step("ways", first + place, of: wanted.count)
          try Interruption.check()
          rows += try paths.means(ofPictureAt: index.pictures[picture])
        }
        return Finished(value: part.count, tensors: [Tensor([part.count, total], rows)])
      }.tensors[0].scalars
      for (place, picture) in part.enumerated() {
        profiles[picture] = paths.profile(of: Array(means[(place * total)..<((place + 1) * total)]))
      }
    }
    self.profiles = profiles
  }

  /// Which of the layers lead to one.
  func places(leadingTo layer: String) throws -> [Int] {
    let leading = Set(
      try paths.model.weightedLayers(leadingTo: [paths.model.network.value(ofLayer: layer)]).map(\.name))
    return paths.layers.indices.filter { leading.contains(paths.layers[$0].name) }
  }

  /// - Parameters:
  ///   - means: of the unit's picture (``ActivationPaths/means(of:)``).
  ///   - exemplars: places in the index of the pictures that excite the unit most.
  /// - Returns: `nil` where there are too few of these, or of others.
  func check(_ means: [Float], at places: [Int], among exemplars: [Int]) -> PathCheck? {
    let own = exemplars.compactMap { profiles[$0]?.at(places) }
    let others = controls.filter { !exemplars.contains($0) }.compactMap { profiles[$0]?.at(places) }
    guard own.count > 1, others.count > 1 else { return nil }
    return PathCheck(of: paths.profile(of: means).at(places), among: own, and: others)
  }
}
