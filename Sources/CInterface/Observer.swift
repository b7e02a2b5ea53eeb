import CGingham
import GinghamTensors
import GinghamVerbs

/// Whom a call tells how far it is, and asks whether it shall go on.
struct Observer: @unchecked Sendable {
  // The caller vouches that its functions may be called on any thread.
  private let functions: gingham_observer?

  init(_ observer: UnsafePointer<gingham_observer>?) { functions = observer?.pointee }

  var progress: RunProgress {
    guard let functions, let tell = functions.progress else { return .silent }
    let observer = self
    return RunProgress { step in
      step.what.withCString { tell(observer.functions?.user, $0, Int64(step.done), Int64(step.total ?? 0)) }
    }
  }

  /// Does something that ends early where the caller says so.
  ///
  /// - Throws: ``InterruptionError``, and what `body` does.
  func watching<Value>(_ body: () throws -> Value) throws -> Value {
    guard let functions, functions.is_cancelled != nil else { return try body() }
    let observer = self
    return try Interruption.allowing({ observer.isCancelled }) {
      try Interruption.check()
      return try body()
    }
  }

  private var isCancelled: Bool { functions?.is_cancelled?(functions?.user) ?? 0 != 0 }
}
