import GinghamLattices
import GinghamTensors

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Whether what a net makes goes along where its input is shifted: EQ-T of Karras et al. 2021, for shifts by whole
/// elements of the input. What repeats with the net's own strides stays where it is, and textures stick to it.
///
/// EQ-T = −10·log₁₀ E[(g(t(x)) − t(g(x)))²], pictures in 0…1, over the middle half of each side, where the rolled input's
/// seam reaches least. Around 60 dB and more nothing can be seen; StyleGAN2 has 15, StyleGAN3 60 to 75 (for shifts by parts
/// of a pixel, of inputs that are functions).
public struct ShiftTest: Encodable, Sendable {
  /// EQ-T in dB; `nil` where the pictures go along exactly.
  public var decibels: Double?
  /// Of the shift that pictures go along with least, in dB; `nil` as above.
  public var leastDecibels: Double?
  /// That shift, in elements of the input along rows and columns.
  public var leastShift: [Int]
  /// Shifts that were tried, over all samples.
  public var trials: Int
  /// Side of the middle part that was looked at, rows and columns.
  public var interior: [Int]

  private enum CodingKeys: String, CodingKey {
    case trials, interior, leastShift
    case decibels = "eq_t_db"
    case leastDecibels = "least_db"
  }

  /// Shifts of each sample.
  private static let shifts = 4
  /// Of a side, at most.
  private static let furthest = 8

  /// - Parameters:
  ///   - input: C×H×W of an input.
  ///   - picture: C×H′×W′ of what the net makes of it.
  ///   - seed: of the shifts.
  ///   - make: the pictures of other inputs.
  ///   - forEach: hands over inputs N×C×H×W, as the net takes them, some at a time, with the pictures N×C×H′×W′ in 0…1.
  /// - Returns: `nil` where inputs are too small for a shift by an eighth that the pictures could follow by whole pixels.
  /// - Throws: what `make` and `forEach` throw.
  public init?(
    of input: [Int], picture: [Int], seed: UInt64, make: @escaping (Tensor) throws -> Tensor,
    forEach: (_ body: (_ inputs: Tensor, _ pictures: Tensor) throws -> Void) throws -> Void
  ) throws {
    guard input.count == 3, picture.count == 3 else { return nil }
    let axes = [1, 2].map { Axis(input: input[$0], picture: picture[$0]) }
    guard axes.allSatisfy({ $0.most > 0 }) else { return nil }
    var random = SeededGenerator(seed: seed, name: "shift")
    var (sum, count): (Double, Double) = (0, 0)
    var worst = (error: -1.0, shift: [0, 0])
    interior = axes.map(\.interior.count)
    var trials = 0
    try forEach { inputs, pictures in
      for index in 0..<inputs.shape[0] {
        let (input, picture) = (inputs.sample(index), pictures.sample(index))
        for _ in 0..<Self.shifts {
          var steps = [0, 0]
          while steps == [0, 0] { steps = axes.map { Int.random(in: -$0.most...$0.most, using: &random) } }
          let shift = zip(axes, steps).map { $0.step * $1 }
          let made = try make(input.rolled(shift)).sample(0)
          let follows = zip(axes, shift).map { $0.picture * $1 / $0.input }
          let error = made.meanSquare(to: picture.rolled(follows), rows: axes[0].interior, columns: axes[1].interior)
          if error > worst.error { worst = (error, shift) }
          sum += error
          count += 1
          trials += 1
        }
      }
    }
    self.trials = trials
    func decibels(_ error: Double) -> Double? { error > 0 ? -10 * log10(error) : nil }
    self.decibels = decibels(sum / max(count, 1))
    leastDecibels = decibels(worst.error)
    leastShift = worst.shift
  }

  private struct Axis {
    let input: Int
    let picture: Int
    /// The least shift of the input that the picture follows by whole pixels.
    let step: Int
    /// Steps of it, at most.
    let most: Int

    init(input: Int, picture: Int) {
      (self.input, self.picture) = (input, picture)
      step = input / greatestCommonDivisor(input, picture)
      most = input / ShiftTest.furthest / step
    }

    var interior: Range<Int> { (picture / 4)..<(picture - picture / 4) }
  }
}

extension Tensor {
  /// Of N×C×H×W, moved down and to the right, what leaves coming in again.
  fileprivate func rolled(_ shift: [Int]) -> Tensor {
    let (height, width) = (shape[2], shape[3])
    return Tensor(shape) { target in
      withUnsafeBufferPointer { source in
        for plane in 0..<(shape[0] * shape[1]) {
          for y in 0..<height {
            let row = (plane * height + ((y - shift[0]) % height + height) % height) * width
            for x in 0..<width {
              target[(plane * height + y) * width + x] = source[row + ((x - shift[1]) % width + width) % width]
            }
          }
        }
      }
    }
  }

  fileprivate func meanSquare(to other: Tensor, rows: Range<Int>, columns: Range<Int>) -> Double {
    let (height, width) = (shape[2], shape[3])
    var (sum, count) = (0.0, 0)
    withUnsafeBufferPointer { own in
      other.withUnsafeBufferPointer { other in
        for plane in 0..<(shape[0] * shape[1]) {
          for y in rows {
            for x in columns {
              let index = (plane * height + y) * width + x
              let difference = Double(own[index]) - Double(other[index])
              sum += difference * difference
              count += 1
            }
          }
        }
      }
    }
    return sum / Double(max(count, 1))
  }
}
