import Foundation
import GinghamTensors
import GinghamTestSupport
import Testing

@testable import GinghamLattices

@Suite struct GradientLatticeTests {
  private func gradient(_ noise: inout Noise, shape: Shape, scale: (Int, Int) -> Double = { _, _ in 1 }) -> Tensor {
    let (height, width) = (shape[shape.rank - 2], shape[shape.rank - 1])
    return Tensor(
      shape,
      (0..<shape.elementCount).map { index in
        Float(noise.normal() * scale(index / width % height, index % width))
      })
  }

  @Test func evenNoiseIsUnevenByItsSamplingBiasOnly() throws {
    var noise = Noise(seed: 10)
    let (period, draws) = (4, 400)
    var (raw, corrected, expected) = (0.0, 0.0, 0.0)
    for _ in 0..<draws {
      var lattice = try GradientLattice(period: period)
      // Cubes of Gaussians: kurtosis (11·9·7·5·3)/(5·3)² = 46.2.
      let tensor = gradient(&noise, shape: [1, 1, 64, 64]).map { $0 * $0 * $0 }
      try lattice.add(tensor)
      let finding = try lattice.finding()
      raw += finding.cv2 / Double(draws)
      corrected += finding.cv2Corrected / Double(draws)
      expected += (46.2 - 1) / 256 * (1 - 1 / 16.0) / Double(draws)
    }
    #expect(abs(raw / expected - 1) < 0.2)
    #expect(abs(corrected) < 0.1 * raw)
  }

  @Test func correlatedChannelsDoNotCountAsMoreSamples() throws {
    var noise = Noise(seed: 11)
    let (draws, channels) = (200, 8)
    var (raw, corrected) = (0.0, 0.0)
    for _ in 0..<draws {
      var lattice = try GradientLattice(period: 2)
      let one = gradient(&noise, shape: [1, 32, 32])
      try lattice.add(Tensor.stacked([Tensor](repeating: one, count: channels)).reshaped(to: [1, channels, 32, 32]))
      let finding = try lattice.finding()
      raw += finding.cv2 / Double(draws)
      corrected += finding.cv2Corrected / Double(draws)
    }
    #expect(abs(corrected) < 0.15 * raw)
  }

  /// What pictures' gradients are: strong here and weak there, so that pixels are no independent samples.
  @Test func slowlyChangingEnergiesAreNoGrid() throws {
    let draws = 100
    var (sum, artifacts) = (0.0, 0)
    for seed in 0..<draws {
      var noise = Noise(seed: UInt64(500 + seed))
      let coarse = noise.plane(8, 8)
      let side = 160
      var lattice = try GradientLattice(period: 32)
      let energy = Plane(height: side, width: side) { y, x in
        let (a, b) = (Double(y) / 23, Double(x) / 23)
        let (row, column) = (Int(a), Int(b))
        let (down, across) = (a - Double(row), b - Double(column))
        let above = coarse[row, column] * (1 - across) + coarse[row, column + 1] * across
        let below = coarse[row + 1, column] * (1 - across) + coarse[row + 1, column + 1] * across
        let scale = above * (1 - down) + below * down
        return (1 + scale * scale) * noise.normal() * noise.normal() + 1 + scale * scale
      }
      try lattice.add(energy: Plane(height: side, width: side, values: energy.values.map { max(0, $0) }))
      let band = try #require(try lattice.finding().bands.first { $0.period == 8 })
      sum += band.cv2Corrected / Double(draws)
      artifacts += band.verdict == .artifact ? 1 : 0
    }
    #expect(abs(sum) < 0.002, "\(sum)")
    #expect(artifacts <= 3)
  }

  @Test func aKnownGridIsFoundInItsBandAndAttributed() throws {
    var noise = Noise(seed: 12)
    var lattice = try GradientLattice(period: 4)
    // Kernel 3, stride 2: the two phases of an axis are read by one and by two taps; 1 + CV² = (1 + 1/9)².
    for _ in 0..<4 {
      try lattice.add(
        gradient(&noise, shape: [2, 3, 128, 128]) { y, x in
          ((y.isMultiple(of: 2) ? 2 : 1) * (x.isMultiple(of: 2) ? 2 : 1) as Double).squareRoot()
        })
    }
    let prediction = Plane(height: 128, width: 128) { y, x in
      (y.isMultiple(of: 2) ? 2 : 1) * (x.isMultiple(of: 2) ? 2 : 1)
    }
    let finding = try lattice.finding(prediction: prediction, layers: [2: "conv1", 4: "conv2"])
    let two = try #require(finding.bands.first { $0.period == 2 })
    let four = try #require(finding.bands.first { $0.period == 4 })
    #expect(abs(two.cv2Corrected - 19.0 / 81) < 0.01)
    #expect(isClose(two.predicted ?? 0, 19.0 / 81))
    #expect(abs((two.ratio ?? 0) - 1) < 0.05)
    #expect(two.layer == "conv1" && two.verdict == .artifact)
    #expect(four.verdict == .clean && four.ratio == nil)
    #expect(finding.controls.map(\.period) == [3, 5, 7])
    #expect(finding.controls.allSatisfy { abs($0.cv2Corrected) < 0.01 })
    #expect(finding.inputs == 8)
    #expect(finding.verdict == .artifact)
  }

  @Test func theBorderIsLeftOutInWholePeriods() throws {
    var lattice = try GradientLattice(period: 4, border: 3)
    #expect(lattice.border == 4)
    var map = Plane(height: 24, width: 24, repeating: 1)
    for index in 0..<24 { map[0, index] = 100 }
    try lattice.add(energy: map)
    #expect(try lattice.finding().cv2 < 1e-15)
  }

  @Test func badGradientsAreNamed() throws {
    var lattice = try GradientLattice(period: 8)
    #expect(throws: ArtifactError.noMaps) { try lattice.finding() }
    #expect(throws: ArtifactError.notFinite(what: "a map of 1×1×8×8")) {
      try lattice.add(Tensor([1, 1, 8, 8], repeating: .nan))
    }
    #expect(throws: ArtifactError.wrongRank([4])) { try lattice.add(Tensor([4])) }
    #expect(throws: ArtifactError.self) { try lattice.add(Tensor([1, 1, 7, 9])) }
    // A zero gradient is even, not an error.
    try lattice.add(Tensor([1, 1, 8, 8]))
    #expect(try lattice.finding().cv2 == 0)
  }

  @Test func findingsCarryTheDocumentedKeys() throws {
    var lattice = try GradientLattice(period: 2)
    var noise = Noise(seed: 13)
    try lattice.add(gradient(&noise, shape: [1, 1, 16, 16]))
    let finding = try lattice.finding(
      prediction: Plane(height: 16, width: 16) { y, _ in Double(1 + y % 2) }, layers: [2: "conv1"])
    let data = try finding.json()
    let object = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
    for key in ["period", "cv2", "cv2_corrected", "max_min", "dead_share", "bands", "controls"] {
      #expect(object[key] != nil, "\(key)")
    }
    let band = try #require((object["bands"] as? [[String: Any]])?.first)
    for key in ["period", "cv2", "predicted", "ratio", "layer", "verdict"] { #expect(band[key] != nil, "\(key)") }
    #expect(object["period"] as? Int == 2)
  }
}
