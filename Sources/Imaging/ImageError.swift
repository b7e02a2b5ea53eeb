/// What is wrong with a picture file, or with what is to be drawn or written.
public enum ImageError: Error, Hashable, Sendable {
  case unreadable(path: String, reason: String)
  /// The bytes are no picture that Gingham reads. `found` says what they look like.
  case notAPicture(path: String, found: String)
  case damaged(path: String, format: String, reason: String)
  /// The header declares more pixels than the limit; nothing was unpacked.
  case tooLarge(path: String, height: Int, width: Int, limit: Int)
  case unwritable(path: String, reason: String)
  /// NaN or infinity among values that are to be drawn or written.
  case nonFinite(what: String, count: Int, total: Int)
  /// The shape or a parameter does not make a picture.
  case undrawable(String)
}

extension ImageError: CustomStringConvertible {
  /// What is wrong, where, and what to do about it.
  public var description: String {
    switch self {
    case .unreadable(let path, let reason): "cannot read '\(path)': \(reason)"
    case .notAPicture(let path, let found):
      "'\(path)' is no picture that can be read: \(found). Convert it to PNG, JPEG, WebP or TIFF first."
    case .damaged(let path, let format, let reason): "'\(path)' is a damaged \(format): \(reason)"
    case .tooLarge(let path, let height, let width, let limit):
      "'\(path)' declares \(height)×\(width) pixels, more than the limit of \(limit). Scale it down first."
    case .unwritable(let path, let reason): "cannot write '\(path)': \(reason)"
    case .nonFinite(let what, let count, let total):
      "\(count) of the \(total) values of \(what) are NaN or infinite, so there is nothing to draw"
    case .undrawable(let reason): reason
    }
  }
}

extension ImageError {
  /// Throws ``nonFinite(what:count:total:)`` where `values` hold NaN or infinity.
  static func requireFinite(_ values: UnsafeBufferPointer<Float>, of what: @autoclosure () -> String) throws {
    var broken = 0
    for value in values where !value.isFinite { broken += 1 }
    if broken > 0 { throw ImageError.nonFinite(what: what(), count: broken, total: values.count) }
  }
}
