/// Plain passes over memory: sums of gradients, copies, zeros.
extension PlanBuilder {
  /// target += source.
  func emitAdd(_ source: Placement, to target: Placement) {
    emitSum(source, target, to: target)
  }

  /// target = first + second. The target may be one of them.
  func emitSum(_ first: Placement, _ second: Placement, to target: Placement) {
    let (vectors, tail) = target.layout.elementCount.quotientAndRemainder(dividingBy: 16)
    emitLoop([first.location, second.location, target.location], count: vectors + 1) { addresses in
      let (a, b) = (addresses.floats(first.location), addresses.floats(second.location))
      let sum = addresses.floats(target.location)
      return { share in
        for index in share where index < vectors {
          sum.vector(index, a.vector(index) + b.vector(index))
        }
        if share.upperBound > vectors {
          for index in (vectors * 16)..<(vectors * 16 + tail) { sum[index] = a[index] + b[index] }
        }
      }
    }
  }

  /// target = first · second. The target may be one of them.
  func emitProduct(_ first: Placement, _ second: Placement, to target: Placement) {
    let (vectors, tail) = target.layout.elementCount.quotientAndRemainder(dividingBy: 16)
    emitLoop([first.location, second.location, target.location], count: vectors + 1) { addresses in
      let (a, b) = (addresses.floats(first.location), addresses.floats(second.location))
      let product = addresses.floats(target.location)
      return { share in
        for index in share where index < vectors {
          product.vector(index, a.vector(index) * b.vector(index))
        }
        if share.upperBound > vectors {
          for index in (vectors * 16)..<(vectors * 16 + tail) { product[index] = a[index] * b[index] }
        }
      }
    }
  }

  /// target = first + second, cut to the bounds.
  func emitBoundedSum(
    _ first: Placement, _ second: Placement, bounds: (low: Float, high: Float), to target: Placement
  ) {
    let (vectors, tail) = target.layout.elementCount.quotientAndRemainder(dividingBy: 16)
    emitLoop([first.location, second.location, target.location], count: vectors + 1) { addresses in
      let (a, b) = (addresses.floats(first.location), addresses.floats(second.location))
      let sum = addresses.floats(target.location)
      let (low, high) = (SIMD16<Float>(repeating: bounds.low), SIMD16<Float>(repeating: bounds.high))
      return { share in
        for index in share where index < vectors {
          var value = a.vector(index) + b.vector(index)
          value = value.replacing(with: low, where: value .< low)
          sum.vector(index, value.replacing(with: high, where: value .> high))
        }
        if share.upperBound > vectors {
          for index in (vectors * 16)..<(vectors * 16 + tail) {
            let value = a[index] + b[index]
            sum[index] = value < bounds.low ? bounds.low : (value > bounds.high ? bounds.high : value)
          }
        }
      }
    }
  }

  func emitCopy(_ source: Placement, to target: Placement) {
    emitLoop([source.location, target.location], count: source.layout.elementCount) { addresses in
      let (from, to) = (addresses.floats(source.location), addresses.floats(target.location))
      return { share in (to + share.lowerBound).update(from: from + share.lowerBound, count: share.count) }
    }
  }

  func emitFill(_ location: Location, count: Int) {
    emitLoop([location], count: count) { addresses in
      let base = addresses.floats(location)
      return { share in (base + share.lowerBound).update(repeating: 0, count: share.count) }
    }
  }
}

extension UnsafeMutablePointer<Float> {
  /// The sixteen elements from 16·index on. The base must be aligned to 4 bytes only.
  @inline(__always)
  func vector(_ index: Int) -> SIMD16<Float> {
    UnsafeRawPointer(self + index * 16).loadUnaligned(as: SIMD16<Float>.self)
  }

  @inline(__always)
  func vector(_ index: Int, _ value: SIMD16<Float>) {
    UnsafeMutableRawPointer(self + index * 16).storeBytes(of: value, as: SIMD16<Float>.self)
  }

  /// self += other.
  @inline(__always)
  func add(_ other: UnsafeMutablePointer<Float>, count: Int) {
    let (vectors, tail) = count.quotientAndRemainder(dividingBy: 16)
    for index in 0..<vectors { vector(index, vector(index) + other.vector(index)) }
    for index in (vectors * 16)..<(vectors * 16 + tail) { self[index] += other[index] }
  }

  /// self += factor · row.
  @inline(__always)
  func add(_ factor: Float, times row: UnsafeMutablePointer<Float>, count: Int) {
    let (vectors, tail) = count.quotientAndRemainder(dividingBy: 16)
    for index in 0..<vectors { vector(index, vector(index) + row.vector(index) * factor) }
    for index in (vectors * 16)..<(vectors * 16 + tail) { self[index] += row[index] * factor }
  }
}
