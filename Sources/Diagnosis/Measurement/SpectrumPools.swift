import GinghamLattices
import GinghamTensors

/// Radial spectra of a set, those of each size added up.
struct RadialSpectrumPool: Sendable, Codable {
  private struct Sum: Sendable, Codable {
    @Packed var power: [Double]
    @Packed var frequencies: [Double]
    var pictures: Int
  }

  private var sums: [PictureSize: Sum] = [:]

  mutating func add(_ spectrum: RadialSpectrum, height: Int, width: Int) {
    let size = PictureSize(height: height, width: width)
    let known = sums.removeValue(forKey: size)
    let sum = known.map { zip($0.power, spectrum.power).map(+) } ?? spectrum.power
    sums[size] = Sum(power: sum, frequencies: spectrum.frequencies, pictures: (known?.pictures ?? 0) + 1)
  }

  /// Of the commonest size, of several the largest.
  var mean: SpectrumFigures? {
    let found = sums.max { ($0.value.pictures, $0.key) < ($1.value.pictures, $1.key) }
    return found.map { size, sum in
      SpectrumFigures(
        frequency: sum.frequencies, value: sum.power.map { $0 / Double(sum.pictures) }, height: size.height,
        width: size.width, pictures: sum.pictures)
    }
  }
}

/// Logarithms of cosine spectra, those of each size added up.
struct CosineSpectrumPool: Sendable, Codable {
  private struct Sum: Sendable, Codable {
    var plane: Plane
    var pictures: Int
  }

  private var sums: [PictureSize: Sum] = [:]

  mutating func add(_ logMagnitude: Plane) {
    let size = PictureSize(height: logMagnitude.height, width: logMagnitude.width)
    let known = sums.removeValue(forKey: size)
    var sum = known?.plane ?? Plane(height: size.height, width: size.width)
    for index in sum.values.indices { sum.values[index] += logMagnitude.values[index] }
    sums[size] = Sum(plane: sum, pictures: (known?.pictures ?? 0) + 1)
  }

  /// Of the commonest size, of several the largest.
  var mean: (logMagnitude: Plane, pictures: Int)? {
    let found = sums.max { ($0.value.pictures, $0.key) < ($1.value.pictures, $1.key) }
    return found.map { size, sum in
      let values = sum.plane.values.map { $0 / Double(sum.pictures) }
      return (Plane(height: size.height, width: size.width, values: values), sum.pictures)
    }
  }
}

extension SpectrumFigures {
  init(of radial: RadialSpectrum, height: Int, width: Int) {
    self.init(frequency: radial.frequencies, value: radial.power, height: height, width: width, pictures: 1)
  }

  /// The mean over rings of a cosine spectrum, whose element k stands for k/2N cycles a pixel.
  init(profileOf spectrum: Plane, pictures: Int) {
    let size = min(spectrum.height, spectrum.width)
    var sums = [Double](repeating: 0, count: size)
    var counts = sums
    for y in 0..<spectrum.height {
      let down = Double(y) / Double(2 * spectrum.height)
      for x in 0..<spectrum.width {
        let across = Double(x) / Double(2 * spectrum.width)
        let ring = Int((down * down + across * across).squareRoot() * Double(2 * size) + 0.5)
        guard ring < size else { continue }
        sums[ring] += spectrum[y, x]
        counts[ring] += 1
      }
    }
    self.init(
      frequency: sums.indices.map { Double($0) / Double(2 * size) },
      value: zip(sums, counts).map { $1 > 0 ? $0 / $1 : 0 }, height: spectrum.height, width: spectrum.width,
      pictures: pictures)
  }
}
