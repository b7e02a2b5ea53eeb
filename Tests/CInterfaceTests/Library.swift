import CGingham
import Foundation
import Gingham
import Testing

/// The C functions as a Swift caller sees them.
enum Library {
  struct Failure: Error, Equatable {
    var kind: String
    var text: String
  }

  /// Calls a function that stores an error.
  static func call<Value>(_ body: (UnsafeMutablePointer<OpaquePointer?>) throws -> Value) throws -> Value {
    var error: OpaquePointer?
    let value = try body(&error)
    guard let error else { return value }
    defer { gingham_error_free(error) }
    throw Failure(kind: String(cString: gingham_error_kind(error)), text: String(cString: gingham_error_text(error)))
  }

  static func json(_ words: [String]) -> String {
    String(decoding: (try? JSONEncoder().encode(words)) ?? Data(), as: UTF8.self)
  }

  static func run(_ words: String..., observer: UnsafePointer<gingham_observer>? = nil) throws -> [String: Any] {
    let text = try call { gingham_run(json(words), observer, $0) }
    defer { gingham_free(text) }
    let data = Data(String(cString: try #require(text)).utf8)
    return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
  }
}

/// An open model.
final class OpenNet {
  let handle: OpaquePointer

  init(_ path: String, _ options: String...) throws {
    handle = try #require(try Library.call { gingham_open(path, Library.json(options), $0) })
  }

  deinit { gingham_close(handle) }

  /// Calls `body` with a tensor as C has it.
  static func lending<Value>(_ tensor: Tensor, _ body: (UnsafePointer<gingham_tensor>) throws -> Value) rethrows
    -> Value
  {
    var copy = tensor
    return try copy.withUnsafeMutableBufferPointer { buffer in
      var lent = gingham_tensor()
      lent.data = buffer.baseAddress
      lent.set(tensor.shape)
      return try body(&lent)
    }
  }

  func gradient(
    _ options: [String], of input: Tensor, observer: UnsafePointer<gingham_observer>? = nil
  ) throws -> (values: [Float], gradient: Tensor) {
    var values = [Float](repeating: .nan, count: input.shape[0])
    var result = gingham_tensor()
    let status = try Library.call { error in
      Self.lending(input) { gingham_gradient(handle, Library.json(options), $0, &values, &result, observer, error) }
    }
    #expect(status == 0)
    return (values, result.taken())
  }

  func activations(_ layers: [String], of input: Tensor) throws -> [Tensor] {
    var results = [gingham_tensor](repeating: gingham_tensor(), count: layers.count)
    _ = try Library.call { error in
      Self.lending(input) { gingham_activations(handle, Library.json(layers), $0, &results, nil, error) }
    }
    return results.map { $0.taken() }
  }

  func vjp(_ layer: String, at inner: String? = nil, of input: Tensor, _ cotangent: Tensor) throws -> Tensor {
    var result = gingham_tensor()
    _ = try Library.call { error in
      Self.lending(input) { input in
        Self.lending(cotangent) {
          gingham_vjp(handle, Library.json([layer]), inner, input, $0, nil, &result, nil, error)
        }
      }
    }
    return result.taken()
  }
}

extension gingham_tensor {
  var extents: [Int] {
    withUnsafeBytes(of: shape) { Array($0.bindMemory(to: Int64.self).prefix(Int(rank))).map(Int.init) }
  }

  mutating func set(_ extents: Shape) {
    rank = Int32(extents.rank)
    withUnsafeMutableBytes(of: &shape) { bytes in
      let numbers = bytes.bindMemory(to: Int64.self)
      for (axis, extent) in extents.dimensions.enumerated() { numbers[axis] = Int64(extent) }
    }
  }

  /// The numbers, whose memory is given back.
  func taken() -> Tensor {
    defer { gingham_free(data) }
    return Tensor(Shape(extents), UnsafeBufferPointer(start: data, count: extents.reduce(1, *)))
  }
}

extension Library {
  /// The kind of what `body` throws in a forked process; `nil` where it throws nothing, or never comes back.
  static func kindInFork(_ body: () throws -> Void) throws -> String? {
    // Swift hides it, as little is safe behind it; hosts do it all the same.
    typealias Fork = @convention(c) () -> pid_t
    let fork = unsafeBitCast(try #require(dlsym(nil, "fork")), to: Fork.self)
    var ends: [Int32] = [0, 0]
    try #require(pipe(&ends) == 0)
    let child = fork()
    if child == 0 {
      alarm(20)
      var kind = "nothing"
      do { try body() } catch let failure as Failure { kind = failure.kind } catch {}
      _ = kind.withCString { write(ends[1], $0, strlen($0)) }
      _exit(0)
    }
    close(ends[1])
    defer { close(ends[0]) }
    var (buffer, status): ([UInt8], Int32) = ([UInt8](repeating: 0, count: 64), 0)
    let count = read(ends[0], &buffer, 64)
    waitpid(child, &status, 0)
    return count > 0 ? String(decoding: buffer[..<count], as: UTF8.self) : nil
  }
}
