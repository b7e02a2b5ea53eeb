import Foundation
import GinghamLattices
import GinghamSignals
import GinghamTensors

@testable import GinghamDiagnosis

/// Pictures with the power law of photographs and faults of known strength.
struct SyntheticPhotograph {
  var height = 192
  var width = 192
  /// Of the power law P ∝ f^−s.
  var exponent = 2.2
  /// Deviation in pixels of the Gaussian blur.
  var sigma = 0.0
  /// Amplitude of a grid: what every `period`-th pixel along both axes is brighter by.
  var grid: (period: Int, amplitude: Double)?
  /// Levels are those of so many bits.
  var bits = 8
  var brightness = 0.5
  var contrast = 0.14
  /// Strength of a second, differing map in red and blue.
  var colour = 0.3
  var seed: UInt64

  init(seed: UInt64) { self.seed = seed }

  /// Red, green and blue.
  var channels: [Plane] {
    let (light, tint) = (field("light"), field("tint"))
    return [1.0, 0, -1].map { side in
      Plane(height: height, width: width) { y, x in
        var value = brightness + contrast * (light[y, x] + side * colour * tint[y, x])
        if let grid, y.isMultiple(of: grid.period), x.isMultiple(of: grid.period) { value += grid.amplitude }
        let levels = Double((1 << bits) - 1)
        return Double(Float((min(max(value, 0), 1) * levels).rounded() / levels))
      }
    }
  }

  /// Noise of unit variance, shaped in the frequency domain.
  private func field(_ name: String) -> Plane {
    let noise = Tensor([height, width]) {
      NormalSequence(seed: seed, name: name).fill($0, mean: 0, deviation: 1)
    }
    let plan = FourierTransform(height: height, width: width)
    var spectrum = plan.forward(noise)
    spectrum.withUnsafeMutableBufferPointer { values in
      for y in 0..<height {
        let fy = Double(2 * y > height ? y - height : y) / Double(height)
        for x in 0..<plan.halfWidth {
          let fx = Double(x) / Double(width)
          let square = fy * fy + fx * fx
          let gain = square > 0 ? pow(square, -exponent / 4) * exp(-2 * .pi * .pi * sigma * sigma * square) : 0
          for part in 0...1 { values[2 * (y * plan.halfWidth + x) + part] *= Float(gain) }
        }
      }
    }
    let map = plan.inverse(spectrum)
    let scale = map.scalars.reduce(0) { $0 + Double($1 * $1) } / Double(map.count)
    return Plane(height: height, width: width, values: map.scalars.map { Double($0) / scale.squareRoot() })
  }

  func signs(isJPEG: Bool = false, in set: PictureSetLattice) throws -> (PictureSigns, [PictureLattice.Channel]) {
    try PictureSigns.signs(of: PictureSample(SamplePlace("\(seed)"), channels: channels), isJPEG: isJPEG, in: set)
  }

  static func diagnosis(
    of set: [SyntheticPhotograph], beside reference: [SyntheticPhotograph] = [], isJPEG: Bool = false
  ) throws -> Diagnosis {
    var lattices = try PictureSetLattice()
    let empty = lattices
    var signs: [PictureSigns] = []
    for picture in set {
      let (found, channels) = try picture.signs(isJPEG: isJPEG, in: empty)
      lattices.add(channels)
      signs.append(found)
    }
    return Diagnosis(
      of: signs, pooled: try lattices.finding(), locked: try lattices.lockedFinding(),
      reference: try reference.map { try $0.signs(in: empty).0 })
  }
}
