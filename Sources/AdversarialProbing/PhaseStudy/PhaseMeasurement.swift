import GinghamTensors

/// What a set of pixels is worth to an attack that may change only these, for one picture.
public struct MaskMeasurement: Hashable, Sendable, Codable {
  /// Mean of Σ_c g² over the set, relative to the region's.
  public var energy: Double
  /// ‖g_P‖₂/(‖g‖₂·√(|P|/N)): 1 where the gradient is even; what an L2 budget gains to first order.
  public var advantageL2: Double
  /// ‖g_P‖₁/(‖g‖₁·|P|/N): the same for an L∞ budget.
  public var advantageLinf: Double
  /// ‖g_P‖∞/‖g‖∞: the same for an L1 budget, which spends all it has on one number.
  public var advantageL1: Double
  /// The smallest change on the set that DeepFool finds; `nil` where it finds none.
  public var minimalL2: Double?
  /// The smallest L∞ change, in units of 0…1; `nil` where no search succeeds.
  public var minimalLinf: Double?

  private enum CodingKeys: String, CodingKey {
    case energy
    case advantageL2 = "advantage_l2"
    case advantageLinf = "advantage_linf"
    case advantageL1 = "advantage_l1"
    case minimalL2 = "minimal_l2"
    case minimalLinf = "minimal_linf"
  }

  /// The first-order part.
  ///
  /// - Parameter gradient: C×H×W of one picture.
  init(_ gradient: UnsafeBufferPointer<Float>, on mask: PixelMask, in region: GradientSums) {
    let sums = GradientSums(gradient, on: mask)
    let share = Double(mask.count) / Double(max(region.pixels, 1))
    func ratio(_ a: Double, _ b: Double) -> Double { b > 0 ? a / b : 0 }
    energy = ratio(sums.squares / Double(max(mask.count, 1)), region.squares / Double(max(region.pixels, 1)))
    advantageL2 = ratio(sums.squares.squareRoot(), (region.squares * share).squareRoot())
    advantageLinf = ratio(sums.magnitudes, region.magnitudes * share)
    advantageL1 = ratio(sums.largest, region.largest)
  }
}

/// Norms of a gradient over a set of pixels.
struct GradientSums {
  var pixels: Int
  var squares = 0.0
  var magnitudes = 0.0
  var largest = 0.0

  init(_ gradient: UnsafeBufferPointer<Float>, on mask: PixelMask) {
    pixels = mask.count
    let area = mask.isOpen.count
    for (pixel, isOpen) in mask.isOpen.enumerated() where isOpen {
      for index in stride(from: pixel, to: gradient.count, by: area) {
        let value = Double(gradient[index])
        squares += value * value
        magnitudes += abs(value)
        largest = max(largest, abs(value))
      }
    }
  }
}

/// Everything a phase study measures on one picture.
public struct PhaseMeasurement: Hashable, Sendable, Codable {
  /// ‖∇ₓ loss‖₂ over the region.
  public var gradientLength: Double
  /// CV² of the phase energies of this picture alone, texture included.
  public var unevenness: Double
  /// ‖g‖₁ over what it would be with the same ‖g‖₂ spread evenly over the phases: below 1, unevenness makes an L∞
  /// attack on the whole picture harder.
  public var evenL1Ratio: Double
  /// A phase of the lattice each.
  public var lattice: [MaskMeasurement]
  /// Random sets of as many pixels.
  public var random: [MaskMeasurement]
  /// Phases of a control period.
  public var control: [MaskMeasurement]
  /// The lattice's phases once the picture has moved by one pixel down and right.
  public var shifted: [MaskMeasurement]
  /// Smallest changes of the whole picture.
  public var minimalL2: Double?
  /// The smallest L∞ change anywhere, in units of 0…1; `nil` where no search succeeds.
  public var minimalLinf: Double?

  private enum CodingKeys: String, CodingKey {
    case unevenness, lattice, random, control, shifted
    case gradientLength = "gradient_length"
    case evenL1Ratio = "even_l1_ratio"
    case minimalL2 = "minimal_l2"
    case minimalLinf = "minimal_linf"
  }
}
