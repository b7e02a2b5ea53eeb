import CGingham
import Foundation
import GinghamCommandLine

/// An error as C holds it: two strings that live as long as it does.
final class ErrorBox {
  let kind: UnsafeMutablePointer<CChar>?
  let text: UnsafeMutablePointer<CChar>?

  init(_ failure: HostedFailure) {
    kind = strdup(failure.kind)
    text = strdup(failure.description)
  }

  deinit {
    free(kind)
    free(text)
  }
}

/// The body of a C function: what it throws becomes an error of the caller's.
///
/// - Parameter failed: what the function returns then.
func answer<Value>(
  _ error: UnsafeMutablePointer<OpaquePointer?>?, or failed: Value, _ body: () throws -> Value
) -> Value {
  do {
    return try body()
  } catch let cause {
    error?.pointee = OpaquePointer(Unmanaged.passRetained(ErrorBox(HostedFailure(cause))).toOpaque())
    return failed
  }
}

/// The same for functions that return 0 where all is well.
func status(_ error: UnsafeMutablePointer<OpaquePointer?>?, _ body: () throws -> Void) -> Int32 {
  answer(error, or: 1) {
    try body()
    return 0
  }
}

/// What a caller may do wrong.
enum CallError {
  static func missing(_ argument: String) -> HostedFailure {
    HostedFailure(kind: "usage", description: "\(argument) is NULL")
  }

  static func words(_ argument: String) -> HostedFailure {
    HostedFailure(kind: "usage", description: "\(argument) is not a JSON array of strings")
  }
}

/// A string that the caller must give.
///
/// - Throws: ``HostedFailure`` where it is NULL.
func string(_ text: UnsafePointer<CChar>?, _ argument: String) throws -> String {
  guard let text else { throw CallError.missing(argument) }
  return String(cString: text)
}

/// A JSON array of strings; NULL is none.
///
/// - Throws: ``HostedFailure`` where it is anything else.
func words(_ text: UnsafePointer<CChar>?, _ argument: String) throws -> [String] {
  guard let text else { return [] }
  guard let words = try? JSONDecoder().decode([String].self, from: Data(String(cString: text).utf8)) else {
    throw CallError.words(argument)
  }
  return words
}

/// A copy for the caller, who frees it.
func copied(_ data: Data) throws -> UnsafeMutablePointer<CChar> {
  guard let copy = strdup(String(decoding: data, as: UTF8.self)) else {
    throw HostedFailure(kind: "memory", description: "there is no memory for \(data.count) bytes")
  }
  return copy
}
