import GinghamFeatureVisualization

extension Recipe {
  /// The recipe as YAML, every setting written out; reading it gives the same recipe.
  public var yaml: String {
    var lines = ["preset: \(preset)"]
    func add(_ key: String, _ value: String) { lines.append("\(key): \(value)") }
    add("size", size.map { "\($0.height)x\($0.width)" } ?? "network")
    add("input-size", inputSize.map { "\($0.height)x\($0.width)" } ?? "picture")
    add("steps", "\(steps)")
    add("batch", "\(batch)")
    add("draws", "\(draws)")
    add("parameterization", parameterization.name)
    switch parameterization {
    case .pixel(let deviation): add("deviation", Self.short(deviation))
    case .fourier(let decay, let deviation):
      add("decay", Self.short(decay))
      add("deviation", Self.short(deviation))
    case .laplacian(let levels, let deviation):
      add("levels", "\(levels)")
      add("deviation", Self.short(deviation))
    case .maco(let spectrum): add("spectrum", spectrum.map(Self.quoted) ?? "1/f")
    }
    switch colour {
    case .none: add("colour", "none")
    case .decorrelated: add("colour", "decorrelated")
    case .measured(let folder): add("colour", "{measured: \(Self.quoted(folder))}")
    }
    add("range", range.rawValue)
    add("optimizer", optimizer.rawValue)
    add("rate", Self.short(rate))
    lines += Self.list("transforms", transforms.map(\.yaml))
    if penalties.isEmpty {
      add("penalties", "{}")
    } else {
      lines.append("penalties:")
      lines += penalties.map { "  " + $0.yaml }
    }
    add("relative-penalties", "\(relativePenalties)")
    lines += Self.list("gradient", conditioning.map(\.yaml))
    add("smooth-strides", "\(smoothsStrides)")
    add("octaves", "\(octaves.count)")
    add("octave-ratio", Self.short(octaves.ratio))
    add("tile", tile.map(String.init) ?? "none")
    add("redirected-steps", "\(redirectedSteps)")
    add("snapshots", "[\(snapshots.map(String.init).joined(separator: ", "))]")
    return lines.joined(separator: "\n") + "\n"
  }

  private static func list(_ key: String, _ entries: [String]) -> [String] {
    entries.isEmpty ? ["\(key): []"] : ["\(key):"] + entries.map { "  - \($0)" }
  }

  /// Whole numbers without a point.
  fileprivate static func short(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e15 ? String(Int(value)) : String(value)
  }

  fileprivate static func short(_ values: [Double]) -> String {
    "[\(values.map(short).joined(separator: ", "))]"
  }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\", "\"": result += "\\\(scalar)"
      case _ where scalar.isInvisible:
        let digits = String(scalar.value, radix: 16)
        result += "\\U" + String(repeating: "0", count: 8 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}

extension PictureTransform {
  fileprivate var yaml: String {
    switch self {
    case .pad(let pixels), .jitter(let pixels), .roll(let pixels): "\(name): \(pixels)"
    case .latticeJitter(let period): "\(name): \(period.map(String.init) ?? "network")"
    case .scale(let values), .rotate(let values): "\(name): \(Recipe.short(values))"
    case .randomCrop(let crop):
      "\(name): {from: \(Recipe.short(crop.from)), to: \(Recipe.short(crop.to)), "
        + "smallest: \(Recipe.short(crop.smallest)), largest: \(Recipe.short(crop.largest)), "
        + "spread: \(Recipe.short(crop.spread))}"
    case .blur(let value), .noise(let value): "\(name): \(Recipe.short(value))"
    case .flip: name
    }
  }
}

extension WeightedPenalty {
  fileprivate var yaml: String {
    if case .lattice(let period) = kind {
      return "lattice: {weight: \(Recipe.short(weight)), period: \(period.map(String.init) ?? "network")}"
    }
    return "\(name): \(Recipe.short(weight))"
  }
}

extension GradientConditioning {
  fileprivate var yaml: String {
    switch self {
    case .blur(let sigma): "blur: \(Recipe.short(sigma))"
    case .laplacian: "laplacian"
    case .inverseFrequency: "inverse-frequency"
    case .lowPass(let radius): "low-pass: \(Recipe.short(radius))"
    case .notch(let period): "notch: \(period.map(String.init) ?? "network")"
    }
  }
}
