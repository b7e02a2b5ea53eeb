import GinghamDocuments
import GinghamTensors

/// A parameterization as recipes name it.
public protocol ParameterizationPart: RecipePart {
  /// Settings of its own, which stand beside it in a recipe.
  static var settings: [RecipeSetting<Self>] { get }

  /// - Parameter shape: N×C×H×W.
  func space(shape: Shape, materials: Renderer.Materials, team: ThreadTeam) -> any SpatialParameterization

  /// Pictures that something is measured on; `nil`: on none.
  var folder: String? { get }

  /// What is measured on the pictures of ``folder``, C×H×W each, of the size of the picture to come.
  ///
  /// - Throws: ``VisualizationError/contradiction(_:)`` where they do not fit.
  func measured(on pictures: [Tensor]) throws -> Tensor?

  /// Why a picture cannot grow through octaves; `nil`: it can.
  var keepsToOneSize: String? { get }

  /// Whether a picture that is transparent where it hardly ever mattered is worth having.
  var showsImportance: Bool { get }
}

extension ParameterizationPart {
  /// The folder of pictures that it is measured on; `nil` where it needs none.
  public var folder: String? { nil }
  /// What it measures on pictures C×H×W in 0…1; `nil` where it needs none.
  public func measured(on pictures: [Tensor]) throws -> Tensor? { nil }
  /// Why it cannot change its size; `nil` where it can.
  public var keepsToOneSize: String? { nil }
  /// Whether its parameters' slopes tell which pixels matter.
  public var showsImportance: Bool { false }

  /// - Throws: ``VisualizationError`` for a setting out of its range.
  public func validate() throws { for row in Self.settings { try row.check(self) } }

  /// With one of its own settings changed; `nil` where it has none of that name.
  fileprivate func reading(_ value: DocumentNode, of name: String, at place: DocumentNode) throws -> Self? {
    guard let row = Self.settings.first(where: { $0.name == name }) else { return nil }
    var changed = self
    try row.read(&changed, value, place)
    return changed
  }

  /// A line for the name, and one for each setting.
  fileprivate var lines: String {
    ([name] + Self.settings.compactMap { row in row.printed(self).map { "\(row.name): \($0)" } })
      .joined(separator: "\n")
  }

  /// The settings as those of a recipe.
  fileprivate static var recipeRows: [RecipeSetting<Recipe>] {
    settings.map { row in
      let name = row.name
      return RecipeSetting(name, option: row.option, valueName: row.valueName, help: row.help) { recipe, value, place in
        recipe.parameterization = try recipe.parameterization.reading(value, of: name, at: place)
      } printed: { _ in
        nil
      }
    }
  }
}

/// Any parameterization.
public struct ParameterizationKind: AnyRecipePart, RecipeValue {
  private let kind: any ParameterizationPart

  /// With the property of the same name.
  public init(_ kind: any ParameterizationPart) {
    self.kind = kind
  }

  /// All that recipes know.
  public static let all: [any ParameterizationPart.Type] = [
    PixelSpace.self, FourierSpace.self, PyramidSpace.self, PhaseSpace.self,
  ]

  /// What complaints call one of them.
  public static let noun = "parameterization"
  /// Every kind there is.
  public static var list: [any RecipePart.Type] { all }
  /// The kind itself.
  public var part: any RecipePart { kind }

  /// From what a recipe says behind its name.
  ///
  /// - Throws: ``DocumentError`` where that is not of its kind.
  public init(reading value: PartValue) throws {
    guard let type = Self.all.first(where: { $0.name == value.name }) else { throw value.unknown(Self.self) }
    kind = try type.init(reading: value)
  }

  init(_ node: DocumentNode, _ what: String) throws {
    try self.init(reading: PartValue(name: node.text(what), place: node, node: nil))
  }

  /// With its settings on lines of their own.
  var printed: String { kind.lines }

  /// Settings of all of them, each name once.
  static var settings: [RecipeSetting<Recipe>] {
    var seen: Set<String> = []
    return all.flatMap { $0.recipeRows }.filter { seen.insert($0.name).inserted }
  }

  fileprivate func reading(_ value: DocumentNode, of name: String, at place: DocumentNode) throws -> Self {
    guard let changed = try kind.reading(value, of: name, at: place) else {
      throw place.failure("'\(name)' does not go with the parameterization '\(kind.name)', or stands before it")
    }
    return Self(changed)
  }

  func space(shape: Shape, materials: Renderer.Materials, team: ThreadTeam) -> any SpatialParameterization {
    kind.space(shape: shape, materials: materials, team: team)
  }

  /// Pictures that something is measured on; `nil`: on none.
  public var folder: String? { kind.folder }

  /// - Throws: ``VisualizationError/contradiction(_:)`` where the pictures do not fit.
  public func measured(on pictures: [Tensor]) throws -> Tensor? { try kind.measured(on: pictures) }

  var keepsToOneSize: String? { kind.keepsToOneSize }
  /// Whether a picture that is transparent where it hardly ever mattered is worth having.
  public var showsImportance: Bool { kind.showsImportance }
}
