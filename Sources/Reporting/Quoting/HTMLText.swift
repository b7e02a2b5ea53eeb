import GinghamTensors

/// Text between tags and in attributes of HTML. Scalars that cannot be seen are written out, so that a name can neither
/// hide a part of itself nor turn the direction of what follows.
enum HTMLText {
  static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      case "\n": result += "\n"
      case _ where scalar.isInvisible: result += String(scalar).printable()
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
