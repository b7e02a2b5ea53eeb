import GinghamTensors

/// Where in which file a pickle is being read: what its errors say.
struct PickleSite {
  let path: String
  let location: String
  let position: Int

  func malformed(_ reason: String) -> FormatError {
    .malformed(path: path, location: "\(location), byte \(position)", reason: reason)
  }

  func unsupported(_ what: String, _ advice: String) -> FormatError {
    .unsupported(path: path, what: what, advice: advice)
  }
}
