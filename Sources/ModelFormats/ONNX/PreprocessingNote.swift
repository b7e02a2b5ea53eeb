import GinghamNetworks

/// How photographs are fitted to a network, as a file's metadata say it:
/// `height=224 width=224 shorter_side=256 interpolation=bilinear`, with `stretch=1` in place of a shorter side.
extension Preprocessing {
  var note: String {
    let fit =
      switch fit {
      case .shorterSide(let side): "shorter_side=\(side)"
      case .stretch: "stretch=1"
      }
    return "height=\(height) width=\(width) \(fit) interpolation=\(interpolation.rawValue)"
  }

  /// `nil` where the text is not one of ours, or says what cannot be.
  init?(note: String) {
    var words: [Substring: Substring] = [:]
    for word in note.split(separator: " ") {
      let sides = word.split(separator: "=", maxSplits: 1)
      guard sides.count == 2 else { return nil }
      words[sides[0]] = sides[1]
    }
    let extents = 1...(1 << 16)
    guard let height = words["height"].flatMap({ Int($0) }), let width = words["width"].flatMap({ Int($0) }),
      extents.contains(height), extents.contains(width),
      let interpolation = words["interpolation"].flatMap({ Interpolation(rawValue: String($0)) })
    else { return nil }
    if let text = words["shorter_side"] {
      guard let side = Int(text), extents.contains(side) else { return nil }
      self.init(height: height, width: width, fit: .shorterSide(side), interpolation: interpolation)
    } else {
      self.init(height: height, width: width, fit: .stretch, interpolation: interpolation)
    }
  }
}
