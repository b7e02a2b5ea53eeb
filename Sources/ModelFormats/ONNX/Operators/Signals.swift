import Foundation
import GinghamNetworks
import GinghamTensors

extension OperatorTable {
  /// Fourier transforms and what stands around them.
  static let signals: [String: OperatorTranslator] = [
    "HannWindow": window([0.5, -0.5]),
    "HammingWindow": window([25.0 / 46, -21.0 / 46]),
    "BlackmanWindow": window([0.42, -0.5, 0.08]),
    "DFT": composed(1...3) { c in
      let x = try c.input(0)
      let isInput = c.node.operatorSet >= 20
      let axis =
        isInput
        ? c.optional(2)?.reshaped(1) ?? c.integers([-2]) : c.integers([try c.node.attributes.axis() ?? 1])
      return c.fourierTransform(
        x, axis: axis, length: c.optional(1), isInverse: try c.node.attributes.flag("inverse") ?? false,
        isOneSided: try c.node.attributes.flag("onesided") ?? false)
    },
    "STFT": composed(2...4) { c in
      let signal = try c.input(0)
      let step = try c.input(1).cast(to: .int64).reshaped(1)
      let window = c.optional(2)
      guard let length = c.optional(3)?.cast(to: .int64).reshaped(1) ?? window?.extent(0) else {
        throw c.node.malformed("neither a window nor the length of a frame is given")
      }
      let count = (signal.extent(1) - length).divided(by: step) + 1
      let places = (c.range(count) * step).unsqueezed([1]) + c.range(length)
      var frames = signal.gathered(places, axis: 1)
      if let window { frames = frames * window.unsqueezed([1]) }
      return c.fourierTransform(
        frames, axis: c.integers([2]), length: nil, isInverse: false,
        isOneSided: try c.node.attributes.flag("onesided") ?? true)
    },
    "MelWeightMatrix": composed(5...5) { c in try c.melWeights() },
  ]

  /// Σ cₖ·cos(2πk·n/N), with N the length of a period, or one less where the window is symmetric.
  private static func window(_ coefficients: [Double]) -> OperatorTranslator {
    composed(1...1) { c in
      let size = try c.input(0).cast(to: .int64).reshaped(1)
      let isPeriodic = try c.node.attributes.flag("periodic") ?? true
      let period = isPeriodic ? size : (size - 1).combined(.maximum, c.integer(1))
      let angle = c.range(size).cast(to: .float32) * (2 * Double.pi) / period.cast(to: .float32)
      let harmonics = coefficients.enumerated().dropFirst().map { order, coefficient in
        (angle * Double(order)).function(.cos) * coefficient
      }
      let sum = harmonics.dropFirst().reduce(harmonics[0]) { $0 + $1 }
      return (sum + coefficients[0]).cast(to: try c.node.targetType("output_datatype") ?? .float32)
    }
  }
}

extension Composer {
  /// Σₙ x[n]·e^(∓2πi·kn/N) along an axis, by a product with the matrix of cosines and sines. Real and imaginary parts
  /// lie along the last axis; a real x has one element there.
  fileprivate func fourierTransform(
    _ x: Term, axis: Term, length: Term?, isInverse: Bool, isOneSided: Bool
  ) -> Term {
    let shape = x.shape()
    let own = select(axis.combined(.less, integer(0)), axis + x.rank, axis)
    let (front, back) = (
      apply(.slice(Slice(axes: [0])), shape, integers([0]), own),
      apply(.slice(Slice(axes: [0])), shape, own + 1, x.rank - 1)
    )
    let extent = shape.gathered(own)
    // Real parts get an imaginary part of zero; the signal is cut or filled up to the length.
    var flat = x.reshaped(
      .computed(front.reduced(.product, [0])), .computed(extent), .computed(back.reduced(.product, [0])),
      .computed(x.extent(-1)))
    let size = length?.cast(to: .int64).reshaped(1) ?? extent
    if length != nil { flat = flat.sliced(0, .computed(size), axis: 1) }
    let missing = [size - flat.extent(1), integers([2]) - x.extent(-1)]
    flat = apply(
      .pad(Pad(mode: .constant)), flat, concatenated([integers([0, 0])] + missing), float(0), integers([1, 3]))
    let parts = [0, 1].map { flat.gathered($0, axis: 3) }
    let rows = isOneSided ? size.divided(by: 2) + 1 : size
    let turns = (range(rows).unsqueezed([1]) * range(size)).remainder(by: size) * 4
    let (cosine, sine) = (wave(turns + size, of: size), wave(turns, of: size))
    var real: Term
    var imaginary: Term
    if isInverse {
      real = cosine.product(with: parts[0]) - sine.product(with: parts[1])
      imaginary = cosine.product(with: parts[1]) + sine.product(with: parts[0])
      let count = size.cast(to: .float32)
      (real, imaginary) = (real / count, imaginary / count)
    } else {
      real = cosine.product(with: parts[0]) + sine.product(with: parts[1])
      imaginary = cosine.product(with: parts[1]) - sine.product(with: parts[0])
    }
    return concatenated([real.unsqueezed([-1]), imaginary.unsqueezed([-1])], axis: -1)
      .reshaped(.computed(front), .computed(rows), .computed(back), 2)
  }

  /// sin(2π·n/4N) for integers n. Whole half turns are taken out of n, where they are exact: what is left lies between
  /// a quarter turn on either side, and zeros come out as zeros.
  private func wave(_ n: Term, of size: Term) -> Term {
    let half = (n + size).divided(by: size * 2)
    let rest = (n - half * size * 2).cast(to: .float32)
    let sign = (1.0 - half.remainder(by: integer(2)).cast(to: .float32) * 2.0)
    return (rest * (Double.pi / 2) / size.cast(to: .float32)).function(.sin) * sign
  }

  /// Triangles that are evenly spaced on the mel scale, 2595·log₁₀(1 + f/700), a column each over the bins of a
  /// one-sided spectrum.
  fileprivate func melWeights() throws -> Term {
    let count = try input(0).cast(to: .int64).reshaped(1)
    let length = try input(1).cast(to: .int64).reshaped(1)
    let rate = try input(2).cast(to: .float32).reshaped(1)
    let ten = float(Double(10).logarithm)
    func mel(_ index: Int) throws -> Term {
      ((try input(index).floats.reshaped(1) / 700.0 + 1.0).function(.log) / ten) * 2595.0
    }
    let (low, high) = (try mel(3), try mel(4))
    let step = (high - low) / (count + 2).cast(to: .float32)
    let centres = range(count + 2).cast(to: .float32) * step + low
    let frequencies = ((centres / 2595.0 * ten).function(.exp) - 1.0) * 700.0
    let bins = ((length + 1).cast(to: .float32) * frequencies / rate).function(.floor)
    let edges = [0, 1, 2].map { bins.sliced(.fixed($0), .computed(count + $0), axis: 0) }
    let place = range(length.divided(by: 2) + 1).cast(to: .float32).unsqueezed([1])
    func width(_ a: Term, _ b: Term) -> Term { (b - a).combined(.maximum, float(1)) }
    let rising = (place - edges[0]) / width(edges[0], edges[1])
    let falling = (edges[2] - place) / width(edges[1], edges[2])
    let zero = float(0)
    func between(_ a: Term, _ b: Term, _ value: Term) -> Term {
      select(
        place.combined(.greaterOrEqual, a).combined(.and, place.combined(.less, b)), value, zero)
    }
    // The peak stands even where both sides fall into its own bin.
    let peak = place.combined(.equal, edges[1]).cast(to: .float32)
    let sum = between(edges[0], edges[1], rising) + between(edges[1], edges[2], falling)
    return sum.combined(.maximum, peak).cast(to: try node.targetType("output_datatype") ?? .float32)
  }
}

extension Double {
  fileprivate var logarithm: Double { Foundation.log(self) }
}
