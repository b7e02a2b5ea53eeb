import COneDNN
import GinghamDifferentiation

/// Where a value's bytes stand: in a buffer whose address is decided when all steps are known, or in a constant.
enum Location {
  case buffer(BufferID, offset: Int)
  case constant(UnsafeMutableRawPointer)

  func advanced(by bytes: Int) -> Location {
    switch self {
    case .buffer(let id, let offset): .buffer(id, offset: offset + bytes)
    case .constant(let base): .constant(base + bytes)
    }
  }

  var buffer: BufferID? {
    if case .buffer(let id, _) = self { id } else { nil }
  }
}

struct BufferID: Hashable {
  let index: Int
}

/// The part of a pass in which a step runs.
enum Phase {
  case forward
  case backward
}

/// One piece of work of a pass: which buffers it touches, and how to make it runnable once they have addresses.
struct Step {
  /// Which of the plan's layers it works for.
  var layer: Int
  var touches: [BufferID]
  var bind: (Addresses) throws -> () throws -> Void
}

/// The addresses of all buffers for one picture.
struct Addresses {
  let picture: Int
  let bases: [UnsafeMutableRawPointer]

  subscript(location: Location) -> UnsafeMutableRawPointer {
    switch location {
    case .buffer(let id, let offset): bases[id.index] + offset
    case .constant(let base): base
    }
  }

  func floats(_ location: Location) -> UnsafeMutablePointer<Float> {
    self[location].assumingMemoryBound(to: Float.self)
  }

  /// Numbers of 16 bits.
  func halves(_ location: Location) -> UnsafeMutablePointer<UInt16> {
    self[location].assumingMemoryBound(to: UInt16.self)
  }

  func bytes(_ location: Location) -> UnsafeMutablePointer<UInt8> {
    self[location].assumingMemoryBound(to: UInt8.self)
  }
}

/// Offsets for all buffers, so that buffers whose lives do not overlap share memory.
///
/// A buffer that the backward pass reads and the forward pass wrote lives until the end, as the backward pass may run
/// again; such buffers stand in memory that each picture of a batch has for itself. All others are shared by the
/// pictures, which run one after the other.
struct MemoryPlan {
  private struct Life {
    var first: Int
    var last: Int
    var isKept: Bool
  }

  /// Kept buffers have offsets into the picture's own memory, others into the shared one.
  private(set) var offsets: [(isKept: Bool, offset: Int)] = []
  private(set) var keptBytes = 0
  private(set) var sharedBytes = 0
  /// Of all buffers that are in use at the same time, where these are most.
  private(set) var leastBytes = 0

  init(byteCounts: [Int], forward: [Step], backward: [Step]) {
    var lives = [Life?](repeating: nil, count: byteCounts.count)
    for (time, step) in (forward + backward).enumerated() {
      for id in step.touches {
        let first = lives[id.index]?.first ?? time
        lives[id.index] = Life(first: first, last: time, isKept: first < forward.count && time >= forward.count)
      }
    }
    leastBytes = Self.most(byteCounts, lives, steps: forward.count + backward.count)
    offsets = [(isKept: Bool, offset: Int)](repeating: (false, 0), count: byteCounts.count)
    let size = { (index: Int) in (byteCounts[index] + 63) / 64 * 64 }
    var placed: [(life: Life, range: Range<Int>)] = []
    // Largest first, each at the lowest address that is free during its whole life.
    for index in byteCounts.indices.sorted(by: { (size($1), $0) < (size($0), $1) }) {
      guard let life = lives[index] else { continue }
      if life.isKept {
        offsets[index] = (true, keptBytes)
        keptBytes += size(index)
        continue
      }
      var offset = 0
      let neighbours = placed.filter { $0.life.first <= life.last && life.first <= $0.life.last }
      for neighbour in neighbours.sorted(by: { $0.range.lowerBound < $1.range.lowerBound })
      where neighbour.range.lowerBound < offset + size(index) && offset < neighbour.range.upperBound {
        offset = neighbour.range.upperBound
      }
      offsets[index] = (false, offset)
      placed.append((life, offset..<(offset + size(index))))
      sharedBytes = max(sharedBytes, offset + size(index))
    }
  }

  private static func most(_ byteCounts: [Int], _ lives: [Life?], steps: Int) -> Int {
    var changes = [Int](repeating: 0, count: steps + 1)
    for case (let bytes, let life?) in zip(byteCounts, lives) {
      changes[life.first] += bytes
      changes[life.last + 1] -= bytes
    }
    var (now, most) = (0, 0)
    for change in changes {
      now += change
      most = max(most, now)
    }
    return most
  }

  /// What so many pictures take up that go through one after the other, all forward before the first comes back.
  func use(ofPictures pictures: Int) -> PlanMemory {
    PlanMemory(
      bytes: sharedBytes + pictures * keptBytes, leastBytes: leastBytes + max(0, pictures - 1) * keptBytes)
  }

  func addresses(ofPicture picture: Int, kept: UnsafeMutableRawPointer, shared: UnsafeMutableRawPointer) -> Addresses {
    Addresses(picture: picture, bases: offsets.map { ($0.isKept ? kept : shared) + $0.offset })
  }
}
