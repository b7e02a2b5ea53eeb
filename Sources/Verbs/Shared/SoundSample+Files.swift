import GinghamAudio
import GinghamDiagnosis
import GinghamLattices
import GinghamTensors

extension SoundSample {
  /// The sounds of a file: one of a WAV file or of an array L or C×L, N of an array N×C×L or N×C×1×L.
  ///
  /// - Throws: ``FormatError``, ``MapError``.
  static func samples(of path: String) throws -> [SoundSample] {
    guard SamplePlace(path).isInArray else {
      let sound = try Sound(wav: path)
      return [
        SoundSample(SamplePlace(path), channels: try lines(of: sound.samples, length: sound.length), rate: sound.rate)
      ]
    }
    let array = try Tensor(npy: path)
    var extents = array.shape.dimensions
    if extents.count == 4, extents[2] == 1 { extents.remove(at: 2) }
    guard (1...3).contains(extents.count), array.count > 0 else {
      throw MapError(path: path, error: .badArgument("sounds are L, C×L or N×C×L, not \(array.shape)"))
    }
    let (count, length) = (extents.count == 3 ? extents[0] : 1, extents[extents.count - 1])
    let channels = extents.count == 1 ? 1 : extents[extents.count - 2]
    let lines: [Plane]
    do {
      lines = try self.lines(of: array, length: length)
    } catch let error as ArtifactError {
      throw MapError(path: path, error: error)
    }
    return (0..<count).map { index in
      SoundSample(
        SamplePlace(path, index: count > 1 ? index : nil),
        channels: Array(lines[(index * channels)..<((index + 1) * channels)]), rate: nil)
    }
  }

  private static func lines(of samples: Tensor, length: Int) throws -> [Plane] {
    try Plane.planes(of: samples.reshaped(to: [samples.count / length, 1, length]))
  }
}

extension String {
  /// Whether it names a WAV file.
  var isWAV: Bool { lowercased().hasSuffix(".wav") }
}
