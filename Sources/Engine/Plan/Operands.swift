import COneDNN
import GinghamDifferentiation
import GinghamNetworks
import GinghamTensors

/// What convolutions and products with weights read, in a plan's precision. Results are in 32 bits always.
struct OperandFormat: Hashable {
  var precision: Precision
  /// Whether numbers are rounded as bfloat16 but kept, and multiplied, in 32 bits: for CPUs without the instructions.
  var isEmulated = false

  static let float32 = OperandFormat(precision: .float32)

  /// How many numbers stand for one: with three, the products of x = h + l and w = k + m are h·k, l·k and h·m, so that
  /// three times as many channels do in one sum what three multiplications would.
  var terms: Int { precision == .bf16x3 ? 3 : 1 }
  var isExact: Bool { precision == .float32 }
  var type: dnnl_data_type_t { isExact || isEmulated ? dnnl_f32 : dnnl_bf16 }
  var byteCount: Int { type == dnnl_bf16 ? 2 : 4 }
  /// Whether oneDNN makes factors of numbers on its own.
  var roundsWhileReordering: Bool { type == dnnl_bf16 && terms == 1 }

  /// Weights as the other factor of operands in this format: `axis` gets ``terms`` times as long.
  ///
  /// - Parameter axis: the axis that is summed over.
  func weights(_ tensor: Tensor, summedOver axis: Int) -> Tensor {
    if isExact || roundsWhileReordering { return tensor }
    let dimensions = tensor.shape.dimensions
    let run = dimensions[axis...].reduce(1, *)
    var result = dimensions
    result[axis] *= terms
    return tensor.withUnsafeBufferPointer { source in
      Tensor(Shape(result)) { target in
        for index in source.indices {
          let (outer, inner) = index.quotientAndRemainder(dividingBy: run)
          let high = source[index].roundedToBFloat16
          let start = outer * run * terms + inner
          target[start] = high
          if terms == 3 {
            target[start + run] = high
            target[start + 2 * run] = (source[index] - high).roundedToBFloat16
          }
        }
      }
    }
  }
}

extension Float {
  /// The nearest number of eight significant bits, the even one of two; overflow becomes infinity.
  var roundedToBFloat16: Float {
    isNaN ? self : Float(bitPattern: (bitPattern &+ 0x7FFF &+ ((bitPattern >> 16) & 1)) & 0xFFFF_0000)
  }
}

extension SIMD16<Float> {
  /// Each the nearest number of eight significant bits, the even one of two.
  @inline(__always)
  fileprivate var roundedToBFloat16: SIMD16<Float> {
    let bits = unsafeBitCast(self, to: SIMD16<UInt32>.self)
    let one = SIMD16<UInt32>(repeating: 1)
    let rounded = (bits &+ 0x7FFF &+ ((bits &>> 16) & one)) & 0xFFFF_0000
    return unsafeBitCast(rounded, to: SIMD16<Float>.self).replacing(with: self, where: self .!= self)
  }
}

extension PlanBuilder {
  /// A value as a factor of products. Several readers share what was made for the first.
  func operand(_ value: ValueID, _ form: Form, _ format: OperandFormat) throws -> Location {
    let key = OperandKey(value: value, form: form, format: format)
    if let known = operands[key] { return known }
    // The library rounds from any form in one pass.
    let existing = format.roundsWhileReordering ? existingForm(value) : form
    let operand = try operand(try activation(value, existing), form, format)
    operands[key] = operand
    return operand
  }

  /// What stands in memory, as a factor of products.
  func operand(_ source: Placement, _ form: Form, _ format: OperandFormat) throws -> Location {
    if format.isExact { return try converted(source, to: form).location }
    let layout = source.layout.with(form)
    let location = makeBuffer(byteCount: layout.elementCount * format.terms * format.byteCount)
    if format.roundsWhileReordering {
      try emitReorder(
        from: source.layout.descriptor(), at: source.location, to: layout.descriptor(format.type), at: location)
    } else {
      emitTerms(of: try converted(source, to: form), format, to: location)
    }
    return location
  }

  /// Row by row, each number's terms as far apart as the row is long.
  private func emitTerms(of source: Placement, _ format: OperandFormat, to target: Location) {
    let width = source.layout.rowLength
    let isSplit = format.terms == 3
    emitLoop([source.location, target], count: source.layout.elementCount / max(width, 1)) { addresses in
      let (from, to) = (addresses.floats(source.location), addresses[target])
      func split<Row: OperandRow>(_ rows: Row) -> (Range<Int>) -> Void {
        { share in
          for row in share {
            let (input, start) = (from + row * width, row * width * format.terms)
            for index in 0..<(width / 16) {
              let (whole, place) = (input.vector(index), start + index * 16)
              let high = whole.roundedToBFloat16
              rows.store(high, at: place)
              guard isSplit else { continue }
              rows.store((whole - high).roundedToBFloat16, at: place + width)
              rows.store(high, at: place + 2 * width)
            }
            for index in (width / 16 * 16)..<width {
              let high = input[index].roundedToBFloat16
              rows.store(high, at: start + index)
              guard isSplit else { continue }
              rows.store((input[index] - high).roundedToBFloat16, at: start + index + width)
              rows.store(high, at: start + index + 2 * width)
            }
          }
        }
      }
      return format.isEmulated ? split(FloatRow(base: to)) : split(BFloat16Row(base: to))
    }
  }
}

/// Memory that takes numbers which eight significant bits hold.
private protocol OperandRow {
  func store(_ value: Float, at index: Int)
  func store(_ values: SIMD16<Float>, at index: Int)
}

private struct FloatRow: OperandRow {
  let base: UnsafeMutableRawPointer

  @inline(__always)
  func store(_ value: Float, at index: Int) { base.storeBytes(of: value, toByteOffset: index * 4, as: Float.self) }

  @inline(__always)
  func store(_ values: SIMD16<Float>, at index: Int) {
    base.storeBytes(of: values, toByteOffset: index * 4, as: SIMD16<Float>.self)
  }
}

private struct BFloat16Row: OperandRow {
  let base: UnsafeMutableRawPointer

  @inline(__always)
  func store(_ value: Float, at index: Int) {
    base.storeBytes(of: UInt16(value.bitPattern >> 16), toByteOffset: index * 2, as: UInt16.self)
  }

  @inline(__always)
  func store(_ values: SIMD16<Float>, at index: Int) {
    let halves = SIMD16<UInt16>(truncatingIfNeeded: unsafeBitCast(values, to: SIMD16<UInt32>.self) &>> 16)
    base.storeBytes(of: halves, toByteOffset: index * 2, as: SIMD16<UInt16>.self)
  }
}

/// A factor that has been made already.
struct OperandKey: Hashable {
  let value: ValueID
  let form: Form
  let format: OperandFormat
}
