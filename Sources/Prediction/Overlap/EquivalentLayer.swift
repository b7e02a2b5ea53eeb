import GinghamLattices

/// An upsampling layer along one axis with actual weights, and the transposed convolution it amounts to.
///
/// Written `KIND:WEIGHTS` with the stride behind the kind: `nearest2:1,0,-1` and `bilinear2:1,2,1` are a resize and then
/// a convolution with these taps, `deconvolution2:1,2,1` a transposed convolution itself, and `subpixel:1,2,1;0,1,0` a
/// convolution for each phase and then depth to space: as many filters of equal length as the stride.
public struct EquivalentLayer: Hashable, Sendable {
  /// What kind of layer is written as a transposed convolution.
  public enum Kind: String, Hashable, Sendable, CaseIterable, Codable {
    case nearest, bilinear, deconvolution, subpixel
  }

  /// What kind of layer it is.
  public let kind: Kind
  /// Pixels between two windows.
  public let stride: Int
  /// One filter; as many as the stride for ``Kind/subpixel``.
  public let filters: [[Double]]
  /// As it was written.
  public let notation: String

  /// - Throws: ``ArtifactError/badNotation(text:why:)``.
  public init(parsing text: String) throws {
    func fail(_ why: String) -> ArtifactError { .badNotation(text: text, why: why) }
    let sides = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let name = sides[0].prefix { $0.isLetter }
    guard sides.count == 2, let kind = Kind(rawValue: String(name)) else {
      throw fail("write nearest2:1,0,-1, bilinear2:1,2,1, deconvolution2:1,2,1 or subpixel:1,2,1;0,1,0")
    }
    let filters = try sides[1].split(separator: ";", omittingEmptySubsequences: false).map { filter in
      try filter.split(separator: ",", omittingEmptySubsequences: false).map { tap in
        guard let weight = Double(tap.filter { $0 != " " }), weight.isFinite else {
          throw fail("'\(tap)' is not a number")
        }
        return weight
      }
    }
    guard filters.reduce(0, { $0 + $1.count }) <= 4096 else { throw fail("it has more than 4096 weights") }
    let digits = sides[0].dropFirst(name.count)
    if kind == .subpixel {
      guard filters.count > 1, Set(filters.map(\.count)).count == 1 else {
        throw fail("a sub-pixel convolution has a filter for each phase, all of one length: subpixel:1,2,1;0,1,0")
      }
      guard digits.isEmpty || Int(digits) == filters.count else {
        throw fail("stride \(digits) needs \(digits) filters, not \(filters.count)")
      }
      stride = filters.count
    } else {
      guard filters.count == 1 else { throw fail("only a sub-pixel convolution has several filters") }
      guard let number = Int(digits), (1...64).contains(number) else {
        throw fail("the stride of 1 to 64 stands behind the kind, as in \(kind.rawValue)2")
      }
      stride = number
    }
    self.kind = kind
    self.filters = filters
    notation = text
  }

  /// Taps of the transposed convolution of ``stride`` that does the same.
  public var kernel: [Double] {
    switch kind {
    case .nearest: EquivalentKernel.nearestResizeConvolution(filters[0], scale: stride)
    case .bilinear: EquivalentKernel.linearResizeConvolution(filters[0], scale: stride)
    case .deconvolution: filters[0]
    case .subpixel: EquivalentKernel.subPixelConvolution(filters)
    }
  }

  /// Equal iff a constant is painted evenly.
  public var phaseSums: [Double] { EquivalentKernel.phaseSums(kernel, stride: stride) }

  /// Equal iff white noise is painted, or gradient power sent back, evenly.
  public var phasePowers: [Double] { EquivalentKernel.phasePowers(kernel, stride: stride) }

  /// Spread of the phase sums over their mean magnitude; 0 where even.
  public var sumDeviation: Double {
    let sums = phaseSums
    let magnitude = sums.reduce(0) { $0 + abs($1) } / Double(sums.count)
    return magnitude > 0 ? Plane(height: 1, width: sums.count, values: sums).variance.squareRoot() / magnitude : 0
  }

  /// CV² of the phase powers along this axis.
  public var powerUnevenness: Double {
    let powers = Plane(height: 1, width: stride, values: phasePowers)
    let mean = powers.mean
    return mean > 0 ? powers.variance / (mean * mean) : 0
  }
}
