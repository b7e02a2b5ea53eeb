import GinghamNetworks
import GinghamTensors

/// A value of a composition. Numbers beside it are of its kind: write `x + 1.0` for floats and `n + 1` for integers.
struct Term {
  let value: ValueID
  let composer: Composer

  init(_ value: ValueID, _ composer: Composer) {
    self.value = value
    self.composer = composer
  }

  func applying(_ operation: Operation) -> Term { composer.apply(operation, self) }

  func combined(_ kind: Elementwise, _ other: Term) -> Term { composer.apply(.elementwise(kind), self, other) }

  // MARK: Arithmetic

  static func + (a: Term, b: Term) -> Term { a.combined(.add, b) }
  static func - (a: Term, b: Term) -> Term { a.combined(.subtract, b) }
  static func * (a: Term, b: Term) -> Term { a.combined(.multiply, b) }
  static func / (a: Term, b: Term) -> Term { a.combined(.divide, b) }
  static func + (a: Term, b: Double) -> Term { a + a.composer.float(b) }
  static func - (a: Term, b: Double) -> Term { a - a.composer.float(b) }
  static func * (a: Term, b: Double) -> Term { a * a.composer.float(b) }
  static func / (a: Term, b: Double) -> Term { a / a.composer.float(b) }
  static func - (a: Double, b: Term) -> Term { b.composer.float(a) - b }
  static func + (a: Term, b: Int) -> Term { a + a.composer.integer(b) }
  static func - (a: Term, b: Int) -> Term { a - a.composer.integer(b) }
  static func * (a: Term, b: Int) -> Term { a * a.composer.integer(b) }
  static prefix func - (a: Term) -> Term { a.applying(.pointwise(.negate)) }

  /// The quotient of integers.
  func divided(by other: Term) -> Term { combined(.integerDivide, other) }
  func divided(by other: Int) -> Term { divided(by: composer.integer(other)) }
  func remainder(by other: Term) -> Term { combined(.modulo, other) }

  func product(with other: Term) -> Term { composer.apply(.matrixMultiply, self, other) }

  func function(_ function: Pointwise) -> Term { applying(.pointwise(function)) }
  func cast(to type: ElementType) -> Term { applying(.cast(type)) }

  /// As 32-bit floats, where it is not floating-point yet.
  var floats: Term {
    if let type = composer.node.type(of: value), type.isFloatingPoint { return self }
    return cast(to: .float32)
  }

  func reduced(_ kind: Reduction.Kind, _ axes: [Int], keeps: Bool = true) -> Term {
    applying(.reduce(Reduction(kind, axes: .listed(axes), keepsDimensions: keeps)))
  }

  func reducedSpatially(_ kind: Reduction.Kind) -> Term { applying(.reduce(Reduction(kind, axes: .spatial))) }

  func total(_ kind: Reduction.Kind = .sum) -> Term {
    applying(.reduce(Reduction(kind, axes: .all, keepsDimensions: false)))
  }

  // MARK: Moving elements

  func transposed(_ permutation: [Int]) -> Term { applying(.transpose(permutation: permutation)) }
  func unsqueezed(_ axes: [Int]) -> Term { applying(.unsqueeze(axes: axes)) }
  func squeezed(_ axes: [Int]) -> Term { applying(.squeeze(axes: axes)) }

  func gathered(_ indices: Term, axis: Int = 0) -> Term { composer.apply(.gather(axis: axis), self, indices) }
  func gathered(_ index: Int, axis: Int = 0) -> Term { gathered(composer.integer(index), axis: axis) }

  /// Elements `start ..< end` along an axis; both may be terms with one element.
  func sliced(_ start: Extent, _ end: Extent, axis: Int) -> Term {
    if case .fixed(let first) = start, case .fixed(let last) = end {
      return applying(.slice(Slice(starts: [first], ends: [last], axes: [axis])))
    }
    return composer.apply(.slice(Slice(axes: [axis])), self, list(start), list(end))
  }

  // MARK: Shapes

  /// Extents of some axes, as a list.
  func shape(from start: Int = 0, to end: Int? = nil) -> Term { applying(.shapeOf(start: start, end: end)) }

  /// The extent of an axis, as a list of one.
  func extent(_ axis: Int) -> Term { shape(from: axis, to: axis == -1 ? nil : axis + 1) }

  /// The number of axes, as a list of one.
  var rank: Term { shape().applying(.sizeOf).unsqueezed([0]) }

  /// One piece of a shape: a number, or a term that is a list of any length.
  enum Extent: ExpressibleByIntegerLiteral {
    case fixed(Int)
    case computed(Term)

    init(integerLiteral value: Int) { self = .fixed(value) }
  }

  private func list(_ extent: Extent) -> Term {
    switch extent {
    case .fixed(let number): composer.integers([number])
    case .computed(let term): term
    }
  }

  private func list(_ extents: [Extent]) -> Term { composer.concatenated(extents.map(list)) }

  /// 0 keeps an axis' extent, −1 takes what is left.
  func reshaped(_ extents: Extent...) -> Term { reshaped(extents) }

  func reshaped(_ extents: [Extent]) -> Term {
    let fixed = extents.compactMap { if case .fixed(let number) = $0 { number } else { nil } }
    if fixed.count == extents.count { return applying(.reshape(Reshape(shape: fixed))) }
    return composer.apply(.reshape(Reshape()), self, list(extents))
  }

  func reshaped(like other: Term) -> Term {
    composer.apply(.reshape(Reshape(allowsZero: true)), self, other.shape())
  }

  func expanded(_ extents: [Extent]) -> Term { composer.apply(.expand(shape: nil), self, list(extents)) }

  /// A list as it lies along one axis of `other`, with an extent of one on the axes behind it.
  func aligned(with axis: Int, of other: Term) -> Term {
    if axis == -1 { return self }
    if axis < 0 { return reshaped([.fixed(-1)] + [Extent](repeating: 1, count: -1 - axis)) }
    if let rank = composer.node.rank(of: other.value), axis < rank {
      return axis == rank - 1 ? self : reshaped([.fixed(-1)] + [Extent](repeating: 1, count: rank - 1 - axis))
    }
    return composer.apply(.align(axis: axis), self, other)
  }

  /// 0, 1, 2 … along an axis.
  func positions(along axis: Int) -> Term {
    composer.range(extent(axis)).aligned(with: axis, of: self)
  }
}
