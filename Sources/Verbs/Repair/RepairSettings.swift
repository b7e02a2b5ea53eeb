import GinghamTensors
import GinghamRewriting

/// What `repair` is asked to do.
public struct RepairSettings: Encodable, Hashable, Sendable {
  /// Which layers are rewritten.
  public enum Layers: Hashable, Sendable {
    /// Of those behind a band that was measured to show, the ones whose rewriting helps.
    case uneven
    /// Every one the method applies to.
    case all
    /// These, by their names in the network.
    case named([String])
  }

  /// Which layers are rewritten.
  public var layers = Layers.uneven
  /// `nil`: whatever helps; of layers that are named equal phase sums for networks that paint, blur pools for all others.
  public var with: RewriteMethod?
  /// What a convolution behind a resize finds beyond the border.
  public var border = RewriteOptions.Border.zero
  /// Side of the kernel behind a resize; `nil`: as short as paints what the layer painted.
  public var kernel: Int?
  /// What a step by which a band's verdict falls (artifact, faint, clean) may change the output by, in units of its
  /// deviation: rewrites that change more for what they take away are left out. Of no meaning for layers that are named.
  /// `nil`: ``usualChange``, and where nothing comes of that, as much as it takes.
  public var mostChange: Double?
  /// What ``mostChange`` is where nobody says.
  public static let usualChange = 0.2
  /// Name of the ONNX file in the run's folder; `nil`: the model's with `-repaired` behind it.
  public var out: String?
  /// Samples, or seeded inputs, that are measured; `nil`: ``samplesOfPictures`` for networks that paint,
  /// ``samplesOfGradients`` for all others.
  public var samples: Int?
  /// Of the samples or inputs.
  public var seed: UInt64 = 0
  /// Pictures to measure with in place of seeded inputs.
  public var images: [String] = []
  /// Of the gradients.
  public var target = "top"

  /// ``samples`` of networks that paint, where nobody says how many.
  public static let samplesOfPictures = 64
  /// ``samples`` of all other networks, where nobody says how many.
  public static let samplesOfGradients = 16

  /// Of the layers behind a band that shows, in the ways that help.
  public init() {}

  var options: RewriteOptions { RewriteOptions(border: border, kernel: kernel) }

  /// - Throws: ``SettingError``.
  func validate() throws {
    try SettingError.require((1...65536).contains(samples ?? 1), "samples", samples ?? 0, "a number from 1 to 65536")
    try SettingError.require((1...64).contains(kernel ?? 1), "kernel", kernel ?? 0, "a number from 1 to 64")
    if let mostChange {
      try SettingError.require(mostChange > 0 && mostChange.isFinite, "most_change", mostChange, "a number above 0")
    }
    if kernel != nil, let method = with, method != .nearest, method != .bilinear {
      throw SettingError.contradiction(
        settings: ["kernel", "with"],
        message: "the kernel is that behind a resize: it goes with \(RewriteMethod.nearest.rawValue) or "
          + RewriteMethod.bilinear.rawValue)
    }
    if let out {
      try SettingError.require(
        out.isFileName && out.lowercased().hasSuffix(".onnx"), "out", out,
        "the name of a file in the run's folder that ends in .onnx")
    }
  }
}

extension RepairSettings.Layers: Encodable {
  /// `"uneven"`, `"all"`, or a list of names.
  public func encode(to encoder: any Encoder) throws {
    switch self {
    case .uneven: try "uneven".encode(to: encoder)
    case .all: try "all".encode(to: encoder)
    case .named(let names): try names.encode(to: encoder)
    }
  }
}

extension RepairSettings: SettingOwner {
  /// As they are made.
  public static let usual = RepairSettings()

  /// All of them.
  public static let settings: [Setting<RepairSettings>] = [
    Setting(
      "layer", .repeated, of: String.self, "A layer to rewrite; can be given several times.", valueName: "layer"
    ) {
      $0.layers = .named($1)
    },
    Setting("all", .flag, of: Bool.self, "Rewrite every layer the method applies to.") { settings, _ in
      settings.layers = .all
    }.excluding(["layer"]),
    Setting(
      "with", \.with,
      "How; whatever helps without it, and of named layers equalise for nets that paint, blurpool for all others."),
    Setting(
      "border", \.border,
      "What a convolution behind a resize finds beyond the border: zero, as in training, or reflect."),
    Setting("kernel", \.kernel, "Side of the kernel behind a resize; larger ones fit better and cost more."),
    Setting(
      "most_change", \.mostChange,
      """
      What a step by which a band's verdict falls may change the output by, in units of its deviation; larger values \
      repair more. Without it 0.2, and as much as it takes where nothing comes of that.
      """, valueName: "share"),
    Setting("out", \.out, "Name of the ONNX file in the output folder.", valueName: "file"),
    Setting(
      "samples", \.samples, "Samples or seeded inputs to measure with; 64 for nets that paint, 16 for all others."),
    Setting("seed", \.seed, "Seed of the samples."),
    Setting("images", .words, \.images, "Pictures to measure with in place of seeded inputs.").naming(.file()),
    .list(into: \.images),
    Setting("target", \.target, "What gradients are of.", valueName: "objective"),
  ]
}

extension RewriteMethod: SettingValue {}
extension RewriteOptions.Border: SettingValue {}
