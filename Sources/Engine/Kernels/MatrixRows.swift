import GinghamNetworks
import GinghamTensors

/// Products of few rows with a matrix are bound by reading the matrix once, so both directions read it as it stands:
/// one as a dot product a matrix row, the other as a sum of matrix rows, which skips those that a zero multiplies. No
/// second, transposed copy is needed.
struct MatrixRows {
  /// Row-major; rounded to bfloat16 and of half the size where `isRounded`.
  let matrix: Location
  let isRounded: Bool
  /// Vectors that are multiplied.
  let rows: Int
  let alpha: Float

  /// target[n, r] = alpha · Σ_c matrix[r, c] · source[n, c].
  func emitDots(_ source: Location, to target: Location, matrixRows: Int, length: Int, _ plan: PlanBuilder) {
    let (matrix, isRounded) = (matrix, isRounded)
    plan.emitLoop([source, matrix, target], count: matrixRows) { addresses in
      let (from, to) = (addresses.floats(source), addresses.floats(target))
      return isRounded
        ? dots(of: RoundedNumbers(addresses[matrix]), from, to, matrixRows: matrixRows, length: length)
        : dots(of: WholeNumbers(addresses[matrix]), from, to, matrixRows: matrixRows, length: length)
    }
  }

  private func dots(
    of matrix: some MatrixNumbers, _ from: UnsafeMutablePointer<Float>, _ to: UnsafeMutablePointer<Float>,
    matrixRows: Int, length: Int
  ) -> (Range<Int>) -> Void {
    let (vectors, tail) = length.quotientAndRemainder(dividingBy: 32)
    let (rows, alpha) = (rows, alpha)
    return { share in
      for matrixRow in share {
        let weight = matrixRow * length
        for row in 0..<rows {
          let element = from + row * length
          var (first, second) = (SIMD16<Float>(repeating: 0), SIMD16<Float>(repeating: 0))
          for index in 0..<vectors {
            first += matrix.vector(at: weight + 32 * index) * element.vector(2 * index)
            second += matrix.vector(at: weight + 32 * index + 16) * element.vector(2 * index + 1)
          }
          var sum = (first + second).sum()
          for index in (vectors * 32)..<(vectors * 32 + tail) { sum += matrix[weight + index] * element[index] }
          to[row * matrixRows + matrixRow] = alpha * sum
        }
      }
    }
  }

  /// target[n, c] = alpha · Σ_r source[n, r] · matrix[r, c].
  func emitSum(_ source: Location, to target: Location, matrixRows: Int, length: Int, _ plan: PlanBuilder) {
    let (matrix, isRounded) = (matrix, isRounded)
    plan.emitLoop([source, matrix, target], count: (length + Self.piece - 1) / Self.piece) { addresses in
      let (from, to) = (addresses.floats(source), addresses.floats(target))
      return isRounded
        ? sums(of: RoundedNumbers(addresses[matrix]), from, to, matrixRows: matrixRows, length: length)
        : sums(of: WholeNumbers(addresses[matrix]), from, to, matrixRows: matrixRows, length: length)
    }
  }

  /// Columns in pieces that stay in the first-level cache while all rows pass by.
  private static let piece = 2048

  private func sums(
    of matrix: some MatrixNumbers, _ from: UnsafeMutablePointer<Float>, _ to: UnsafeMutablePointer<Float>,
    matrixRows: Int, length: Int
  ) -> (Range<Int>) -> Void {
    let (rows, alpha) = (rows, alpha)
    return { share in
      for index in share {
        let columns = (index * Self.piece)..<min(length, (index + 1) * Self.piece)
        let (vectors, tail) = columns.count.quotientAndRemainder(dividingBy: 16)
        for row in 0..<rows {
          let sum = to + row * length + columns.lowerBound
          sum.update(repeating: 0, count: columns.count)
          for matrixRow in 0..<matrixRows {
            let factor = alpha * from[row * matrixRows + matrixRow]
            guard factor != 0 else { continue }
            let weight = matrixRow * length + columns.lowerBound
            for place in 0..<vectors {
              sum.vector(place, sum.vector(place) + matrix.vector(at: weight + place * 16) * factor)
            }
            for place in (vectors * 16)..<(vectors * 16 + tail) { sum[place] += matrix[weight + place] * factor }
          }
        }
      }
    }
  }
}

/// A matrix in memory.
private protocol MatrixNumbers {
  subscript(index: Int) -> Float { get }
  /// Sixteen from `index` on.
  func vector(at index: Int) -> SIMD16<Float>
}

private struct WholeNumbers: MatrixNumbers {
  let base: UnsafeMutableRawPointer

  init(_ base: UnsafeMutableRawPointer) { self.base = base }

  @inline(__always)
  subscript(index: Int) -> Float { base.load(fromByteOffset: index * 4, as: Float.self) }

  @inline(__always)
  func vector(at index: Int) -> SIMD16<Float> {
    base.loadUnaligned(fromByteOffset: index * 4, as: SIMD16<Float>.self)
  }
}

/// Bfloat16 is the upper half of 32 bits.
private struct RoundedNumbers: MatrixNumbers {
  let base: UnsafeMutableRawPointer

  init(_ base: UnsafeMutableRawPointer) { self.base = base }

  @inline(__always)
  subscript(index: Int) -> Float {
    Float(bitPattern: UInt32(base.load(fromByteOffset: index * 2, as: UInt16.self)) << 16)
  }

  @inline(__always)
  func vector(at index: Int) -> SIMD16<Float> {
    let halves = base.loadUnaligned(fromByteOffset: index * 2, as: SIMD16<UInt16>.self)
    return unsafeBitCast(SIMD16<UInt32>(truncatingIfNeeded: halves) &<< 16, to: SIMD16<Float>.self)
  }
}

extension PlanBuilder {
  /// A matrix of weights for ``MatrixRows``, in the plan's precision where that takes half the room.
  func matrixRows(_ value: ValueID, rows: Int, alpha: Float) throws -> MatrixRows {
    guard format.precision == .bf16 else {
      return MatrixRows(matrix: try constant(value), isRounded: false, rows: rows, alpha: alpha)
    }
    let tensor = try takeTensor(value)
    defer { tensor.letGo() }
    let block = MemoryBlock(byteCount: tensor.count * 2)
    tensor.withUnsafeBufferPointer { source in
      let target = block.base.bindMemory(to: UInt16.self, capacity: tensor.count)
      for index in source.indices {
        target[index] = UInt16(source[index].roundedToBFloat16.bitPattern >> 16)
      }
    }
    return MatrixRows(matrix: keep(block), isRounded: true, rows: rows, alpha: alpha)
  }
}
