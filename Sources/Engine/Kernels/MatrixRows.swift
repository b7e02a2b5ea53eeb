import CVectors
import GinghamNetworks
import GinghamTensors

/// Products of few rows with a matrix are bound by reading the matrix once, so both directions read it as it stands:
/// one as a dot product a matrix row, the other as a sum of matrix rows, which skips those that a zero multiplies. No
/// second, transposed copy is needed.
struct MatrixRows {
  /// Row-major; bfloat16 numbers where `isRounded`.
  let matrix: Location
  let isRounded: Bool
  /// Vectors that are multiplied.
  let rows: Int
  let alpha: Float

  /// target[n, r] = alpha · Σ_c matrix[r, c] · source[n, c].
  func emitDots(_ source: Location, to target: Location, matrixRows: Int, length: Int, _ plan: PlanBuilder) {
    let (matrix, rows, alpha) = (matrix, rows, alpha)
    guard !isRounded else {
      return plan.emitLoop([source, matrix, target], count: matrixRows) { addresses in
        let (from, to) = (addresses.floats(source), addresses.floats(target))
        let halves = addresses.halves(matrix)
        return { share in
          for matrixRow in share {
            for row in 0..<rows {
              let sum = gingham_half_dot(halves + matrixRow * length, from + row * length, length)
              to[row * matrixRows + matrixRow] = alpha * sum
            }
          }
        }
      }
    }
    plan.emitLoop([source, matrix, target], count: matrixRows) { addresses in
      let (from, matrix, to) = (addresses.floats(source), addresses.floats(matrix), addresses.floats(target))
      let (vectors, tail) = length.quotientAndRemainder(dividingBy: 32)
      return { share in
        for matrixRow in share {
          let weight = matrix + matrixRow * length
          for row in 0..<rows {
            let element = from + row * length
            var (first, second) = (SIMD16<Float>(repeating: 0), SIMD16<Float>(repeating: 0))
            for index in 0..<vectors {
              first += weight.vector(2 * index) * element.vector(2 * index)
              second += weight.vector(2 * index + 1) * element.vector(2 * index + 1)
            }
            var sum = (first + second).sum()
            for index in (vectors * 32)..<(vectors * 32 + tail) { sum += weight[index] * element[index] }
            to[row * matrixRows + matrixRow] = alpha * sum
          }
        }
      }
    }
  }

  /// target[n, c] = alpha · Σ_r source[n, r] · matrix[r, c].
  func emitSum(_ source: Location, to target: Location, matrixRows: Int, length: Int, _ plan: PlanBuilder) {
    let (matrix, isRounded, rows, alpha) = (matrix, isRounded, rows, alpha)
    // Columns in pieces that stay in the first-level cache while all rows pass by.
    let piece = 2048
    plan.emitLoop([source, matrix, target], count: (length + piece - 1) / piece) { addresses in
      let (from, to) = (addresses.floats(source), addresses.floats(target))
      let (whole, halves) = (addresses.floats(matrix), addresses.halves(matrix))
      return { share in
        for index in share {
          let columns = (index * piece)..<min(length, (index + 1) * piece)
          for row in 0..<rows {
            let sum = to + row * length + columns.lowerBound
            sum.update(repeating: 0, count: columns.count)
            for matrixRow in 0..<matrixRows {
              let factor = alpha * from[row * matrixRows + matrixRow]
              guard factor != 0 else { continue }
              let start = matrixRow * length + columns.lowerBound
              if isRounded {
                gingham_half_add(halves + start, factor, sum, columns.count)
              } else {
                sum.add(factor, times: whole + start, count: columns.count)
              }
            }
          }
        }
      }
    }
  }
}

extension PlanBuilder {
  /// A matrix of weights for products of few rows, in the plan's precision.
  func matrixRows(_ value: ValueID, rows: Int, alpha: Float) throws -> MatrixRows {
    guard !format.isExact else {
      return MatrixRows(matrix: try constant(value), isRounded: false, rows: rows, alpha: alpha)
    }
    let tensor = try takeTensor(value)
    defer { tensor.letGo() }
    let block = MemoryBlock(byteCount: tensor.count * 2)
    tensor.withUnsafeBufferPointer { source in
      let target = block.base.bindMemory(to: UInt16.self, capacity: tensor.count)
      for index in source.indices { target[index] = UInt16(source[index].roundedToBFloat16.bitPattern >> 16) }
    }
    return MatrixRows(matrix: keep(block), isRounded: true, rows: rows, alpha: alpha)
  }
}
