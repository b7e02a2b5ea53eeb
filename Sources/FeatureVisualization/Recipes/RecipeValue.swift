import GinghamDocuments
import GinghamTensors

/// What a setting of a recipe can hold.
protocol RecipeValue {
  /// - Parameter what: the setting's name.
  /// - Throws: ``DocumentError``.
  init(_ node: DocumentNode, _ what: String) throws

  /// As it is written in a recipe.
  var printed: String { get }
}

extension Int: RecipeValue {
  init(_ node: DocumentNode, _ what: String) throws { self = try node.integer(what) }
  var printed: String { String(self) }
}

extension Double: RecipeValue {
  init(_ node: DocumentNode, _ what: String) throws { self = try node.number(what) }

  /// Whole numbers without a point.
  var printed: String { self == rounded() && abs(self) < 1e15 ? String(Int(self)) : String(self) }
}

extension Bool: RecipeValue {
  init(_ node: DocumentNode, _ what: String) throws { self = try node.boolean(what) }
  var printed: String { "\(self)" }
}

/// Text in quotation marks, as paths may hold anything.
extension String: RecipeValue {
  init(_ node: DocumentNode, _ what: String) throws { self = try node.text(what) }

  var printed: String {
    var result = "\""
    for scalar in unicodeScalars {
      switch scalar {
      case "\\", "\"": result += "\\\(scalar)"
      case _ where scalar.isInvisible:
        let digits = String(scalar.value, radix: 16)
        result += "\\U" + String(repeating: "0", count: 8 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}

extension Array: RecipeValue where Element: RecipeValue {
  init(_ node: DocumentNode, _ what: String) throws { self = try node.values(what).map { try Element($0, what) } }
  var printed: String { "[\(map(\.printed).joined(separator: ", "))]" }
}

/// One of a few words.
extension RecipeValue where Self: CaseIterable & RawRepresentable, RawValue == String {
  init(_ node: DocumentNode, _ what: String) throws { self = try node.choice(what) }
  var printed: String { rawValue }
}

extension PixelRange: RecipeValue {}
extension OptimizerKind: RecipeValue {}

extension PictureSize: RecipeValue {
  init(_ node: DocumentNode, _ what: String) throws {
    let text = try node.text(what)
    guard let size = PictureSize(parsing: text) else {
      throw node.failure("\(what) is written HEIGHTxWIDTH, not '\(text)'")
    }
    self = size
  }

  var printed: String { written }
}
