import Foundation
import GinghamAttribution
import GinghamDifferentiation
import GinghamImaging
import GinghamLattices
import GinghamModels
import GinghamNetworks
import GinghamReporting
import GinghamTensors

/// Makes the pages of the reader's pictures, where the net is a classifier: what it says of each, and where in it that comes from.
struct ExploredPictures {
  /// A page.
  struct Page: Codable {
    /// What the file is called.
    var name: String
    /// Of what the net saw.
    var file: String
    var width: Int
    var height: Int
    /// The strongest outputs.
    var top: [Top]
    var maps: [Map]
    /// Of the gradient.
    var bands: [ExploredDetails.Band]
    /// Where the atlas's groups of channels lie; `nil` without groups.
    var groups: ExploredAtlas.Places?
  }

  struct Top: Codable {
    /// Its number.
    var index: Int
    /// The output as the net gives it.
    var value: Float
  }

  /// A way to say where in the picture something comes from.
  struct Map: Codable {
    var name: String
    var about: String
    var file: String
    /// What makes it.
    var command: String
  }

  let model: Model
  let context: RunContext
  /// One for each method, as each remembers one plan.
  private let methods: [(method: any AttributionMethod, about: String, differentiator: any Differentiator)]
  private let objective: any Objective
  private let survey: LatticeSurvey

  /// Steps of integrated gradients: fewer than by themselves, as there are many pictures.
  private static let steps = 16
  /// Outputs that a page lists.
  static let listed = 5

  /// - Throws: ``NetworkError``, ``ObjectiveError``.
  init(_ model: Model, _ differentiator: any Differentiator, context: RunContext) throws {
    (self.model, self.context) = (model, context)
    objective = try model.objectiveParser().parse("top")
    let value = try model.gradientValue(ofLayer: nil)
    survey = try Expectation(of: objective, in: model, at: [value]).survey(at: value)
    let all: [(any AttributionMethod, String)] = [
      (Gradient(), "how the strongest output changes with each pixel"),
      (IntegratedGradients(steps: Self.steps), "gradients along the way from black to the picture, times the picture"),
      (GradCAM(layer: nil), "maps of the last convolution, weighed by their gradients"),
    ]
    methods = all.map { ($0, $1, PlanCache(differentiator)) }
  }

  /// What is kept of a page's passes.
  struct Made: Codable {
    var page: Page
    /// Of the photograph and of the maps, in order.
    var files: [Data]
  }

  /// Whether the net has one row of classes, which pages speak of.
  static func isClassifier(_ model: Model) -> Bool {
    guard let output = model.network.outputs.first, let bound = try? model.bound(leadingTo: [output]),
      let shape = bound.shapes[bound.resolved(output)]
    else { return false }
    return shape.rank > 1 && shape[1] > 1 && shape.elementCount == shape[1]
  }

  /// Writes what the page of a picture shows, as `pictures/<number>….webp`.
  ///
  /// - Returns: the page, and all outputs.
  /// - Throws: ``ImageError``, ``EngineError``, ``ModelError/nonFiniteResult(what:count:of:)``,
  ///   ``FormatError/unwritable(path:reason:)``.
  func page(_ number: Int, pictureAt path: String) throws -> (page: Page, outputs: [Float]) {
    let finished = try context.once(named: "page \(number) \(path)") {
      let (made, outputs) = try self.made(number, of: model.input(pictureAt: path), at: path)
      return Finished(value: made, tensors: [outputs])
    }
    let made = finished.value
    for (name, data) in zip([made.page.file] + made.page.maps.map(\.file), made.files) {
      try context.folder?.write(name, data: data)
    }
    return (made.page, finished.tensors.first?.scalars ?? [])
  }

  /// Makes a page and writes nothing.
  ///
  /// - Parameters:
  ///   - input: the picture as the net sees it, 1×C×H×W.
  ///   - path: where it came from.
  /// - Returns: the page with its files, and all outputs.
  func made(_ number: Int, of input: Tensor, at path: String) throws -> (Made, outputs: Tensor) {
    var made = Made(
      page: Page(
        name: path.lastPathPart, file: "pictures/\(number).webp", width: input.shape[3], height: input.shape[2],
        top: [], maps: [], bands: []),
      files: [Data(try Self.photograph(input).encodedWebP(path: path))])
    let outputs = try explain(input, path, number, &made)
    return (made, outputs)
  }

  private func explain(_ input: Tensor, _ path: String, _ number: Int, _ made: inout Made) throws -> Tensor {
    var outputs = Tensor([0])
    for (method, about, differentiator) in methods {
      let attribution = try method.attribute(input, to: objective, by: differentiator)
      let name = type(of: method).name
      try attribution.map.requireFinite("the \(name) at '\(path)'")
      if method is Gradient {
        outputs = attribution.activations[0]
        made.page.top = outputs.scalars.enumerated().sorted { ($1.element, $0.offset) < ($0.element, $1.offset) }
          .prefix(Self.listed).map { Top(index: $0.offset, value: $0.element) }
        made.page.bands = try survey.finding(of: [attribution.map]).bands.map { .init($0, layer: $0.layer) }
      }
      let map = attribution.map.resized(height: input.shape[2], width: input.shape[3], kernel: .bilinear)
      let shown = attribution.map.shape[2] == input.shape[2] ? attribution.map : map
      let target = "class:\(made.page.top[0].index)"
      let steps = method is IntegratedGradients ? ["--samples", "\(Self.steps)"] : []
      made.page.maps.append(
        Map(
          name: name, about: about, file: "pictures/\(number)-\(name).webp",
          command: ShellWord.line(
            ["gingham", GradientRun.name, model.source.specification, path, "--target", target, "--method", name]
              + steps
              + model.source.words)))
      made.files.append(Data(try HeatMap(of: shown, reducing: .norm).picture.encodedWebP(path: path, quality: 70)))
    }
    return outputs
  }

  /// What the net saw: of more than three channels the first three, of two the first.
  private static func photograph(_ input: Tensor) throws -> Picture {
    try Picture(input.slice(axis: 1, 0..<(input.shape[1] == 2 ? 1 : min(input.shape[1], 3))))
  }
}

/// The classes of a net and the pictures most like each: a file of the site.
struct ExploredClasses: Encodable {
  /// By class: places among ``ExploredNet/pictures`` and the output there, the largest first.
  var likest: [[Like]]

  struct Like: Encodable {
    var page: Int
    var value: Float
  }

  /// Pictures that are kept for a class.
  private static let most = 9

  /// - Parameter outputs: of each page, all of one length.
  init(of outputs: [[Float]]) {
    likest = (outputs.first ?? []).indices.map { index in
      outputs.enumerated().map { Like(page: $0, value: $1[index]) }
        .sorted { ($1.value, $0.page) < ($0.value, $1.page) }.prefix(Self.most).map { $0 }
    }
  }
}
