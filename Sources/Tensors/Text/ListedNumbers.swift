extension [Float] {
  /// Reads `0.485, 0.456,0.406`; `nil` where a part is no number.
  public init?(listed text: String) {
    let parts = text.split(separator: ",", omittingEmptySubsequences: false).map { Float($0.trimmed) }
    guard let numbers = parts as? [Float] else { return nil }
    self = numbers
  }
}

extension Substring {
  /// Without the blanks around it.
  package var trimmed: Substring {
    let head = drop { $0 == " " }
    return head.lastIndex { $0 != " " }.map { head[...$0] } ?? ""
  }
}
