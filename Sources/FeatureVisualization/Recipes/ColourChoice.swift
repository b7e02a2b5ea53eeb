import GinghamDocuments

/// Which colours a parameterization takes for one step apart.
public enum ColourChoice: Hashable, Sendable {
  /// Channels are independent.
  case none
  /// ImageNet's correlation for three channels, none for other numbers.
  case decorrelated
  /// Measured on the pictures of a folder.
  case measured(folder: String)
}

extension ColourChoice: RecipeValue {
  init(_ node: DocumentNode, _ what: String) throws {
    if node.isMapping {
      let pairs = try node.pairs(what)
      guard pairs.count == 1, pairs[0].key == "measured" else {
        throw node.failure("\(what) is none, decorrelated, or 'measured: FOLDER'")
      }
      self = .measured(folder: try pairs[0].value.text("measured"))
      return
    }
    switch try node.text(what) {
    case "none": self = .none
    case "decorrelated": self = .decorrelated
    case let word: throw node.unknown(what, word, known: ["none", "decorrelated", "measured: FOLDER"])
    }
  }

  var printed: String {
    switch self {
    case .none: "none"
    case .decorrelated: "decorrelated"
    case .measured(let folder): "{measured: \(folder.printed)}"
    }
  }
}
