/// What is asked of a YAML text before anything composes it. An alias stands for a whole tree, and a tree of aliases of
/// trees of aliases has more nodes than there is time, in a few hundred bytes; recipes need hardly any.
enum YAMLGuard {
  static let longestText = 1 << 20
  static let mostAliases = 16
  /// Composing goes into each level by a call.
  static let deepestNesting = 64

  /// What is wrong with the text; `nil` where nothing is.
  static func objection(to text: String) -> String? {
    guard text.utf8.count <= longestText else { return "\(text.utf8.count) bytes are too many for a recipe" }
    var (aliases, flowDepth, deepest) = (0, 0, 0)
    var previous = UInt8(ascii: "\n")
    var bytes = text.utf8.makeIterator()
    var next = bytes.next()
    while let byte = next {
      next = bytes.next()
      switch byte {
      // Where a token may begin; in quotes and comments one may be counted that is none.
      case UInt8(ascii: "*") where " \t\n\r[{,:-?".utf8.contains(previous) && next.map { $0 > 0x20 } ?? false:
        aliases += 1
      case UInt8(ascii: "["), UInt8(ascii: "{"):
        flowDepth += 1
        deepest = max(deepest, flowDepth)
      case UInt8(ascii: "]"), UInt8(ascii: "}"): flowDepth = max(flowDepth - 1, 0)
      default: break
      }
      previous = byte
    }
    if aliases > mostAliases { return "more than \(mostAliases) aliases (*name) are too many for a recipe" }
    if deepest > deepestNesting || longestLeader(text) > deepestNesting {
      return "more than \(deepestNesting) lists within each other are too many for a recipe"
    }
    return nil
  }

  /// The most `-` and `?` that begin a line, each of which opens a level.
  private static func longestLeader(_ text: String) -> Int {
    text.utf8.split { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }.map { line in
      let leader = Array(line.prefix { " \t-?:".utf8.contains($0) })
      return leader.indices.count { index in
        "-?:".utf8.contains(leader[index]) && (leader.indices.contains(index + 1) ? leader[index + 1] <= 0x20 : true)
      }
    }.max() ?? 0
  }
}
