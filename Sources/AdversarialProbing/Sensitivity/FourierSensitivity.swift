import Foundation
import GinghamTensors

/// How often a picture is misclassified once a single wave is added to it (Yin et al. 2019, Fourier heat map).
///
/// The wave is x + r·v·U with U a real basis picture of length 1, cos(2π(k₁y + k₂x)) normalised, and r = ±1 drawn for
/// each channel; the sum is clipped to 0…1. The heat map of the paper has a cell for each of a picture's own
/// frequencies; here the plane is sampled on a grid of `side`×`side` multiples of 1/side cycles a pixel, so that a side
/// divisible by the network's strides has every lattice frequency among its cells.
public struct FourierSensitivity: Hashable, Sendable {
  /// Frequencies along each axis.
  public let side: Int
  /// v: the length of the wave in each channel.
  public let length: Float
  /// Of every random number.
  public let seed: UInt64

  /// - Throws: ``ProbingError/badArgument(_:)`` for a side below 2 or a length that is not positive.
  public init(side: Int, length: Float, seed: UInt64 = 0) throws {
    guard (2...1024).contains(side) else {
      throw ProbingError.badArgument("a Fourier heat map has 2 to 1024 cells a side, not \(side)")
    }
    guard length > 0, length.isFinite else {
      throw ProbingError.badArgument("the waves of a Fourier heat map need a positive length, not \(length)")
    }
    self.side = side
    self.length = length
    self.seed = seed
  }

  /// The paper's lengths, 15.7 for pictures of 224×224 and 4 for 32×32, at the same contrast for other sizes: the
  /// former above 64 pixels a side.
  public static func usualLength(height: Int, width: Int) -> Float {
    let side = Float(height * width).squareRoot()
    return side > 64 ? 15.7 * side / 224 : 4 * side / 32
  }

  /// One of each pair of mirrored frequencies, in units of 1/side: a wave and its mirror image are the same.
  public var frequencies: [(row: Int, column: Int)] {
    (0...(side / 2)).flatMap { column in
      let ownMirror = column == 0 || 2 * column == side
      return (0..<side).filter { !ownMirror || 2 * $0 <= side }.map { ($0, column) }
    }
  }

  /// U of one frequency: H×W of length 1.
  public func wave(row: Int, column: Int, height: Int, width: Int) -> Tensor {
    let turn = 2 * Double.pi / Double(side)
    var values = (0..<(height * width)).map { pixel in
      cos(turn * Double((row * (pixel / width) + column * (pixel % width)) % side))
    }
    let length = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
    values = values.map { $0 / length }
    return Tensor([height, width], values.map(Float.init))
  }

  /// Whether each of ``frequencies`` turns one picture, `batch` of them at a time.
  ///
  /// - Parameters:
  ///   - picture: 1×C×H×W.
  ///   - name: seeds the signs r.
  public func errors(
    at picture: Tensor, label: Int, name: String, against classifier: Classifier, batch: Int,
    step: (_ done: Int, _ of: Int) throws -> Void = { _, _ in }
  ) throws -> [Bool] {
    let (channels, height, width) = (picture.shape[1], picture.shape[2], picture.shape[3])
    let area = height * width
    var random = SeededGenerator(seed: seed, name: "fourier.\(name)")
    let frequencies = frequencies
    let signs = frequencies.map { _ in (0..<channels).map { _ in random.next() >> 63 == 0 ? length : -length } }
    var errors: [Bool] = []
    while errors.count < frequencies.count {
      try step(errors.count, frequencies.count)
      let first = errors.count
      var waves = Tensor.stacked((0..<batch).map { _ in picture })
      for place in 0..<min(batch, frequencies.count - first) {
        let (row, column) = frequencies[first + place]
        let wave = wave(row: row, column: column, height: height, width: width)
        waves.withMutableSample(place) { x in
          wave.withUnsafeBufferPointer { wave in
            for index in x.indices {
              x[index] = clippedToUnit(x[index] + signs[first + place][index / area] * wave[index % area])
            }
          }
        }
      }
      let predictions = try classifier.predictions(of: waves)
      errors += predictions.prefix(frequencies.count - first).map { $0 != label }
    }
    return errors
  }

  /// Error rates side×side, frequency zero at [0, 0], both mirror images filled in.
  ///
  /// - Parameter errors: of each picture, as ``errors(at:label:name:against:batch:step:)`` gives them.
  public func errorRates(_ errors: [[Bool]]) -> Tensor {
    var rates = Tensor([side, side])
    rates.withUnsafeMutableBufferPointer { rates in
      for (index, frequency) in frequencies.enumerated() {
        let rate = Float(errors.count { $0[index] }) / Float(max(errors.count, 1))
        rates[frequency.row * side + frequency.column] = rate
        rates[(side - frequency.row) % side * side + (side - frequency.column) % side] = rate
      }
    }
    return rates
  }
}
