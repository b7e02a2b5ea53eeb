import Foundation
import GinghamGeneration
import GinghamReporting
import GinghamTensors

/// What goes through a generator: drawn latents, those of a file, or pictures.
struct GeneratorInputs {
  /// Where they come from.
  private enum Source {
    /// N×… as the network takes them.
    case numbers(Tensor)
    /// Each is read when it is wanted, as there may be many.
    case pictures(of: Generator)
  }

  private let source: Source
  /// The samples' names in findings: the pictures' paths, or the files that drawn samples are written to.
  let names: [String]
  /// Files that are no pictures.
  var skipped: [SkippedFile] = []
  /// Whether the seed decided.
  var isDrawn = false

  /// - Parameters:
  ///   - images: files, folders and patterns; empty for a network that takes latents.
  ///   - latents: a .npy file in place of drawn latents.
  ///   - flat: whether inputs are drawn that are the same everywhere.
  ///   - keepingPictures: whether all that is made of them will be in memory at once.
  /// - Throws: ``GeneratorError`` where the network takes the one and was given the other, ``MeasureError`` and
  ///   ``ImageError`` where no picture can be read, ``FormatError``.
  init(
    for generator: Generator, samples: Int, seed: UInt64, images: [String], latents: String? = nil, flat: Bool = false,
    keepingPictures: Bool = false, in context: RunContext
  ) throws {
    let specification = generator.model.source.specification
    if flat {
      try Self.check(samples, of: generator, keepingPictures)
      let inputs = try generator.flatInputs(samples, seed: seed)
      (source, isDrawn, names) = (.numbers(inputs), true, Self.names(of: inputs, of: generator))
      return
    }
    switch generator.source {
    case .latents(let extents) where !images.isEmpty:
      throw GeneratorError.takesLatents(model: specification, shape: extents)
    case .pictures where images.isEmpty: throw GeneratorError.takesPictures(model: specification)
    case .pictures:
      let files = try InputFiles.files(images)
      guard !files.isEmpty else { throw MeasureError.noPictures(in: images) }
      let (read, skipped) = try context.each(files, counting: "reading pictures") { path in
        _ = try generator.input(pictureAt: path)
        return path
      }
      (source, names, self.skipped) = (.pictures(of: generator), read, skipped)
    case .latents:
      let inputs: Tensor
      if let latents {
        inputs = try generator.latents(npy: latents)
      } else {
        try Self.check(samples, of: generator, keepingPictures)
        inputs = try generator.latents(samples, seed: seed)
        isDrawn = true
      }
      (source, names) = (.numbers(inputs), Self.names(of: inputs, of: generator))
    }
  }

  /// Inputs that are there already, N×… as the network takes them.
  init(_ inputs: Tensor, of generator: Generator) {
    (source, names) = (.numbers(inputs), Self.names(of: inputs, of: generator))
  }

  var count: Int { names.count }

  /// N×… as the network takes them; `nil` of pictures.
  var numbers: Tensor? { if case .numbers(let tensor) = source { tensor } else { nil } }

  /// Some of them, N×… as the network takes them.
  ///
  /// - Throws: ``ImageError`` where a picture cannot be read any more.
  func slice(_ range: Range<Int>) throws -> Tensor {
    switch source {
    case .numbers(let tensor): tensor.slice(axis: 0, range)
    case .pictures(let generator): .stacked(try names[range].map(generator.input(pictureAt:)))
    }
  }

  private static func names(of samples: Tensor, of generator: Generator) -> [String] {
    let ending = generator.isSound ? "wav" : "png"
    return (0..<samples.shape[0]).map { "samples/\(String(format: "%04d", $0)).\(ending)" }
  }

  /// - Throws: ``GeneratorError/tooMany(samples:limit:)``.
  private static func check(_ samples: Int, of generator: Generator, _ keepingPictures: Bool) throws {
    let (input, picture) = (generator.model.inputShape(batch: 1).elementCount, generator.pictureShape.reduce(1, *))
    let limit = min(
      elementLimit / max(input, 1), (keepingPictures ? elementLimit : pictureLimit) / max(picture, 1))
    guard samples <= limit else { throw GeneratorError.tooMany(samples: samples, limit: limit) }
  }

  /// Elements in memory: 2 GiB.
  private static let elementLimit = 1 << 29
  /// Elements on the disk: 64 GiB.
  private static let pictureLimit = 1 << 34
}
