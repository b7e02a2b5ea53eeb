import GinghamDiagnosis
import GinghamDocuments
import GinghamLattices

/// What a net or a set of pictures must keep to. What is `nil` is not looked at.
public struct CheckLimits: Encodable, Hashable, Sendable {
  /// Of pictures and samples: the share of the fine detail that a band may have beyond chance. A band breaks it where it
  /// also stands out of its surroundings and of the control, as `measure` judges it.
  public var bands: PeriodLimits?
  /// Of the input gradient: the bias-corrected CV² of the whole lattice (under `all`) and of single bands.
  public var gradient: PeriodLimits?
  /// Of a set: what all pictures may have alike on a band though none shows it by itself, root mean square in 8-bit
  /// levels.
  public var faint: Double?
  /// The median over the pictures of the Gaussian that would explain their spectra, σ in pixels.
  public var blur: Double?
  /// The median over the pictures of the bits of the levels found, which must not be less.
  public var banding: Double?
  /// By what share of itself a figure may get worse than the baseline's.
  public var drift: Double?

  /// None.
  public init() {}

  /// What is looked at where nobody names any: the thresholds of the verbs that measure the same.
  public static let usual: CheckLimits = {
    var limits = CheckLimits()
    limits.bands = PeriodLimits(all: LatticeThresholds().excessShare)
    limits.gradient = PeriodLimits(all: 0.05)
    limits.faint = 0
    limits.blur = DiagnosisThresholds().blurSigma
    limits.banding = DiagnosisThresholds().bits
    return limits
  }()

  /// By what a figure may get worse where a baseline is named and nobody says by how much.
  public static let usualDrift = 0.25

  /// Whether nothing is limited but changes.
  var areNone: Bool { bands == nil && gradient == nil && faint == nil && blur == nil && banding == nil }

  /// These, and of those that are not named the others'.
  func filled(from other: CheckLimits) -> CheckLimits {
    var limits = self
    limits.bands = bands ?? other.bands
    limits.gradient = gradient ?? other.gradient
    limits.faint = faint ?? other.faint
    limits.blur = blur ?? other.blur
    limits.banding = banding ?? other.banding
    limits.drift = drift ?? other.drift
    return limits
  }

  /// Periods that pictures are measured on: the usual ones, and those with a limit of their own.
  var periods: [Int] { Set(Periods.usual.list + (bands.map { Array($0.periods.keys) } ?? [])).sorted() }

  /// - Throws: ``SettingError``.
  func validate() throws {
    for (value, setting) in [(faint, "faint"), (blur, "blur"), (drift, "drift")] {
      if let value { try SettingError.require(PeriodLimits.isLimit(value), setting, value, "a number from 0") }
    }
    if let banding {
      try SettingError.require(Self.bits.contains(banding), "banding", banding, "bits from 0 to 8")
    }
  }

  private static let bits = 0.0...8
}

extension CheckLimits {
  /// Reads a file of limits:
  ///
  ///     bands: {2: 0.01, 4: 0.02}
  ///     faint: 0
  ///     gradient: {all: 0.05}
  ///
  /// - Throws: ``DocumentError`` with the line of the mistake, ``FormatError`` where the file cannot be read.
  public init(yaml path: String) throws { try self.init(DocumentNode(path: path)) }

  init(_ root: DocumentNode) throws {
    for (key, place, value) in try root.pairs("limits") {
      switch key {
      case "bands": bands = try PeriodLimits(value, key)
      case "gradient": gradient = try PeriodLimits(value, key)
      case "faint": faint = try value.limit(key)
      case "blur": blur = try value.limit(key)
      case "drift": drift = try value.limit(key)
      case "banding":
        banding = try value.number(key)
        guard let banding, Self.bits.contains(banding) else { throw value.failure("banding takes bits from 0 to 8") }
      default:
        throw place.unknown("limit", key, known: ["bands", "gradient", "faint", "blur", "banding", "drift"])
      }
    }
    if areNone, drift == nil { throw root.failure("there are no limits") }
  }
}

extension PeriodLimits {
  fileprivate init(_ node: DocumentNode, _ key: String) throws {
    self.init()
    guard node.isMapping else {
      all = try node.limit(key)
      return
    }
    for (name, place, value) in try node.pairs(key) {
      guard add(try value.limit("\(key) of \(name)"), under: name) else {
        throw place.failure(
          "'\(key)' limits periods from \(Periods.bounds.lowerBound) to \(Periods.bounds.upperBound), each once, and "
            + "'\(Self.allName)', not '\(name)'")
      }
    }
    if least == nil { throw node.failure("'\(key)' limits nothing") }
  }
}

extension DocumentNode {
  fileprivate func limit(_ what: String) throws -> Double {
    let value = try number(what)
    guard PeriodLimits.isLimit(value) else { throw failure("\(what) takes a number from 0, not \(value)") }
    return value
  }
}
