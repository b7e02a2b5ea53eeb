import CKissFFT
import GinghamTensors

/// Rows and columns of real maps of one size through their transforms, four lines at a time, and the room they need.
///
/// Between the two passes a half spectrum lies in strips of four columns, each from top to bottom: so the columns of a
/// strip are side by side as their transform wants them, and nothing is moved for it.
final class FourierPasses {
  private static let lanes = ComplexTransform.lanes

  private let rows: ComplexTransform
  private let columns: ComplexTransform
  private let maps: Int
  private let team: ThreadTeam
  private var height: Int { columns.count }
  private var width: Int { rows.count }
  private var halfWidth: Int { width / 2 + 1 }
  private var strips: Int { (halfWidth + Self.lanes - 1) / Self.lanes }
  /// Two rows a lane go together.
  private var blocks: Int { (height + 2 * Self.lanes - 1) / (2 * Self.lanes) }

  /// The strips of one map after those of the other.
  private let spectra: UnsafeMutablePointer<gingham_complex>

  /// - Parameters:
  ///   - rows: of the maps' width.
  ///   - columns: of their height.
  init(rows: ComplexTransform, columns: ComplexTransform, maps: Int, team: ThreadTeam) {
    self.rows = rows
    self.columns = columns
    self.maps = maps
    self.team = team
    let strips = (rows.count / 2 + Self.lanes) / Self.lanes
    spectra = .allocate(capacity: max(1, maps * strips * columns.count))
  }

  deinit {
    spectra.deallocate()
  }

  /// A transform and its lines, for one thread.
  private final class Line {
    let transform: ComplexTransform
    let before: UnsafeMutablePointer<gingham_complex>
    let after: UnsafeMutablePointer<gingham_complex>
    let scratch: UnsafeMutablePointer<gingham_complex>

    init(_ transform: ComplexTransform) {
      self.transform = transform
      before = .allocate(capacity: transform.count)
      after = .allocate(capacity: transform.count)
      scratch = .allocate(capacity: transform.count)
    }

    deinit {
      before.deallocate()
      after.deallocate()
      scratch.deallocate()
    }

    func run(inverse: Bool) { transform.run(before, into: after, scratch: scratch, inverse: inverse) }
  }

  private func strip(_ strip: Int, of map: Int) -> UnsafeMutablePointer<gingham_complex> {
    spectra + (map * strips + strip) * height
  }

  /// `body` for every part of every map, several at once.
  private func forEach(
    _ parts: Int, along transform: ComplexTransform, _ body: (_ map: Int, _ part: Int, _ line: Line) -> Void
  ) {
    team.share(maps * parts) { units in
      let line = Line(transform)
      for unit in units { body(unit / parts, unit % parts, line) }
    }
  }

  /// The rows of maps H×W, transformed, into the strips.
  ///
  /// Two real rows a and b ride through one complex transform as a + ib; the symmetry of their spectra parts them. Eight
  /// rows go together.
  func transformRows(of maps: UnsafePointer<Float>) {
    forEach(blocks, along: rows) { map, block, line in
      let source = maps + map * height * width
      let top = 2 * Self.lanes * block
      for left in stride(from: 0, to: width, by: Self.lanes) {
        let count = min(Self.lanes, width - left)
        func quad(_ part: Int) -> Quad {
          Quad { pair in
            let row = top + 2 * pair + part
            return row < height ? Self.load(source + row * width + left, count: count) : .zero
          }.transposed
        }
        let (first, second) = (quad(0), quad(1))
        for x in 0..<count { line.before[left + x] = gingham_complex(r: first[x], i: second[x]) }
      }
      line.run(inverse: false)
      let after = line.after
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
        let target = self.strip(strip, of: map) + top
        for pair in 0..<Self.lanes where top + 2 * pair < height {
          target[2 * pair] = gingham_complex(r: firstR[pair], i: firstI[pair])
          if top + 2 * pair + 1 < height {
            target[2 * pair + 1] = gingham_complex(r: secondR[pair], i: secondI[pair])
          }
        }
      }
    }
  }

  /// The strips' columns, transformed; up to four neighbours of a row are handed over with the place of the first in the
  /// half spectra H×(W/2+1), which lie one after the other. Several threads call `body`, each for places of its own.
  @inline(__always)
  func transformColumns(_ body: (_ place: Int, _ count: Int, _ values: gingham_complex) -> Void) {
    forEach(strips, along: columns) { map, strip, line in
      let left = strip * Self.lanes
      let count = min(Self.lanes, halfWidth - left)
      line.transform.run(self.strip(strip, of: map), into: line.after, scratch: line.scratch, inverse: false)
      for y in 0..<height { body((map * height + y) * halfWidth + left, count, line.after[y]) }
    }
  }

  /// The columns of half spectra H×(W/2+1)×2, each coefficient times its factor, transformed back, into the strips.
  ///
  /// - Parameter factors: H×(W/2+1), the same for every map; `nil`: one.
  func restoreColumns(of coefficients: UnsafePointer<Float>, times factors: UnsafePointer<Float>?) {
    forEach(strips, along: columns) { map, strip, line in
      let left = strip * Self.lanes
      let count = min(Self.lanes, halfWidth - left)
      for y in 0..<height {
        let source = coefficients + 2 * ((map * height + y) * halfWidth + left)
        var value = gingham_complex()
        if count == Self.lanes {
          let pairs = UnsafeRawPointer(source).loadUnaligned(as: SIMD8<Float>.self)
          value = gingham_complex(r: pairs.evenHalf, i: pairs.oddHalf)
        } else {
          for k in 0..<count { (value.r[k], value.i[k]) = (source[2 * k], source[2 * k + 1]) }
        }
        if let factors {
          let factor = Self.load(factors + y * halfWidth + left, count: count)
          value = gingham_complex(r: value.r * factor, i: value.i * factor)
        }
        line.before[y] = value
      }
      line.transform.run(line.before, into: self.strip(strip, of: map), scratch: line.scratch, inverse: true)
    }
  }

  /// The strips' rows, transformed back to maps H×W and divided by HW; imaginary parts of columns that are their own
  /// mirror image are left out.
  func restoreRows(into maps: UnsafeMutablePointer<Float>) {
    let scale = 1 / (Float(height) * Float(width))
    forEach(blocks, along: rows) { map, block, line in
      let target = maps + map * height * width
      let top = 2 * Self.lanes * block
      let (before, after) = (line.before, line.after)
      for strip in 0..<strips {
        let left = strip * Self.lanes
        let source = self.strip(strip, of: map) + top
        func quads(_ part: Int) -> (r: Quad, i: Quad) {
          func value(_ pair: Int) -> gingham_complex {
            top + 2 * pair + part < height ? source[2 * pair + part] : gingham_complex()
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
      line.run(inverse: true)
      for left in stride(from: 0, to: width, by: Self.lanes) {
        let count = min(Self.lanes, width - left)
        var (first, second) = (Quad(), Quad())
        for x in 0..<count { (first[x], second[x]) = (after[left + x].r * scale, after[left + x].i * scale) }
        (first, second) = (first.transposed, second.transposed)
        for pair in 0..<Self.lanes where top + 2 * pair < height {
          let row = top + 2 * pair
          Self.store(first[pair], to: target + row * width + left, count: count)
          if row + 1 < height { Self.store(second[pair], to: target + (row + 1) * width + left, count: count) }
        }
      }
    }
  }

  /// Up to four numbers side by side.
  @inline(__always)
  static func load(_ source: UnsafePointer<Float>, count: Int) -> SIMD4<Float> {
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
