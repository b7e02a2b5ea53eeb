import CGingham
import Foundation
import GinghamCommandLine
import GinghamTensors

extension gingham_tensor {
  /// Row-major extents.
  ///
  /// - Throws: ``HostedFailure`` where they cannot be those of an array.
  func extents(_ argument: String) throws -> Shape {
    guard (0...GINGHAM_LARGEST_RANK).contains(rank) else {
      throw HostedFailure(
        kind: "usage", description: "\(argument) has \(rank) axes; there are 0 to \(GINGHAM_LARGEST_RANK)")
    }
    let extents = withUnsafeBytes(of: shape) { Array($0.bindMemory(to: Int64.self).prefix(Int(rank))).map(Int.init) }
    guard extents.allSatisfy({ $0 > 0 }), let count = Shape(extents).checkedElementCount, count < 1 << 48 else {
      throw HostedFailure(kind: "usage", description: "\(argument) has the extents \(extents), which hold no array")
    }
    return Shape(extents)
  }

  fileprivate mutating func setExtents(_ extents: Shape) {
    rank = Int32(extents.rank)
    withUnsafeMutableBytes(of: &shape) { bytes in
      let numbers = bytes.bindMemory(to: Int64.self)
      for axis in 0..<GINGHAM_LARGEST_RANK {
        numbers[Int(axis)] = axis < rank ? Int64(extents.dimensions[Int(axis)]) : 0
      }
    }
  }
}

/// The keeper of memory that the caller keeps.
private final class Caller {}

extension Tensor {
  /// The caller's numbers where they lie. The tensor must not outlive the call.
  ///
  /// - Throws: ``HostedFailure``.
  init(reading tensor: UnsafePointer<gingham_tensor>?, _ argument: String) throws {
    guard let tensor = tensor?.pointee, let data = tensor.data else { throw CallError.missing(argument) }
    self.init(try tensor.extents(argument), borrowing: data, keeper: Caller())
  }
}

/// Where results go: the caller's memory, or memory that is made for it.
struct Destinations {
  private let tensors: UnsafeMutablePointer<gingham_tensor>
  /// Each over its destination; whoever computes writes right into them where it can.
  private var lent: [Tensor] = []
  private let shapes: [Shape]
  private var bases: [UnsafeMutablePointer<Float>] = []
  private var made: [UnsafeMutablePointer<Float>] = []

  /// - Throws: ``HostedFailure`` where the caller's memory has another shape, or there is none.
  init(_ tensors: UnsafeMutablePointer<gingham_tensor>?, _ argument: String, shapes: [Shape]) throws {
    guard let tensors else { throw CallError.missing(argument) }
    self.tensors = tensors
    self.shapes = shapes
    do {
      for (index, shape) in shapes.enumerated() {
        guard shape.rank <= GINGHAM_LARGEST_RANK else {
          throw HostedFailure(kind: "usage", description: "\(argument) would have \(shape.rank) axes")
        }
        let base = try tensors[index].data ?? make(shape)
        if tensors[index].data != nil, try tensors[index].extents(argument) != shape {
          throw HostedFailure(
            kind: "usage", description: "\(argument) is \(try tensors[index].extents(argument)), the result is \(shape)"
          )
        }
        bases.append(base)
        lent.append(Tensor(shape, lending: base))
      }
    } catch {
      abandon()
      throw error
    }
  }

  private mutating func make(_ shape: Shape) throws -> UnsafeMutablePointer<Float> {
    let bytes = max(shape.elementCount, 1) * MemoryLayout<Float>.stride
    try SystemMemory.require(bytes, for: "a result of \(shape)")
    var memory: UnsafeMutableRawPointer?
    guard posix_memalign(&memory, 64, bytes) == 0, let memory else {
      throw HostedFailure(kind: "memory", description: "there is no memory for a result of \(shape)")
    }
    let base = memory.bindMemory(to: Float.self, capacity: max(shape.elementCount, 1))
    made.append(base)
    return base
  }

  /// Gives back what was made for a call that fails.
  private func abandon() { made.forEach { free($0) } }

  /// Hands `results` over: those that were not written where they belong are copied there.
  private func deliver(_ results: [Tensor]) {
    for (index, result) in results.enumerated() {
      result.withUnsafeBufferPointer { source in
        guard let from = source.baseAddress, from != UnsafePointer(bases[index]) else { return }
        bases[index].update(from: from, count: source.count)
      }
      tensors[index].setExtents(shapes[index])
      tensors[index].data = bases[index]
    }
  }

  /// Delivers what `body` makes of the lent tensors, or gives everything back.
  mutating func fill(_ body: (inout [Tensor]) throws -> Void) throws {
    do {
      var results = lent
      lent = []
      try body(&results)
      deliver(results)
    } catch {
      abandon()
      throw error
    }
  }
}
