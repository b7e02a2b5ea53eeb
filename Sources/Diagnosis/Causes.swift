import Foundation
import GinghamTensors

/// What usually lies behind a fault, and what helps.
enum Causes {
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
    "see which layer with `gingham predict MODEL`; replace it by a nearest-neighbour resize and a convolution, choose a "
      + "kernel that its stride divides, or start a sub-pixel convolution with equal phases (ICNR)"
      + (period > 2
        ? "; layers nearer the pixels need a stride-1 convolution behind them to smooth what comes down" : "")
  }

  static let sharedLatticeFix =
    "see which layer paints it with `gingham trace MODEL`, and make its phase sums equal with `gingham repair MODEL`; "
    + "nothing need be trained anew where the output hardly changes"

  static let jpeg = "JPEG blocks: the files are compressed in blocks of 8 pixels; this is not the network's doing"
  static let jpegFix =
    "save the pictures as PNG and diagnose those; if a net was trained on such JPEGs it may learn them"

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

  static func colour(
    _ difference: ColourDistance.Difference
  ) -> (unit: String, summary: String, cause: String, fix: String) {
    let (distance, shift) = (difference.distance, difference.shift)
    switch difference.aspect {
    case .hue:
      return (
        "degrees of hue",
        "hues lie \(rounded(distance))° from the reference's (best explained by a turn of \(rounded(shift))°)",
        "colours are mixed up: channels in another order (BGR), or modes that were dropped",
        "compare the channel order and the colour space of training and saving; check the diversity of the samples"
      )
    case .brightness:
      return (
        "L*", "lightness lies \(rounded(distance)) L* from the reference's, \(rounded(shift)) on average",
        shift > 0 ? "pictures are too bright" + range : "pictures are too dark" + range,
        "map the output range as in training and save without a gamma of your own"
      )
    case .contrast:
      return (
        "octaves of contrast", "contrast is \(rounded(pow(2, shift)))× the reference's",
        shift > 0
          ? "too much contrast: an output that is driven to its ends, or normalised picture by picture"
          : "too little contrast: averaged samples, or a range that is not stretched back",
        "map the output range as in training; do not normalise pictures one by one"
      )
    case .saturation:
      return (
        "C*", "chroma lies \(rounded(distance)) C* from the reference's, \(rounded(shift)) on average",
        shift > 0 ? "colours are too strong" + range : "colours are too weak: averaged samples, or a grey mode",
        "compare the colour space of training and saving; check the diversity of the samples"
      )
    case .cast:
      return (
        "of a*b*",
        "the mean tint lies \(rounded(distance)) from the reference's in the plane of a* and b*, towards \(tint(shift))",
        "a colour cast: channels scaled or shifted unlike in training (mean and deviation a channel), or modes that were "
          + "dropped",
        "undo the normalisation of training channel by channel; check the white of a picture that should have none of it"
      )
    }
  }

  /// What a tint of this CIELAB hue in degrees is called.
  private static func tint(_ direction: Double) -> String {
    let names = ["red", "orange", "yellow", "green", "green", "cyan", "blue", "blue", "magenta"]
    return names[Int((direction + 20) / 40) % names.count]
  }

  private static let range = ": the output range is mapped unlike in training, or a gamma is applied twice"

  private static func rounded(_ value: Double) -> String { String(format: "%.1f", value) }
}
