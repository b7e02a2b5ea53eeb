import GinghamNetworks
import GinghamTensors

extension OperatorTable {
  static let resizes: [String: OperatorTranslator] = [
    "Resize": { node in
      if node.operatorSet < 11 {
        try node.requireInputs(2...2)
        return try node.emitScaling(by: node.constant(1)?.tensor?.scalars)
      }
      try node.requireInputs(1...4)
      try node.emit(.resize(node.resize()))
    },
    "Upsample": { node in
      if node.operatorSet < 9 {
        try node.requireInputs(1...1)
        return try node.emitScaling(by: node.attributes.required("scales", node.attributes.floats("scales")))
      }
      try node.requireInputs(2...2)
      try node.emitScaling(by: node.constant(1)?.tensor?.scalars, onlyEnlarges: true)
    },
  ]
}

extension NodeTranslation {
  /// Upsample, and Resize in operator set 10: no coordinates to choose. Output element o reads from o ÷ scale, and
  /// nearest means the element before that point where the picture grows, the one behind it where it shrinks.
  fileprivate func emitScaling(by scales: [Float]?, onlyEnlarges: Bool = false) throws {
    var resize = Resize(mode: try mode(), coordinates: .asymmetric, rounding: .floor)
    resize.scales = scales
    if resize.mode == .nearest {
      guard scales != nil || onlyEnlarges else {
        throw unsupported("scales that are not constant", advice: "Convert the model to operator set 11 or later.")
      }
      let enlarges = (scales ?? []).contains { $0 > 1 }
      let shrinks = (scales ?? []).contains { $0 < 1 }
      guard !(enlarges && shrinks) else {
        throw unsupported(
          "scales above and below 1 at once", advice: "Convert the model to operator set 11 or later.")
      }
      if shrinks { resize.rounding = .ceil }
    }
    try emit(.resize(resize), reading: scales == nil ? [input(0), nil, input(1)] : [input(0)])
  }

  private func mode() throws -> Resize.Mode {
    switch try attributes.string("mode") ?? "nearest" {
    case "nearest": .nearest
    case "linear", "bilinear": .linear
    case "cubic": .cubic
    case let other: throw malformed("attribute 'mode' is '\(other)'")
    }
  }

  fileprivate func resize() throws -> Resize {
    var resize = Resize(mode: try mode())
    resize.rounding = try rounding()
    switch try attributes.string("coordinate_transformation_mode") ?? "half_pixel" {
    case "half_pixel": resize.coordinates = .halfPixel
    case "half_pixel_symmetric": resize.coordinates = .halfPixelSymmetric
    case "pytorch_half_pixel": resize.coordinates = .pytorchHalfPixel
    case "align_corners": resize.coordinates = .alignCorners
    case "asymmetric": resize.coordinates = .asymmetric
    case "tf_crop_and_resize": resize.coordinates = .cropAndResize
    case "tf_half_pixel_for_nn":
      // Operator set 11 only: half a pixel further than half_pixel, so rounding down there is rounding to nearest here.
      resize.coordinates = .halfPixel
      switch (resize.mode, resize.rounding) {
      case (.nearest, .floor): resize.rounding = .roundPreferCeil
      case (.nearest, .roundPreferFloor): resize.rounding = .ceil
      default: throw unsupported("coordinates 'tf_half_pixel_for_nn' in this mode")
      }
    case let other: throw malformed("attribute 'coordinate_transformation_mode' is '\(other)'")
    }
    resize.cubicCoefficient = try attributes.float("cubic_coeff_a") ?? -0.75
    resize.excludesOutside = try attributes.flag("exclude_outside") ?? false
    resize.extrapolationValue = try attributes.float("extrapolation_value") ?? 0
    resize.antialiases = try attributes.flag("antialias") ?? false
    resize.axes = try attributes.axes()
    switch try attributes.string("keep_aspect_ratio_policy") ?? "stretch" {
    case "stretch": resize.aspectPolicy = .stretch
    case "not_larger": resize.aspectPolicy = .notLarger
    case "not_smaller": resize.aspectPolicy = .notSmaller
    case let other: throw malformed("attribute 'keep_aspect_ratio_policy' is '\(other)'")
    }
    return resize
  }

  private func rounding() throws -> Resize.Rounding {
    switch try attributes.string("nearest_mode") ?? "round_prefer_floor" {
    case "round_prefer_floor": .roundPreferFloor
    case "round_prefer_ceil": .roundPreferCeil
    case "floor": .floor
    case "ceil": .ceil
    case let other: throw malformed("attribute 'nearest_mode' is '\(other)'")
    }
  }
}
