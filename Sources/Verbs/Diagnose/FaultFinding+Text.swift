import Foundation
import GinghamDiagnosis
import GinghamLattices

/// A finding in words.
extension FaultFinding {
  var name: String { fault.rawValue + (period.map { " \($0) px" } ?? "") }

  /// Of the strength.
  var unit: String {
    switch sign {
    case .lattice: "share of the fine detail"
    case .sharedLattice: "share of the fine detail, in all pictures alike"
    case .blocks: "times the steps elsewhere"
    case .blur: "px"
    case .fewLevels: "bits missing of 8"
    case .saturation: "share of the samples at the ends of the range"
    case .colour(let difference):
      switch difference.aspect {
      case .hue: "degrees of hue"
      case .brightness: "L*"
      case .contrast: "octaves of contrast"
      case .saturation: "C*"
      case .cast: "of a*b*"
      }
    case .distortion: "robust deviations"
    }
  }

  /// One sentence with the figures, without a full stop.
  var summary: String {
    switch sign {
    case .lattice(let lattice):
      let peak = lattice.peakDecibels.map { String(format: ", peak %.0f dB over its surroundings", $0) } ?? ""
      let bands = lattice.periods.map(String.init).joined(separator: ", ")
      // Faint frequencies may stand out together and hold no more than chance gives.
      let share = strength < 5e-5 ? "no more" : String(format: "%.2f %%", 100 * strength)
      return String(
        format: "a lattice of period %d holds %@ of the fine detail %@%@%@%@", lattice.period, share,
        strength < 5e-5 ? "than chance gives" : "beyond chance", peak,
        bands.isEmpty ? "" : "; artifacts at periods " + bands,
        setSize == 1 ? "" : "; \(pictures.count) of \(setSize) pictures show it by themselves")
    case .sharedLattice(let shared):
      return String(
        format:
          "all %d pictures have a faint lattice of period %d at the same pixels: %.2f of 255 levels, peak %.0f dB over "
          + "its surroundings, %.0f dB in their mean; none shows it by itself", shared.pictures, shared.band.period,
        shared.band.levels, shared.band.peakDecibels ?? 0, shared.band.meanPeakDecibels ?? 0)
    case .blocks(let blocks):
      return blocks.isEnlargement
        ? "\(having) nothing but steps every \(blocks.period) px, and none between them"
        : String(
          format: "%@ steps every %d px that are %.1f times those elsewhere (threshold %.2f)", having, blocks.period,
          strength, threshold)
    case .blur(let blur): return summary(of: blur)
    case .fewLevels(let found):
      return String(
        format:
          "%@ the levels of %.1f bits (%d of them between their outer 1 %%); flat stretches on ramps are %.1f px",
        having, found.bits, found.levels, found.meanRampRun)
    case .saturation:
      return String(
        format: "in %@ %.0f %% of the samples lie within two levels of black or full intensity", affected,
        100 * strength)
    case .colour(let difference):
      return summary(of: difference)
        + String(format: "; chance would do so in %.1f %% of cases", 100 * difference.chance)
    case .distortion(let found):
      return String(
        format:
          "%@ a tile far outside the %@'s statistics; the farthest at row %d, column %d (%d px a side), by its %@",
        having, found.isBesideReference ? "reference" : "rest", found.row, found.column, found.side,
        found.statistic?.rawValue ?? "statistics")
    }
  }

  private func summary(of blur: Blur) -> String {
    let sharpness = blur.sharpness
    let own = String(
      format:
        "%@ blurred as by a Gaussian of σ %.1f px (threshold %.2f): variance of the Laplacian %.2g, %.1f %% of the "
        + "power above ¼ cycle a pixel, spectral slope %.1f",
      affected + (pictures.count == 1 ? " is" : " are"), strength, threshold, sharpness.laplacianVariance,
      100 * sharpness.highFrequencyShare, sharpness.spectralSlope ?? 0)
    guard let usual = blur.reference else { return own }
    return own
      + String(
        format: "; the reference has σ %.1f px, %.2g, %.1f %%, %.1f", usual.sigma, usual.sharpness.laplacianVariance,
        100 * usual.sharpness.highFrequencyShare, usual.sharpness.spectralSlope ?? 0)
  }

  private func summary(of difference: ColourDistance.Difference) -> String {
    func rounded(_ value: Double) -> String { String(format: "%.1f", value) }
    let (distance, shift) = (rounded(difference.distance), rounded(difference.shift))
    return switch difference.aspect {
    case .hue: "hues lie \(distance)° from the reference's (best explained by a turn of \(shift)°)"
    case .brightness: "lightness lies \(distance) L* from the reference's, \(shift) on average"
    case .contrast: "contrast is \(rounded(pow(2, difference.shift)))× the reference's"
    case .saturation: "chroma lies \(distance) C* from the reference's, \(shift) on average"
    case .cast:
      "the mean tint lies \(distance) from the reference's in the plane of a* and b*, towards "
        + Self.tint(difference.shift)
    }
  }

  /// What a tint of this CIELAB hue in degrees is called.
  private static func tint(_ direction: Double) -> String {
    let names = ["red", "orange", "yellow", "green", "green", "cyan", "blue", "blue", "magenta"]
    return names[Int((direction + 20) / 40) % names.count]
  }

  private var affected: String { setSize == 1 ? "the picture" : "\(pictures.count) of \(setSize) pictures" }

  private var having: String { affected + (pictures.count == 1 ? " has" : " have") }
}

/// What usually lies behind a finding, and what helps.
extension FaultFinding {
  var cause: String {
    switch sign {
    case .lattice(let lattice): lattice.isJPEG ? Causes.jpeg : Causes.lattice(period: lattice.period)
    case .sharedLattice(let shared): Causes.lattice(period: shared.band.period)
    case .blocks(let blocks): blocks.isEnlargement ? Causes.enlargement : Causes.jpeg
    case .blur: Causes.blur
    case .fewLevels(let levels): levels.isSaturated ? Causes.saturation : Causes.fewBits
    case .saturation: Causes.saturation
    case .colour(let difference): Causes.colour(difference)
    case .distortion: Causes.distortion
    }
  }

  var fix: String {
    switch sign {
    case .lattice(let lattice): lattice.isJPEG ? Causes.jpegFix : Causes.latticeFix(period: lattice.period)
    case .sharedLattice: Causes.sharedLatticeFix
    case .blocks(let blocks): blocks.isEnlargement ? Causes.enlargementFix : Causes.jpegFix
    case .blur: Causes.blurFix
    case .fewLevels(let levels): levels.isSaturated ? Causes.saturationFix : Causes.fewBitsFix
    case .saturation: Causes.saturationFix
    case .colour(let difference): Causes.colourFix(difference.aspect)
    case .distortion: Causes.distortionFix
    }
  }
}

private enum Causes {
  static func lattice(period: Int) -> String {
    guard period > 1, period & (period - 1) == 0 else {
      return "an upsampling layer whose steps come every \(period) px, or a picture that was scaled afterwards"
    }
    let layer =
      period == 2 ? "the last upsampling layer" : "the upsampling layer whose steps are \(period) output pixels apart"
    return "\(layer) treats its output phases unequally: a transposed convolution whose kernel is no multiple of its "
      + "stride or whose phase sums differ, a sub-pixel convolution without equal initial weights, or the gradient of a "
      + "strided discriminator"
  }

  static func latticeFix(period: Int) -> String {
    "see which layer with \(Mention.verb("predict", "MODEL")); replace it by a nearest-neighbour resize and a "
      + "convolution, choose a kernel that its stride divides, or start a sub-pixel convolution with equal phases (ICNR)"
      + (period > 2
        ? "; layers nearer the pixels need a stride-1 convolution behind them to smooth what comes down" : "")
  }

  static let sharedLatticeFix =
    "see which layer paints it with \(Mention.verb(TraceRun.name, "MODEL")), and make its phase sums equal with "
    + "\(Mention.verb(RepairRun.name, "MODEL")); nothing need be trained anew where the output hardly changes"

  static let jpeg = "JPEG blocks: the files are compressed in blocks of 8 pixels; this is not the network's doing"
  static let jpegFix =
    "save the pictures as PNG and diagnose those; if a net was trained on such JPEGs it may learn them"

  static let enlargement = "every pixel is repeated: pictures were enlarged by nearest neighbour after they were made"
  static let enlargementFix = "save and judge pictures at the size they are made in"

  static let blur =
    "the mean of many plausible pictures (a pixelwise or strong reconstruction loss), smooth upsampling without "
    + "convolutions that add detail behind it, or pictures scaled up after they were made"
  static let blurFix =
    "weaken the pixelwise loss or add an adversarial or perceptual one, put convolutions behind the last resize, save "
    + "pictures at the size they are made in"

  static let fewBits =
    "low bit depth: few levels between black and white, from a palette, a quantised output or a narrow range stretched "
    + "when the picture was saved"
  static let fewBitsFix =
    "keep floating point up to the file, stretch before rounding and not after, write 16-bit PNG, or dither to 8 bits"
  static let saturation =
    "a saturating output: tanh or sigmoid driven to its ends, or values clipped when the picture was saved"
  static let saturationFix =
    "check that the range is mapped as in training (tanh's −1…1 to 0…1); weaken what drives the output to its ends "
    + "(weight decay, a smaller last layer, label smoothing of the discriminator)"

  static let distortion =
    "a place whose contrast or texture is unlike the rest: a blob, a smear, noise, a dead or repeated patch. Only "
    + "statistics are seen: wrong shapes in a normal texture are not"
  static let distortionFix =
    "look at the marked tiles; normalisation layers that blow up single activations make blobs (demodulate weights "
    + "instead), padding makes them at borders, dead units leave flat patches"

  static func colour(_ difference: ColourDistance.Difference) -> String {
    let isMore = difference.shift > 0
    return switch difference.aspect {
    case .hue: hue(difference)
    case .brightness: (isMore ? "pictures are too bright" : "pictures are too dark") + range
    case .contrast:
      isMore
        ? "too much contrast: an output that is driven to its ends, or normalised picture by picture"
        : "too little contrast: averaged samples, or a range that is not stretched back"
    case .saturation:
      isMore ? "colours are too strong" + range : "colours are too weak: averaged samples, or a grey mode"
    case .cast:
      "a colour cast: channels scaled or shifted unlike in training (mean and deviation a channel), or modes that were "
        + "dropped"
    }
  }

  /// Other subjects have other hues. That channels were in another order is said only where putting them back explains the
  /// most of the distance.
  private static func hue(_ difference: ColourDistance.Difference) -> String {
    if let exchanged = difference.exchanged, exchanged < difference.distance / 3 {
      let degrees = String(format: "%.0f° from the reference's in place of %.0f°", exchanged, difference.distance)
      return "red and blue are exchanged (BGR), if the subjects are alike: put back, hues would be " + degrees
    }
    return "different subjects, which have different hues, or modes that were dropped; exchanging red and blue does "
      + "not explain it"
  }

  static func colourFix(_ aspect: ColourDistance.Aspect) -> String {
    switch aspect {
    case .hue:
      "compare the channel order and the colour space of training and saving; check the diversity of the samples"
    case .brightness: "map the output range as in training and save without a gamma of your own"
    case .contrast: "map the output range as in training; do not normalise pictures one by one"
    case .saturation: "compare the colour space of training and saving; check the diversity of the samples"
    case .cast:
      "undo the normalisation of training channel by channel; check the white of a picture that should have none of it"
    }
  }

  private static let range = ": the output range is mapped unlike in training, or a gamma is applied twice"
}
