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

extension RunContext {
  /// Measures the samples of files, several files at once, and adds what each gave to a set, in the files' order. Files of
  /// which a sample cannot be measured are left out with their reason. A run that goes on behind one that was cut short
  /// begins with the set that that one had gathered.
  ///
  /// - Parameters:
  ///   - what: is counted; no other loop of the run counts the same.
  ///   - set: empty; holds all files' samples afterwards.
  ///   - storing: makes the set of many files (``storesNumbers(of:)``) keep numbers on the disk.
  /// - Throws: ``InterruptionError``, ``FormatError/unwritable(path:reason:)``.
  func eachSample<Measured: Sendable, Gathered: Codable>(
    _ files: [String], counting what: String, into set: inout Gathered,
    storing: (inout Gathered, Storage) -> Void = { _, _ in },
    measure: @Sendable (PictureSample) throws -> Measured, add: (inout Gathered, Measured) -> Void
  ) throws -> [SkippedFile] {
    try each(
      files, counting: what, samples: PictureSample.samples, into: &set, storing: storing, measure: measure, add: add)
  }

  /// The same of samples of any kind.
  ///
  /// - Parameter samples: reads a file.
  /// - Throws: ``InterruptionError``, ``FormatError/unwritable(path:reason:)``.
  func each<Sample: PlacedSample, Measured: Sendable, Gathered: Codable>(
    _ files: [String], counting what: String, samples: @Sendable (String) throws -> [Sample], into set: inout Gathered,
    storing: (inout Gathered, Storage) -> Void = { _, _ in },
    measure: @Sendable (Sample) throws -> Measured, add: (inout Gathered, Measured) -> Void
  ) throws -> [SkippedFile] {
    let gathering = Gathering(set, of: files, counting: what, in: self, storing: storing)
    let skipped: [SkippedFile]
    (set, skipped, _) = try gathering.gather(ahead: 4 * team.threads) { file in
      try samples(file).map { sample in
        do {
          return try measure(sample)
        } catch let error as ArtifactError {
          throw MapError(path: sample.place.name, error: error)
        }
      }
    } add: { set, _, measured in
      for measurement in measured { add(&set, measurement) }
    }
    return skipped
  }
}
