import Foundation
import GinghamFeatureVisualization
import GinghamTensors

extension Recipe {
  /// Reads a recipe file. What it does not mention is as in the preset it names, or in `robust`.
  ///
  /// - Throws: ``RecipeError`` with the line, ``FormatError`` where the file cannot be read.
  public init(yaml path: String) throws {
    let file = try MappedFile(path: path)
    guard let text = String(bytes: file.bytes, encoding: .utf8) else {
      throw FormatError.unreadable(path: path, reason: "it is not UTF-8 text")
    }
    try self.init(yaml: text, source: path)
  }

  init(yaml text: String, source: String) throws {
    try self.init(RecipeNode(yaml: text, source: source), asking: "a recipe")
  }

  init(_ node: RecipeNode, asking what: String) throws {
    let pairs = try node.pairs(what)
    var recipe = try Recipe.preset("robust")
    if let named = pairs.first(where: { $0.key == "preset" }) {
      do {
        recipe = try Recipe.preset(named.value.text("preset"))
      } catch let error as VisualizationError {
        throw named.value.failure(error.description)
      }
    }
    for pair in pairs where pair.key != "preset" { try recipe.set(pair.key, at: pair.keyNode, to: pair.value) }
    self = recipe
  }

  /// Changes one setting, given as on the command line.
  ///
  /// - Throws: ``RecipeError`` that names the option.
  public mutating func set(option name: String, to text: String) throws {
    let node = try RecipeNode(yaml: text, source: "--" + name, isOption: true)
    try set(name, at: node, to: node)
  }

  /// Every setting, in the order of a printed recipe.
  static let settings = [
    "preset", "size", "input-size", "steps", "batch", "draws", "parameterization", "decay", "deviation", "levels",
    "spectrum", "colour", "range", "optimizer", "rate", "transforms", "penalties", "relative-penalties", "gradient",
    "smooth-strides",
    "octaves", "octave-ratio", "tile", "redirected-steps", "snapshots",
  ]

  private mutating func set(_ key: String, at place: RecipeNode, to value: RecipeNode) throws {
    switch key {
    case "size": size = try value.text(key) == "network" ? nil : PictureSize(value, key)
    case "input-size": inputSize = try value.text(key) == "picture" ? nil : PictureSize(value, key)
    case "steps": steps = try value.integer(key)
    case "batch": batch = try value.integer(key)
    case "draws": draws = try value.integer(key)
    case "parameterization": parameterization = try ParameterizationKind(value)
    case "decay", "deviation", "levels", "spectrum": try parameterization.set(key, at: place, to: value)
    case "colour": colour = try ColourChoice(value)
    case "range": range = try value.choice(key)
    case "optimizer": optimizer = try value.choice(key)
    case "rate": rate = try value.number(key)
    case "transforms": transforms = try value.list(key).map(PictureTransform.init)
    case "penalties": penalties = try value.pairs(key).map { try WeightedPenalty($0.key, $0.keyNode, $0.value) }
    case "relative-penalties": relativePenalties = try value.boolean(key)
    case "gradient": conditioning = try value.list(key).map(GradientConditioning.init)
    case "smooth-strides": smoothsStrides = try value.boolean(key)
    case "octaves": octaves.count = try value.integer(key)
    case "octave-ratio": octaves.ratio = try value.number(key)
    case "tile": tile = try value.text(key) == "none" ? nil : value.integer(key)
    case "redirected-steps": redirectedSteps = try value.integer(key)
    case "snapshots": snapshots = try value.list(key).map { try $0.integer("a snapshot") }
    default: throw place.unknown("setting", key, known: Self.settings)
    }
  }
}

extension PictureSize {
  init(_ node: RecipeNode, _ what: String) throws {
    let text = try node.text(what)
    let sides = text.lowercased().split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    guard let sides = sides as? [Int], (1...2).contains(sides.count), sides.allSatisfy({ $0 > 0 }) else {
      throw node.failure("\(what) is written HEIGHTxWIDTH, not '\(text)'")
    }
    self.init(height: sides[0], width: sides.last ?? sides[0])
  }
}

extension ParameterizationKind {
  fileprivate init(_ node: RecipeNode) throws {
    switch try node.text("parameterization") {
    case "pixel": self = .pixel()
    case "fourier": self = .fourier()
    case "laplacian": self = .laplacian()
    case "maco": self = .maco()
    case let word:
      throw node.unknown("parameterization", word, known: ["pixel", "fourier", "laplacian", "maco"])
    }
  }

  fileprivate mutating func set(_ key: String, at place: RecipeNode, to value: RecipeNode) throws {
    switch (self, key) {
    case (.pixel, "deviation"): self = .pixel(deviation: try value.number(key))
    case (.fourier(let decay, _), "deviation"): self = .fourier(decay: decay, deviation: try value.number(key))
    case (.fourier(_, let deviation), "decay"): self = .fourier(decay: try value.number(key), deviation: deviation)
    case (.laplacian(let levels, _), "deviation"):
      self = .laplacian(levels: levels, deviation: try value.number(key))
    case (.laplacian(_, let deviation), "levels"):
      self = .laplacian(levels: try value.integer(key), deviation: deviation)
    case (.maco, "spectrum"):
      let folder = try value.text(key)
      self = .maco(spectrum: folder == "1/f" ? nil : folder)
    default:
      throw place.failure("'\(key)' does not go with the parameterization '\(name)', or stands before it")
    }
  }
}

extension ColourChoice {
  fileprivate init(_ node: RecipeNode) throws {
    if node.isMapping {
      let pairs = try node.pairs("colour")
      guard pairs.count == 1, pairs[0].key == "measured" else {
        throw node.failure("colour is none, decorrelated, or 'measured: FOLDER'")
      }
      self = .measured(folder: try pairs[0].value.text("measured"))
      return
    }
    switch try node.text("colour") {
    case "none": self = .none
    case "decorrelated": self = .decorrelated
    case let word: throw node.unknown("colour", word, known: ["none", "decorrelated", "measured: FOLDER"])
    }
  }
}

/// `network`, or a number.
private func period(_ node: RecipeNode, _ what: String) throws -> Int? {
  try node.text(what) == "network" ? nil : node.integer(what)
}

extension PictureTransform {
  private static let names = [
    "pad", "jitter", "roll", "lattice-jitter", "scale", "rotate", "crop", "blur", "flip", "noise",
  ]

  fileprivate init(_ node: RecipeNode) throws {
    guard node.isMapping else {
      switch try node.text("a transform") {
      case "flip": self = .flip
      case "lattice-jitter": self = .latticeJitter(nil)
      case let word where Self.names.contains(word): throw node.failure("'\(word)' needs a value: '\(word): VALUE'")
      case let word: throw node.unknown("transform", word, known: Self.names)
      }
      return
    }
    let pairs = try node.pairs("a transform")
    guard pairs.count == 1 else { throw node.failure("a transform is one 'name: value'; begin each with a dash") }
    let (name, place, value) = pairs[0]
    func numbers() throws -> [Double] {
      value.isList ? try value.list(name).map { try $0.number(name) } : [try value.number(name)]
    }
    switch name {
    case "pad": self = .pad(try value.integer(name))
    case "jitter": self = .jitter(try value.integer(name))
    case "roll": self = .roll(try value.integer(name))
    case "lattice-jitter": self = .latticeJitter(try period(value, name))
    case "scale": self = .scale(try numbers())
    case "rotate": self = .rotate(try numbers())
    case "crop": self = .randomCrop(try RandomCrop(value))
    case "blur": self = .blur(try value.number(name))
    case "noise": self = .noise(try value.number(name))
    default: throw place.unknown("transform", name, known: Self.names)
    }
  }
}

extension RandomCrop {
  fileprivate init(_ node: RecipeNode) throws {
    self.init(from: 0.5, to: 0.05)
    for (key, place, value) in try node.pairs("crop") {
      switch key {
      case "from": from = try value.number(key)
      case "to": to = try value.number(key)
      case "smallest": smallest = try value.number(key)
      case "largest": largest = try value.number(key)
      case "spread": spread = try value.number(key)
      default: throw place.unknown("setting of crop", key, known: ["from", "to", "smallest", "largest", "spread"])
      }
    }
  }
}

extension WeightedPenalty {
  fileprivate init(_ key: String, _ place: RecipeNode, _ value: RecipeNode) throws {
    let known: [String: Kind] = [
      "l1": .l1, "l2": .l2, "total-variation": .totalVariation, "blur": .blur, "high-frequency": .highFrequency,
      "lattice": .lattice(),
    ]
    guard var kind = known[key] else { throw place.unknown("penalty", key, known: known.keys.sorted()) }
    guard value.isMapping else {
      self.init(kind, try value.number(key))
      return
    }
    var weight = 1.0
    for (name, place, value) in try value.pairs(key) {
      switch (key, name) {
      case (_, "weight"): weight = try value.number(name)
      case ("lattice", "period"): kind = .lattice(period: try period(value, name))
      default:
        throw place.unknown("setting of \(key)", name, known: key == "lattice" ? ["weight", "period"] : ["weight"])
      }
    }
    self.init(kind, weight)
  }
}

extension GradientConditioning {
  private static let names = ["blur", "laplacian", "inverse-frequency", "low-pass", "notch"]

  fileprivate init(_ node: RecipeNode) throws {
    guard node.isMapping else {
      switch try node.text("a gradient step") {
      case "laplacian": self = .laplacian
      case "inverse-frequency": self = .inverseFrequency
      case "notch": self = .notch(nil)
      case let word where Self.names.contains(word): throw node.failure("'\(word)' needs a value: '\(word): VALUE'")
      case let word: throw node.unknown("gradient step", word, known: Self.names)
      }
      return
    }
    let pairs = try node.pairs("a gradient step")
    guard pairs.count == 1 else { throw node.failure("a gradient step is one 'name: value'; begin each with a dash") }
    let (name, place, value) = pairs[0]
    switch name {
    case "blur": self = .blur(try value.number(name))
    case "low-pass": self = .lowPass(try value.number(name))
    case "notch": self = .notch(try period(value, name))
    default: throw place.unknown("gradient step", name, known: Self.names)
    }
  }
}
