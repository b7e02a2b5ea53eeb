import Foundation
import GinghamGeneration
import GinghamImaging
import GinghamReporting
import GinghamTensors

extension RunFolder {
  /// Writes samples as PNG (`samples/0000.png` or under the names of their pictures; of many the first ones) and
  /// `samples.npy`.
  ///
  /// - Throws: ``ImageError``, ``FormatError``, what making them does.
  func write(_ samples: SampledPictures, depth: BitDepth, on team: ThreadTeam) throws {
    let files = PictureNames(samples.inputs.names).files
    try writeArray(of: samples) { start, pictures in
      let encoded = team.map(Array(0..<min(pictures.shape[0], max(0, samples.withFiles - start)))) { index in
        Result { try Picture(pictures.sample(index)).encodedPNG(path: files[start + index], depth: depth) }
      }
      for (index, png) in encoded.enumerated() { try write(files[start + index], data: Data(png.get())) }
      return pictures
    }
  }

  /// Writes `samples.npy`: N×C×H×W.
  ///
  /// - Parameter values: makes of each portion, as ``SampledPictures/forEach(_:)`` hands it over, what the array holds.
  func writeArray(
    of samples: SampledPictures, _ values: (_ start: Int, _ pictures: Tensor) throws -> Tensor
  ) throws {
    try write("samples.npy") { path in
      try Tensor.write(npy: path, shape: Shape([samples.count] + samples.shape)) { append in
        try samples.forEach { try append(values($0, $1)) }
      }
    }
  }
}

extension Picture {
  /// Pictures 1×C×H×W side by side, none of them scaled.
  static func contactSheet(of pictures: [Tensor]) throws -> Picture {
    let columns = Int(Double(pictures.count).squareRoot().rounded(.up))
    return try .montage(pictures.map { try Picture($0) }, columns: columns)
  }
}

/// Names of the files that samples are written to.
struct PictureNames {
  let files: [String]

  /// Drawn samples have names already; those made of pictures take the pictures' names, each once.
  init(_ paths: [String], ending: String = "png") {
    var taken: Set<String> = []
    files = paths.map { path in
      let stem = URL(filePath: path).deletingPathExtension().lastPathComponent
      var (name, number) = ("samples/\(stem).\(ending)", 2)
      while !taken.insert(name).inserted {
        name = "samples/\(stem)-\(number).\(ending)"
        number += 1
      }
      return name
    }
  }
}

extension ColourDependence {
  /// The grid's strength against the distance from the mean colour, with the mean of each tenth of the blocks.
  var plot: Plot {
    let sorted = points.sorted { $0.distance < $1.distance }
    let share = max(1, (sorted.count + 9) / 10)
    let tenths = stride(from: 0, to: sorted.count, by: share).map { sorted[$0..<min($0 + share, sorted.count)] }
    func mean(_ part: ArraySlice<Point>, _ value: (Point) -> Double) -> Double {
      part.map(value).reduce(0, +) / Double(part.count)
    }
    let centres = tenths.map { mean($0, \.distance) }
    let title = String(
      format: "Grid of period %d and strong colours: r = %.2f (control %.2f)", figures.period, figures.correlation,
      figures.controlCorrelation)
    return Plot(
      title, x: Axis("distance of a block from the mean colour"),
      y: Axis("amplitude (levels of 255, rms)"),
      series: [
        Series("a block of \(figures.side) px", x: points.map(\.distance), y: points.map(\.strength), style: .points),
        Series("mean of a tenth", x: centres, y: tenths.map { mean($0, \.strength) }, style: .lineWithPoints),
        Series(
          "control: period \(figures.controlPeriod)", x: centres, y: tenths.map { mean($0, \.control) },
          style: .dashedLine),
      ], plotSize: (520, 300))
  }
}
