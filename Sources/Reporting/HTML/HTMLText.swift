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

  /// A file beside the page as the value of `href`: percent-encoded (RFC 3986), so that nothing in a name is taken for a
  /// scheme, a host, a query or a fragment.
  static func address(ofFile name: String) -> String {
    var result = "./"
    for byte in name.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"):
        result.unicodeScalars.append(Unicode.Scalar(byte))
      case _ where "-_.~/".utf8.contains(byte): result.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        let digits = String(byte, radix: 16, uppercase: true)
        result += "%" + (digits.count < 2 ? "0" : "") + digits
      }
    }
    return result
  }
}
