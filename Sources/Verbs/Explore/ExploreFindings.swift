import GinghamReporting

/// What `explore` has made.
public struct ExploreFindings: RunFindings {
  /// As it was asked for: a built-in architecture or a file.
  public var model: String
  /// Where the site's `index.html` is; `nil` where nobody keeps files.
  public var site: String?
  /// Whose units have pictures.
  public var layers: Int
  /// That have pictures.
  public var units: Int
  /// Whose gradient is zero at the finished picture.
  public var dead: Int
  /// Of the reader's, in which exemplars were looked for.
  public var pictures: Int
  /// Of a generator, that have pages; `nil` of all other nets.
  public var samples: Int?
  /// With their reasons; `nil`: none.
  public var skipped: [SkippedFile]?

  /// The same whatever the folder is called.
  public var timeless: ExploreFindings {
    var findings = self
    findings.site = site.map { _ in "." }
    return findings
  }

  /// For the terminal.
  public var text: String {
    let place = site.map { "\nOpen \($0)/index.html in a browser." } ?? ""
    if let samples { return "\(samples) samples of \(model) and their maps.\(place)" }
    let seen = pictures > 0 ? ", exemplars among \(pictures) pictures" : ""
    let lost = (skipped ?? []).map { "\nskipped: \($0.reason)" }.joined()
    return "\(units) units of \(layers) layers of \(model), \(dead) without a gradient\(seen).\(lost)\(place)"
  }
}
