import GinghamImaging
import GinghamLattices
import GinghamTensors

/// Measures pictures, or gradients saved as arrays, on the lattices of given periods.
public struct MeasureRun: Sendable {
  public enum Periods: Hashable, Sendable {
    case listed([Int])
    /// The strongest lattice of 2…64 pixels is sought first; its divisors are then measured.
    case search

    /// What a bare picture is measured on.
    public static let standard = Periods.listed(Lattice.usualPeriods)
  }

  public enum Kind: String, Hashable, Sendable, CaseIterable {
    /// Signed lattice energy: the sign of a pixel matters.
    case picture
    /// Power unevenness: only the squares of a map matter.
    case gradient
  }

  public var periods: Periods
  public var thresholds: LatticeThresholds
  public var kind: Kind
  /// Whether every picture's spectra are kept, and cosine spectra computed.
  public var keepsSpectra: Bool
  public var threads: Int

  public init(
    periods: Periods = .standard, thresholds: LatticeThresholds = LatticeThresholds(), kind: Kind = .picture,
    keepsSpectra: Bool = false, threads: Int = 1
  ) {
    self.periods = periods
    self.thresholds = thresholds
    self.kind = kind
    self.keepsSpectra = keepsSpectra
    self.threads = threads
  }

  /// What a run found, and what can be drawn of it.
  public struct Result: Sendable {
    public let findings: MeasureFindings
    /// Mean power of the high-passed pictures, H×W of the commonest size; `nil` for gradients and constant pictures.
    let spectrum: (power: Plane, maps: Int)?
    /// Mean logarithm of the cosine transform of the commonest size.
    let cosine: (logMagnitude: Plane, pictures: Int)?
    /// Mean energy of each phase, for gradients.
    let phases: PhaseTable?
  }

  /// Measures files, folders and patterns. Files that cannot be measured are listed in the findings.
  ///
  /// - Parameter progress: told what is done and how many files are through.
  /// - Throws: ``MeasureError`` where there are no files or none of them can be measured, ``ArtifactError`` for bad
  ///   periods.
  public func result(
    _ paths: [String], progress: (_ what: String, _ done: Int, _ count: Int) -> Void = { _, _, _ in }
  ) throws -> Result {
    let files = try InputFiles.files(paths)
    guard !files.isEmpty else { throw MeasureError.noPictures(in: paths) }
    switch kind {
    case .picture: return try pictures(files.map(Source.file), progress: progress)
    case .gradient: return try gradients(files, progress: progress)
    }
  }

  /// Measures pictures in memory: N×C×H×W, named by `name`.
  ///
  /// - Throws: ``MeasureError`` where none of them can be measured, ``ArtifactError`` for bad periods.
  public func result(
    ofPictures pictures: Tensor, name: (Int) -> String,
    progress: (_ what: String, _ done: Int, _ count: Int) -> Void = { _, _, _ in }
  ) throws -> Result {
    let planes = try Plane.planes(of: pictures)
    let channels = pictures.shape[1]
    return try self.pictures(
      (0..<pictures.shape[0]).map { index in
        .memory(
          Sample(
            name: name(index), channels: Array(planes[(index * channels)..<((index + 1) * channels)]), isArray: true))
      }, progress: progress)
  }

  /// One sample of a file: its channels, and what it is called.
  struct Sample: Sendable {
    var name: String
    var channels: [Plane]
    /// Whether it comes from an array, whose elements may have signs.
    var isArray = false

    var height: Int { channels[0].height }
    var width: Int { channels[0].width }
  }

  /// The samples of a file: one of a picture, N of an array N×C×H×W.
  static func samples(of path: String) throws -> [Sample] {
    guard path.lowercased().hasSuffix(".npy") else {
      let picture = try Picture(contentsOf: path, transparency: .dropped)
      return [Sample(name: path, channels: try Plane.planes(of: picture.pixels))]
    }
    let array = try Tensor(npy: path)
    let planes: [Plane]
    do {
      planes = try Plane.planes(of: array)
    } catch let error as ArtifactError {
      throw MapError(path: path, error: error)
    }
    let channels = array.shape.rank >= 3 ? array.shape[array.shape.rank - 3] : 1
    guard !planes.isEmpty, channels > 0 else { throw MapError(path: path, error: .noMaps) }
    let count = planes.count / channels
    return (0..<count).map { index in
      Sample(
        name: count > 1 ? "\(path)[\(index)]" : path,
        channels: Array(planes[(index * channels)..<((index + 1) * channels)]), isArray: true)
    }
  }

  /// What became of one file.
  enum Outcome<Measured: Sendable>: Sendable {
    case measured([Measured])
    case skipped(MeasureFindings.Skipped)
  }

  /// Where samples come from: files that are read one after the other, or memory.
  enum Source: Sendable {
    case file(String)
    case memory(Sample)

    var name: String {
      switch self {
      case .file(let path): path
      case .memory(let sample): sample.name
      }
    }

    /// Whether it may hold several samples.
    var isArray: Bool { if case .file(let path) = self { path.lowercased().hasSuffix(".npy") } else { false } }

    func samples() throws -> [Sample] {
      switch self {
      case .file(let path): try MeasureRun.samples(of: path)
      case .memory(let sample): [sample]
      }
    }
  }

  /// Sources in parallel, results handed over in the sources' order.
  func forEach<Measured: Sendable>(
    _ sources: [Source], measure: @Sendable (Sample) throws -> Measured,
    progress: (_ done: Int, _ count: Int) -> Void, use: (Outcome<Measured>) -> Void
  ) {
    progress(0, sources.count)
    var done = 0
    ThreadTeam(threads: threads).forEach(sources, ahead: 4 * threads) { source -> Outcome<Measured> in
      do {
        return .measured(
          try source.samples().map { sample in
            do {
              return try measure(sample)
            } catch let error as ArtifactError {
              throw MapError(path: sample.name, error: error)
            }
          })
      } catch {
        return .skipped(.init(path: source.name, reason: "\(error)"))
      }
    } use: { outcome in
      use(outcome)
      done += 1
      progress(done, sources.count)
    }
  }
}

/// What keeps a file's map from being measured.
struct MapError: Error, CustomStringConvertible {
  let path: String
  let error: ArtifactError

  var description: String { "'\(path)': \(error)" }
}
