import GinghamDiagnosis
import GinghamImaging
import GinghamLattices
import GinghamReporting
import GinghamTensors

extension PictureSample {
  /// The samples of a file: one of a picture, N of an array N×C×H×W.
  ///
  /// - Throws: ``ImageError``, ``FormatError``, ``MapError``.
  static func samples(of path: String) throws -> [PictureSample] {
    guard SamplePlace(path).isInArray else {
      let picture = try Picture(contentsOf: path, transparency: .dropped)
      return [PictureSample(SamplePlace(path), channels: try Plane.planes(of: picture.pixels))]
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
      PictureSample(
        SamplePlace(path, index: count > 1 ? index : nil),
        channels: Array(planes[(index * channels)..<((index + 1) * channels)]), isArray: true)
    }
  }

  /// One sample, read again.
  static func sample(at place: SamplePlace) throws -> PictureSample? {
    try samples(of: place.path).first { $0.place == place }
  }
}

extension SamplePlace {
  /// Whether its file may hold several samples, and numbers of any sign.
  var isInArray: Bool { path.lowercased().hasSuffix(".npy") }

  var isJPEG: Bool { [".jpg", ".jpeg"].contains { path.lowercased().hasSuffix($0) } }
}

/// What keeps a file's map from being measured.
struct MapError: Error, CustomStringConvertible {
  let path: String
  let error: ArtifactError

  var description: String { "'\(path)': \(error)" }
}

/// What is measured, and knows where it came from.
protocol PlacedSample: Sendable {
  var place: SamplePlace { get }
}

extension PictureSample: PlacedSample {}
extension SoundSample: PlacedSample {}

/// What became of one file.
private enum SampledFile<Measured: Sendable>: Sendable {
  case measured([Measured])
  case skipped(SkippedFile)
}

extension RunContext {
  /// Measures the samples of files, several files at once, and hands over what each gave in the files' order. Files of
  /// which a sample cannot be measured are left out with their reason.
  ///
  /// - Throws: ``InterruptionError``.
  func eachSample<Measured: Sendable>(
    _ files: [String], counting what: String, measure: @Sendable (PictureSample) throws -> Measured,
    use: ([Measured]) -> Void
  ) throws -> [SkippedFile] {
    try each(files, counting: what, samples: PictureSample.samples, measure: measure, use: use)
  }

  /// The same of samples of any kind.
  ///
  /// - Parameter samples: reads a file.
  /// - Throws: ``InterruptionError``.
  func each<Sample: PlacedSample, Measured: Sendable>(
    _ files: [String], counting what: String, samples: @Sendable (String) throws -> [Sample],
    measure: @Sendable (Sample) throws -> Measured, use: ([Measured]) -> Void
  ) throws -> [SkippedFile] {
    let isInterrupted = Interruption.current
    var skipped: [SkippedFile] = []
    var done = 0
    progress.step(what, 0, of: files.count)
    team.forEach(files, ahead: 4 * team.threads) { file -> SampledFile<Measured> in
      guard !isInterrupted() else { return .measured([]) }
      do {
        return .measured(
          try samples(file).map { sample in
            do {
              return try measure(sample)
            } catch let error as ArtifactError {
              throw MapError(path: sample.place.name, error: error)
            }
          })
      } catch {
        return .skipped(SkippedFile(path: file, reason: "\(error)"))
      }
    } use: { result in
      switch result {
      case .measured(let measured): use(measured)
      case .skipped(let file): skipped.append(file)
      }
      done += 1
      progress.step(what, done, of: files.count)
    }
    try Interruption.check()
    return skipped
  }
}
