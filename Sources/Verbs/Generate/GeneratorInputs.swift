import Foundation
import GinghamGeneration
import GinghamReporting
import GinghamTensors

/// What goes through a generator: drawn latents, those of a file, or pictures.
struct GeneratorInputs {
  /// N×… as the network takes them.
  let tensor: Tensor
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
  /// - Throws: ``GeneratorError`` where the network takes the one and was given the other, ``MeasureError`` and
  ///   ``ImageError`` where no picture can be read, ``FormatError``.
  init(
    for generator: Generator, samples: Int, seed: UInt64, images: [String], latents: String? = nil, flat: Bool = false,
    in context: RunContext
  ) throws {
    let specification = generator.model.source.specification
    if flat {
      try Self.check(samples, of: generator)
      tensor = try generator.flatInputs(samples, seed: seed)
      isDrawn = true
      names = Self.names(of: tensor, of: generator)
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
        (path: path, picture: try generator.input(pictureAt: path))
      }
      (tensor, names, self.skipped) = (.stacked(read.map(\.picture)), read.map(\.path), skipped)
    case .latents:
      if let latents {
        tensor = try generator.latents(npy: latents)
      } else {
        try Self.check(samples, of: generator)
        tensor = try generator.latents(samples, seed: seed)
        isDrawn = true
      }
      names = Self.names(of: tensor, of: generator)
    }
  }

  private static func names(of samples: Tensor, of generator: Generator) -> [String] {
    let ending = generator.isSound ? "wav" : "png"
    return (0..<samples.shape[0]).map { "samples/\(String(format: "%04d", $0)).\(ending)" }
  }

  /// - Throws: ``GeneratorError/tooMany(samples:limit:)``.
  private static func check(_ samples: Int, of generator: Generator) throws {
    let limit = elementLimit / max(generator.pictureShape.reduce(1, *), 1)
    guard samples <= limit else { throw GeneratorError.tooMany(samples: samples, limit: limit) }
  }

  /// Elements of all samples together: 2 GiB.
  private static let elementLimit = 1 << 29
}
