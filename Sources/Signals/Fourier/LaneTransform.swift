#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A number in eight lanes, each a transform of its own.
struct ComplexLanes {
  var real: SIMD8<Float>
  var imaginary: SIMD8<Float>

  static let zero = ComplexLanes(real: .zero, imaginary: .zero)

  @inline(__always)
  static func + (a: ComplexLanes, b: ComplexLanes) -> ComplexLanes {
    ComplexLanes(real: a.real + b.real, imaginary: a.imaginary + b.imaginary)
  }

  @inline(__always)
  static func - (a: ComplexLanes, b: ComplexLanes) -> ComplexLanes {
    ComplexLanes(real: a.real - b.real, imaginary: a.imaginary - b.imaginary)
  }

  @inline(__always)
  static func * (a: ComplexLanes, b: Twiddle) -> ComplexLanes {
    ComplexLanes(
      real: a.real * b.cosine - a.imaginary * b.sine, imaginary: a.real * b.sine + a.imaginary * b.cosine)
  }

  /// Real and imaginary part in each other's place.
  @inline(__always)
  var exchanged: ComplexLanes { ComplexLanes(real: imaginary, imaginary: real) }

  /// Times −i.
  @inline(__always)
  var turned: ComplexLanes { ComplexLanes(real: imaginary, imaginary: -real) }
}

struct Twiddle {
  var cosine: Float
  var sine: Float

  /// exp(−2πi·k/n).
  init(_ k: Int, of n: Int) {
    let angle = -2 * Double.pi * Double(k % n) / Double(n)
    (cosine, sine) = (Float(cos(angle)), Float(sin(angle)))
  }
}

/// Eight complex Fourier transforms of one length side by side, forward and unnormalised: Stockham's algorithm, which
/// sorts as it goes, with butterflies of 4, 2, 3, 5 and plain sums for other primes. O(n·Σ factors).
struct LaneTransform: Sendable {
  let count: Int
  private let stages: [Stage]

  private struct Stage: Sendable {
    let radix: Int
    /// Transforms done so far are this long.
    let done: Int
    /// w^{j·k}: `radix − 1` for each j in 0..<done.
    let twiddles: [Twiddle]
    /// exp(−2πi·k/radix), for plain sums.
    let roots: [Twiddle]
  }

  init(count: Int) {
    precondition(count > 0, "a Fourier transform of \(count) samples does not exist")
    self.count = count
    var (rest, done, stages) = (count, 1, [Stage]())
    var candidates = [4, 2, 3, 5]
    while rest > 1 {
      var radix = candidates.first ?? 0
      if radix == 0 {
        radix = stages.last.map { max($0.radix, 7) } ?? 7
        while !rest.isMultiple(of: radix) { radix = radix * radix > rest ? rest : radix + 2 }
      } else if !rest.isMultiple(of: radix) {
        candidates.removeFirst()
        continue
      }
      let (r, d) = (radix, done)
      stages.append(
        Stage(
          radix: r, done: d, twiddles: (0..<d).flatMap { j in (1..<r).map { Twiddle(j * $0, of: r * d) } },
          roots: (0..<r).map { Twiddle($0, of: r) }))
      done *= radix
      rest /= radix
    }
    self.stages = stages
  }

  /// Transforms `data`, using `scratch` of the same length; the result lies in the buffer returned.
  func run(
    _ data: UnsafeMutablePointer<ComplexLanes>, scratch: UnsafeMutablePointer<ComplexLanes>
  ) -> UnsafeMutablePointer<ComplexLanes> {
    var (source, target) = (data, scratch)
    for stage in stages {
      switch stage.radix {
      case 2: two(stage, source, target)
      case 3: three(stage, source, target)
      case 4: four(stage, source, target)
      case 5: five(stage, source, target)
      default: plain(stage, source, target)
      }
      swap(&source, &target)
    }
    return source
  }

  private typealias Pointer = UnsafeMutablePointer<ComplexLanes>

  /// Calls `body` with the input offset (parts lie n/radix apart), the output offset (parts lie `done` apart) and j.
  @inline(__always)
  private func each(_ stage: Stage, _ body: (_ input: Int, _ output: Int, _ twiddle: Int) -> Void) {
    let blocks = count / stage.radix / stage.done
    for block in 0..<blocks {
      for j in 0..<stage.done {
        body(block * stage.done + j, block * stage.done * stage.radix + j, j * (stage.radix - 1))
      }
    }
  }

  private func two(_ stage: Stage, _ x: Pointer, _ y: Pointer) {
    let (apart, done) = (count / 2, stage.done)
    stage.twiddles.withUnsafeBufferPointer { w in
      each(stage) { i, o, t in
        let (a, b) = (x[i], x[i + apart] * w[t])
        y[o] = a + b
        y[o + done] = a - b
      }
    }
  }

  private func four(_ stage: Stage, _ x: Pointer, _ y: Pointer) {
    let (apart, done) = (count / 4, stage.done)
    stage.twiddles.withUnsafeBufferPointer { w in
      each(stage) { i, o, t in
        let (a, b) = (x[i], x[i + apart] * w[t])
        let (c, d) = (x[i + 2 * apart] * w[t + 1], x[i + 3 * apart] * w[t + 2])
        let (even, odd) = (a + c, b + d)
        let (difference, turned) = (a - c, (b - d).turned)
        y[o] = even + odd
        y[o + done] = difference + turned
        y[o + 2 * done] = even - odd
        y[o + 3 * done] = difference - turned
      }
    }
  }

  private func three(_ stage: Stage, _ x: Pointer, _ y: Pointer) {
    let (apart, done) = (count / 3, stage.done)
    let half = Float(0.75).squareRoot()
    stage.twiddles.withUnsafeBufferPointer { w in
      each(stage) { i, o, t in
        let (a, b, c) = (x[i], x[i + apart] * w[t], x[i + 2 * apart] * w[t + 1])
        let (sum, difference) = (b + c, (b - c).turned)
        let middle = ComplexLanes(real: a.real - 0.5 * sum.real, imaginary: a.imaginary - 0.5 * sum.imaginary)
        let side = ComplexLanes(real: half * difference.real, imaginary: half * difference.imaginary)
        y[o] = a + sum
        y[o + done] = middle + side
        y[o + 2 * done] = middle - side
      }
    }
  }

  private func five(_ stage: Stage, _ x: Pointer, _ y: Pointer) {
    let (apart, done) = (count / 5, stage.done)
    let (first, second) = (stage.roots[1], stage.roots[2])
    stage.twiddles.withUnsafeBufferPointer { w in
      each(stage) { i, o, t in
        let (a, b, c) = (x[i], x[i + apart] * w[t], x[i + 2 * apart] * w[t + 1])
        let (d, e) = (x[i + 3 * apart] * w[t + 2], x[i + 4 * apart] * w[t + 3])
        let (s1, s2) = (b + e, c + d)
        let (d1, d2) = ((b - e).turned, (c - d).turned)
        func mixed(_ p: Float, _ q: Float) -> ComplexLanes {
          ComplexLanes(
            real: a.real + p * s1.real + q * s2.real, imaginary: a.imaginary + p * s1.imaginary + q * s2.imaginary)
        }
        func crossed(_ p: Float, _ q: Float) -> ComplexLanes {
          ComplexLanes(real: p * d1.real + q * d2.real, imaginary: p * d1.imaginary + q * d2.imaginary)
        }
        let (m1, m2) = (mixed(first.cosine, second.cosine), mixed(second.cosine, first.cosine))
        let (c1, c2) = (crossed(-first.sine, -second.sine), crossed(-second.sine, first.sine))
        y[o] = a + s1 + s2
        y[o + done] = m1 + c1
        y[o + 2 * done] = m2 + c2
        y[o + 3 * done] = m2 - c2
        y[o + 4 * done] = m1 - c1
      }
    }
  }

  private func plain(_ stage: Stage, _ x: Pointer, _ y: Pointer) {
    let (radix, apart, done) = (stage.radix, count / stage.radix, stage.done)
    var parts = [ComplexLanes](repeating: .zero, count: radix)
    stage.twiddles.withUnsafeBufferPointer { w in
      each(stage) { i, o, t in
        parts[0] = x[i]
        for k in 1..<radix { parts[k] = x[i + k * apart] * w[t + k - 1] }
        for m in 0..<radix {
          var sum = parts[0]
          var turn = 0
          for k in 1..<radix {
            turn += m
            if turn >= radix { turn -= radix }
            sum = sum + parts[k] * stage.roots[turn]
          }
          y[o + m * done] = sum
        }
      }
    }
  }
}
