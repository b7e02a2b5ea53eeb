import Foundation
import GinghamAudio
import GinghamImaging
import GinghamReporting
import GinghamTensors

extension RunFolder {
  /// Writes sounds as WAV (`samples/0000.wav`; of many the first ones), as `samples.npy` in −1…1, and the spectrograms of the
  /// first of them as `spectrogram.png`.
  ///
  /// - Parameter samples: N×C×1×L in 0…1, of which ½ is silence.
  /// - Throws: ``SoundError``, ``ImageError``, ``FormatError``, what making them does.
  func writeSounds(_ samples: SampledPictures, depth: Sound.Depth, rate: Int) throws {
    let files = PictureNames(samples.inputs.names, ending: "wav").files
    var shown: [Figure] = []
    try writeArray(of: samples) { start, pictures in
      let signed = pictures.map { 2 * $0 - 1 }
      for index in 0..<min(signed.shape[0], max(0, samples.withFiles - start)) {
        let file = files[start + index]
        let sound = try Sound(signed.sample(index), rate: rate)
        try write(file, data: Data(try sound.wav(depth: depth, path: file)))
        if shown.count < 4 { shown.append(try sound.spectrogramPlot("Spectrogram of \(file)").figure()) }
      }
      return signed
    }
    try write("spectrogram.png", figure: Figure.row(shown))
  }
}

extension Sound {
  /// Levels over time and frequency.
  func spectrogramPlot(_ title: String) -> MatrixPlot {
    let spectrogram = Spectrogram(of: self)
    let top = spectrogram.levels.withUnsafeBufferPointer { $0.max() ?? 0 }
    let low = max(Spectrogram.floor, top - 80)
    return MatrixPlot(
      title, values: spectrogram.levels.resized(height: 256, width: 384).map { max($0, low) },
      range: Double(low)...Double(max(top, low + 1)),
      barLabel: "dB of full scale", x: Axis("time (s)", range: 0...(Double(length) / Double(rate))),
      y: Axis("frequency (Hz)", range: 0...(Double(rate) / 2)))
  }
}
