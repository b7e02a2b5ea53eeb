/// An opaque or translucent colour in encoded sRGB, 0…1.
struct Ink: Hashable, Sendable {
  var red: Double
  var green: Double
  var blue: Double
  var opacity: Double

  init(_ hex: Int, opacity: Double = 1) {
    red = Double(hex >> 16 & 0xFF) / 255
    green = Double(hex >> 8 & 0xFF) / 255
    blue = Double(hex & 0xFF) / 255
    self.opacity = opacity
  }

  init(_ colour: SIMD3<Double>) {
    (red, green, blue, opacity) = (colour.x, colour.y, colour.z, 1)
  }

  func withOpacity(_ opacity: Double) -> Ink {
    var ink = self
    ink.opacity = opacity
    return ink
  }

  static let paper = Ink(0xFFFFFF)
  static let text = Ink(0x1F2328)
  static let faintText = Ink(0x656D76)
  static let axis = Ink(0x57606A)
  static let grid = Ink(0xE4E7EB)

  /// Series take these in turn: distinct for the common forms of colour blindness (Okabe and Ito 2008), with wine (Tol
  /// 2021) in place of the yellow, which is lost on white.
  static let series = [
    Ink(0x0072B2), Ink(0xD55E00), Ink(0x009E73), Ink(0xCC79A7), Ink(0xE69F00), Ink(0x56B4E9), Ink(0x4D4D4D),
    Ink(0x882255),
  ]

  static func series(_ index: Int) -> Ink { series[index % series.count] }
}

struct Typeface: Hashable, Sendable {
  var size: Double
  var isBold = false

  static let family = "DejaVu Sans"
  /// Above the baseline and in all, in units of the size, for DejaVu Sans.
  static let ascent = 0.93
  static let lineHeight = 1.17

  static let title = Typeface(size: 14, isBold: true)
  static let label = Typeface(size: 12)
  static let tick = Typeface(size: 10.5)
  static let note = Typeface(size: 9.5)
}

/// A place in a text's box, as shares of its width and height.
struct Anchor: Hashable, Sendable {
  var x: Double
  var y: Double

  static let topLeft = Anchor(x: 0, y: 0)
  static let top = Anchor(x: 0.5, y: 0)
  static let topRight = Anchor(x: 1, y: 0)
  static let left = Anchor(x: 0, y: 0.5)
  static let centre = Anchor(x: 0.5, y: 0.5)
  static let right = Anchor(x: 1, y: 0.5)
  static let bottomLeft = Anchor(x: 0, y: 1)
  static let bottom = Anchor(x: 0.5, y: 1)
}
