import Foundation
import GinghamFeatureVisualization

/// What `compare` is asked to do.
public struct CompareSettings: Encodable, Hashable, Sendable {
  /// A recipe under the name that it has in the table.
  public struct Mitigation: Hashable, Sendable {
    /// As it was asked for: a preset, or a file.
    public var written: String
    /// Of ``factorial(_:)``: what it is called.
    private var variant: String?
    /// What ``written`` stands for, changes applied. Its batch is of no meaning: the seeds are the batch.
    public var recipe: Recipe

    /// - Parameters:
    ///   - written: a preset's name, or a recipe file that ends in `.yaml` or `.yml`.
    ///   - changes: names of settings, their values, and what complaints call each.
    /// - Throws: ``DocumentError``, ``FormatError``, ``VisualizationError``.
    public init(_ written: String, changes: [(name: String, value: String, source: String)] = []) throws {
      self.written = written
      let isFile = Self.isFile(written)
      recipe = try Recipe(preset: isFile ? nil : written, file: isFile ? written : nil, changes: changes)
    }

    /// A variant of one that was asked for.
    private init(_ name: String, of base: Mitigation, recipe: Recipe) {
      (written, variant, self.recipe) = (base.written, name, recipe)
    }

    /// The first; of each other one the first with one of its settings at a time, under the name `first+setting` (the
    /// other's in front where there are several), where more than one differs; and that other itself.
    public static func factorial(_ mitigations: [Mitigation]) -> [Mitigation] {
      guard let base = mitigations.first else { return [] }
      return [base]
        + mitigations.dropFirst().flatMap { other -> [Mitigation] in
          let changes = base.recipe.singleChanges(toward: other.recipe)
          guard changes.count > 1 else { return [other] }
          let prefix = mitigations.count > 2 ? "\(other.name)-" : ""
          return changes.map { .init("\(base.name)+\(prefix)\($0.name)", of: base, recipe: $0.recipe) } + [other]
        }
    }

    private static func isFile(_ name: String) -> Bool { name.hasSuffix(".yaml") || name.hasSuffix(".yml") }

    var isFile: Bool { Self.isFile(written) }
    /// What it is called in the table, in files and in reports: the preset, or the file's name without folder and
    /// extension.
    public var name: String {
      variant ?? (isFile ? URL(filePath: written).deletingPathExtension().lastPathComponent : written)
    }
  }

  /// What the pictures shall maximise; several are compared together.
  public var objectives: [String]
  /// The first is the one that the others are compared with.
  public var mitigations: [Mitigation]
  /// So many seeds for each, counted from ``seed``.
  public var seeds = 3
  /// Of the first picture of each objective and mitigation; the others' count up from it.
  public var seed: UInt64 = 0
  /// By what the table is sorted.
  public var sort = Comparison.Order.clean
  /// Of all recipes; `nil`: each its own. What the recipes hold counts, this is for the record.
  public var steps: Int?
  /// Of all recipes' pictures, as it was asked for; `nil`: each its own. For the record, as ``steps``.
  public var size: String?

  /// - Parameters:
  ///   - objectives: at least one.
  ///   - mitigations: at least one; the first is what the others are compared with.
  public init(objectives: [String], mitigations: [Mitigation]) {
    self.objectives = objectives
    self.mitigations = mitigations
  }

  /// - Throws: ``SettingError``, ``VisualizationError``.
  func validate() throws {
    guard !objectives.isEmpty, !mitigations.isEmpty else {
      throw SettingError.contradiction(
        settings: ["objective", "mitigations"], message: "give at least one objective and one mitigation")
    }
    try SettingError.require((1...1000).contains(seeds), "seeds", seeds, "a number from 1 to 1000")
    try SettingError.require(seed <= UInt64(Int.max) - 1000, "seed", seed, "a number up to \(Int.max - 1000)")
    guard Set(mitigations.map(\.name)).count == mitigations.count else {
      throw SettingError.contradiction(settings: ["mitigations"], message: "two mitigations have the same name")
    }
    for mitigation in mitigations { try mitigation.recipe.validate() }
  }
}

/// As it was asked for.
extension CompareSettings.Mitigation: Encodable {
  /// The preset's name, the file's path, or a variant's name. The recipe itself is written beside the findings.
  public func encode(to encoder: any Encoder) throws { try (variant ?? written).encode(to: encoder) }
}

extension CompareSettings: SettingOwner {
  /// Without anything to compare.
  public static let usual = CompareSettings(objectives: [], mitigations: [])

  /// All but the mitigations.
  public static let settings: [Setting<CompareSettings>] = [
    Setting(
      "objective", .words, \.objectives, "What the pictures shall maximise; several are compared together."
    ).required(),
    Setting("seeds", \.seeds, "Seeds for each, counted from the first."),
    Setting("seed", \.seed, "The first seed."),
    Setting(
      "sort", \.sort,
      """
      How the table is sorted: clean, by the narrowest lines and saturation together, activation, the strongest first, or \
      lattice, the least on the net's lattice first.
      """),
  ]
}

extension Comparison.Order: SettingValue {}

/// Which mitigations are compared, by their names, before their recipes are read.
public struct MitigationChoice: Hashable, Sendable {
  /// Presets, or recipe files.
  public var names = ["naive", "jitter", "multiscale", "frequency", "fourier", "robust", "lattice", "all"]
  /// Whether there are also the first with one setting of another at a time.
  public var isFactorial = false
  /// Of all recipes; `nil`: each its own.
  public var steps: Int?
  /// Of all recipes' pictures, as recipes have it; `nil`: each its own.
  public var size: String?

  /// All presets that mitigate something.
  public init() {}

  /// With these mitigations in place of the settings'.
  ///
  /// - Throws: ``DocumentError``, ``FormatError``, ``VisualizationError``.
  public func chosen(in settings: CompareSettings) throws -> CompareSettings {
    let changes = [("steps", steps.map(String.init)), ("size", size)].compactMap { name, value in
      value.map { (name: name, value: $0, source: Mention.option(name)) }
    }
    let asked = try names.map { try CompareSettings.Mitigation($0, changes: changes) }
    var settings = settings
    settings.mitigations = isFactorial ? CompareSettings.Mitigation.factorial(asked) : asked
    (settings.steps, settings.size) = (steps, size)
    return settings
  }
}

extension MitigationChoice: SettingOwner {
  /// As they are made.
  public static let usual = MitigationChoice()

  /// All of them.
  public static let settings: [Setting<MitigationChoice>] = [
    Setting("mitigations", .words, \.names, "Presets or recipe files.", valueName: "name"),
    Setting(
      "factorial", \.isFactorial,
      "Beside each mitigation the first one with one of its settings at a time, so that it shows which of them does what."
    ),
    Setting("steps", \.steps, "Steps of each run."),
    Setting("size", \.size, "Size of the pictures.", valueName: "HxW"),
  ]
}
