import CKissFFT

/// Rows and columns of one real map through their transforms, four lines at a time, and the room they need.
///
/// Between the two passes the half spectrum lies in strips of four columns, each from top to bottom: so the columns of
/// a strip are side by side as their transform wants them, and nothing is moved for it.
final class FourierPasses {
  private typealias Lanes = SIMD4<Float>
  private static let lanes = ComplexTransform.lanes

  private let rows: ComplexTransform
  private let columns: ComplexTransform
  private var height: Int { columns.count }
  private var width: Int { rows.count }
  private var halfWidth: Int { width / 2 + 1 }
  private var strips: Int { (halfWidth + Self.lanes - 1) / Self.lanes }

  private let spectrum: UnsafeMutablePointer<gingham_complex>
  private let before: UnsafeMutablePointer<gingham_complex>
  private let after: UnsafeMutablePointer<gingham_complex>

  /// - Parameters:
  ///   - rows: of the map's width.
  ///   - columns: of its height.
  init(rows: ComplexTransform, columns: ComplexTransform) {
    self.rows = rows
    self.columns = columns
    let longest = max(rows.count, columns.count)
    let area = (rows.count / 2 + Self.lanes) / Self.lanes * columns.count
    spectrum = .allocate(capacity: area)
    before = .allocate(capacity: longest)
    after = .allocate(capacity: longest)
  }

  deinit {
    spectrum.deallocate()
    before.deallocate()
    after.deallocate()
  }

  /// The rows of a map H×W, transformed, into the strips.
  ///
  /// Two real rows a and b ride through one complex transform as a + ib; the symmetry of their spectra parts them. Eight
  /// rows go together.
  func transformRows(of map: UnsafePointer<Float>) {
    for top in stride(from: 0, to: height, by: 2 * Self.lanes) {
      for left in stride(from: 0, to: width, by: Self.lanes) {
        let count = min(Self.lanes, width - left)
        func quad(_ part: Int) -> Quad {
          Quad { line in
            let row = top + 2 * line + part
            return row < height ? Self.load(map + row * width + left, count: count) : .zero
          }.transposed
        }
        let (first, second) = (quad(0), quad(1))
        for x in 0..<count { before[left + x] = gingham_complex(r: first[x], i: second[x]) }
      }
      rows.run(before, into: after, inverse: false)
      for strip in 0..<strips {
        let left = strip * Self.lanes
        var (firstR, firstI, secondR, secondI) = (Quad(), Quad(), Quad(), Quad())
        for k in 0..<min(Self.lanes, halfWidth - left) {
          let column = left + k
          let (z, mirrored) = (after[column], after[column == 0 ? 0 : width - column])
          firstR[k] = (z.r + mirrored.r) * 0.5
          firstI[k] = (z.i - mirrored.i) * 0.5
          secondR[k] = (z.i + mirrored.i) * 0.5
          secondI[k] = (mirrored.r - z.r) * 0.5
        }
        (firstR, firstI, secondR, secondI) = (
          firstR.transposed, firstI.transposed, secondR.transposed, secondI.transposed
        )
        let target = spectrum + strip * height + top
        for line in 0..<Self.lanes where top + 2 * line < height {
          target[2 * line] = gingham_complex(r: firstR[line], i: firstI[line])
          if top + 2 * line + 1 < height {
            target[2 * line + 1] = gingham_complex(r: secondR[line], i: secondI[line])
          }
        }
      }
    }
  }

  /// The strips' columns, transformed; up to four neighbours of a row are handed over with the place of the first in the
  /// half spectrum H×(W/2+1).
  @inline(__always)
  func transformColumns(
    _ body: (_ row: Int, _ column: Int, _ count: Int, _ values: gingham_complex) -> Void
  ) {
    for strip in 0..<strips {
      let left = strip * Self.lanes
      let count = min(Self.lanes, halfWidth - left)
      columns.run(spectrum + strip * height, into: after, inverse: false)
      for y in 0..<height { body(y, left, count, after[y]) }
    }
  }

  /// The columns of a half spectrum H×(W/2+1)×2, transformed back, into the strips.
  func restoreColumns(of coefficients: UnsafePointer<Float>) {
    for strip in 0..<strips {
      let left = strip * Self.lanes
      let count = min(Self.lanes, halfWidth - left)
      for y in 0..<height {
        let source = coefficients + 2 * (y * halfWidth + left)
        if count == Self.lanes {
          let pairs = UnsafeRawPointer(source).loadUnaligned(as: SIMD8<Float>.self)
          before[y] = gingham_complex(r: pairs.evenHalf, i: pairs.oddHalf)
        } else {
          var value = gingham_complex()
          for k in 0..<count { (value.r[k], value.i[k]) = (source[2 * k], source[2 * k + 1]) }
          before[y] = value
        }
      }
      columns.run(before, into: spectrum + strip * height, inverse: true)
    }
  }

  /// The strips' rows, transformed back to a map H×W and divided by HW; imaginary parts of columns that are their own
  /// mirror image are left out.
  func restoreRows(into map: UnsafeMutablePointer<Float>) {
    let scale = 1 / (Float(height) * Float(width))
    for top in stride(from: 0, to: height, by: 2 * Self.lanes) {
      for strip in 0..<strips {
        let left = strip * Self.lanes
        let source = spectrum + strip * height + top
        func quads(_ part: Int) -> (r: Quad, i: Quad) {
          func value(_ line: Int) -> gingham_complex {
            top + 2 * line + part < height ? source[2 * line + part] : gingham_complex()
          }
          return (Quad { value($0).r }.transposed, Quad { value($0).i }.transposed)
        }
        let (first, second) = (quads(0), quads(1))
        for k in 0..<min(Self.lanes, halfWidth - left) {
          let column = left + k
          if column == 0 || 2 * column == width {
            before[column] = gingham_complex(r: first.r[k], i: second.r[k])
          } else {
            before[column] = gingham_complex(r: first.r[k] - second.i[k], i: first.i[k] + second.r[k])
            before[width - column] = gingham_complex(r: first.r[k] + second.i[k], i: second.r[k] - first.i[k])
          }
        }
      }
      rows.run(before, into: after, inverse: true)
      for left in stride(from: 0, to: width, by: Self.lanes) {
        let count = min(Self.lanes, width - left)
        var (first, second) = (Quad(), Quad())
        for x in 0..<count { (first[x], second[x]) = (after[left + x].r * scale, after[left + x].i * scale) }
        (first, second) = (first.transposed, second.transposed)
        for line in 0..<Self.lanes where top + 2 * line < height {
          let row = top + 2 * line
          Self.store(first[line], to: map + row * width + left, count: count)
          if row + 1 < height { Self.store(second[line], to: map + (row + 1) * width + left, count: count) }
        }
      }
    }
  }

  @inline(__always)
  private static func load(_ source: UnsafePointer<Float>, count: Int) -> SIMD4<Float> {
    if count == lanes { return UnsafeRawPointer(source).loadUnaligned(as: SIMD4<Float>.self) }
    var value = SIMD4<Float>.zero
    for index in 0..<count { value[index] = source[index] }
    return value
  }

  @inline(__always)
  private static func store(_ value: SIMD4<Float>, to target: UnsafeMutablePointer<Float>, count: Int) {
    if count == lanes {
      UnsafeMutableRawPointer(target).storeBytes(of: value, as: SIMD4<Float>.self)
    } else {
      for index in 0..<count { target[index] = value[index] }
    }
  }
}

/// Four numbers of each of four lines.
private struct Quad {
  private var lines: (SIMD4<Float>, SIMD4<Float>, SIMD4<Float>, SIMD4<Float>) = (.zero, .zero, .zero, .zero)

  @inline(__always)
  init() {}

  @inline(__always)
  init(_ line: (Int) -> SIMD4<Float>) {
    lines = (line(0), line(1), line(2), line(3))
  }

  @inline(__always)
  subscript(line: Int) -> SIMD4<Float> {
    get {
      switch line {
      case 0: lines.0
      case 1: lines.1
      case 2: lines.2
      default: lines.3
      }
    }
    set {
      switch line {
      case 0: lines.0 = newValue
      case 1: lines.1 = newValue
      case 2: lines.2 = newValue
      default: lines.3 = newValue
      }
    }
  }

  /// Number n of line m becomes number m of line n.
  @inline(__always)
  var transposed: Quad {
    Quad { SIMD4(lines.0[$0], lines.1[$0], lines.2[$0], lines.3[$0]) }
  }
}
