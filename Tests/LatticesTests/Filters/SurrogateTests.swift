import Foundation
import GinghamTensors
import GinghamTestSupport
import Testing

@testable import GinghamLattices

@Suite struct SurrogateTests {
  @Test func theNotchTakesTheLatticeAndNothingElse() throws {
    var noise = Noise(seed: 70)
    let map = noise.plane(24, 36)
    let lattice = try Lattice(period: 4)
    let left = try LatticeNotch(period: 4).applied(to: map)
    let (before, after) = (
      try SignedLatticeEnergy(of: map, lattice: lattice), try SignedLatticeEnergy(of: left, lattice: lattice)
    )
    #expect(after.share < 1e-25)
    #expect(isClose(left.mean, map.mean))
    #expect(isClose(left.variance, map.variance * (1 - before.share)))
    // A projection, also where the period does not divide the sides.
    let odd = noise.plane(13, 18)
    let once = try LatticeNotch(period: 5).applied(to: odd)
    let twice = try LatticeNotch(period: 5).applied(to: once)
    #expect(zip(once.values, twice.values).allSatisfy { isClose($0, $1) })
    let tensor = Tensor([1, 2, 24, 36], (map.values + map.values).map(Float.init))
    let both = try LatticeNotch(period: 4).applied(to: tensor)
    #expect(abs(Double(both[0, 1, 3, 5]) - left[3, 5]) < 1e-6)
  }

  @Test func equalisationMakesPhasesExactlyEven() throws {
    var noise = Noise(seed: 71)
    var gradient = Tensor([1, 3, 32, 32])
    gradient.withUnsafeMutableBufferPointer { values in
      for index in values.indices {
        let (row, column) = (index / 32 % 2, index % 2)
        values[index] = Float(noise.normal() * Double((row + 1) * (column + 1)))
      }
    }
    var lattice = try GradientLattice(period: 2)
    try lattice.add(gradient)
    let evened = PhaseEqualisation(energies: lattice.phases).applied(to: gradient)
    var after = try GradientLattice(period: 2)
    try after.add(evened)
    #expect(try lattice.finding().cv2 > 0.3)
    #expect(try after.finding().cv2 < 1e-10)
    let dead = PhaseTable(lattice: try Lattice(period: 2), values: [0, 1, 1, 1])
    #expect(PhaseEqualisation(energies: dead).factors.values == [0, 1, 1, 1])
    let cosine = try evened.cosine(to: gradient)
    #expect(cosine > 0.8 && cosine < 1)
    #expect(isClose(try gradient.cosine(to: gradient), 1))
    #expect(throws: ArtifactError.self) { try gradient.cosine(to: Tensor([1])) }
  }

  @Test func theLowPassKeepsSlowWavesAndDropsFastOnes() throws {
    let filter = try LowPass(radius: 15)
    func wave(_ cycles: Double) -> Tensor {
      let turn = 2 * Double.pi * cycles / 224
      return Tensor([1, 1, 224, 224], (0..<(224 * 224)).map { Float(cos(turn * Double($0 % 224))) })
    }
    let (slow, fast) = (wave(14), wave(17))
    #expect(try filter.applied(to: slow).cosine(to: slow) > 0.9999)
    #expect(filter.applied(to: fast).scalars.allSatisfy { abs($0) < 1e-4 })
    var noise = Noise(seed: 72)
    let white = Tensor([1, 1, 224, 224], noise.plane(224, 224).values.map(Float.init))
    let energy: Double = filter.applied(to: white).scalars.reduce(0) { $0 + Double($1) * Double($1) }
    let kept = energy / Double(224 * 224)
    #expect(abs(kept - 0.014) < 0.002)
    #expect(throws: ArtifactError.self) { try LowPass(radius: -1) }
  }

  @Test func jitterLeavesWhatItsLawSays() {
    for period in [2, 4, 8, 16] {
      for harmonic in 1..<period {
        let frequency = Double(harmonic) / Double(period)
        for offsets in 1...20 {
          // The mean over shifts of a wave, by its definition.
          var (real, imaginary) = (0.0, 0.0)
          for shift in 0..<offsets {
            real += cos(2 * .pi * frequency * Double(shift)) / Double(offsets)
            imaginary += sin(2 * .pi * frequency * Double(shift)) / Double(offsets)
          }
          let expected = (real * real + imaginary * imaginary).squareRoot()
          #expect(abs(Attenuation.jitter(offsets: offsets, frequency: frequency) - expected) < 1e-12)
        }
      }
    }
    for offsets in [8, 16, 32] { #expect(Attenuation.jitter(offsets: offsets, frequency: 0.125) == 0) }
    #expect(isClose(Attenuation.jitter(offsets: 9, frequency: 0.125), 1.0 / 9))
    #expect(isClose(Attenuation.jitter(offsets: 65, frequency: 0.5), 1.0 / 65))
  }
}
