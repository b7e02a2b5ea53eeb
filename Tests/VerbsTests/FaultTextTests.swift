import Gingham
import Testing

@testable import GinghamDiagnosis
@testable import GinghamLattices
@testable import GinghamVerbs

/// Words are made of a finding's figures when it is shown.
@Suite struct FaultTextTests {
  private func finding(_ sign: FaultFinding.Sign, pictures: [String] = ["a"], of count: Int = 24) -> FaultFinding {
    FaultFinding(
      sign: sign, strength: 0.25, threshold: 0.01, severity: 1, pictures: pictures, setSize: count, worst: "a")
  }

  @Test func sharedGridsPointAtTraceAndRepair() throws {
    let band = LockedLatticeFinding.Band(
      period: 2, share: 1e-3, levels: 0.5, peakDecibels: 12, meanPeakDecibels: 20, coherence: 1, isLocked: true)
    let shared = finding(.sharedLattice(.init(pictures: 24, band: band)), pictures: [])
    #expect(shared.name == "checkerboard 2 px")
    #expect(
      shared.summary.hasPrefix("all 24 pictures have a faint lattice of period 2")
        && shared.summary.contains("0.50 of 255"))
    #expect(shared.fix.contains("`gingham trace MODEL`") && shared.fix.contains("`gingham repair MODEL`"))
    #expect(shared.cause.contains("the last upsampling layer"))
  }

  @Test func blocksOfJPEGAreNoNetworksDoing() {
    func lattice(_ isJPEG: Bool) -> FaultFinding {
      finding(.lattice(.init(period: 8, peakDecibels: nil, periods: [8], isJPEG: isJPEG)))
    }
    #expect(lattice(true).cause.hasPrefix("JPEG blocks") && lattice(true).fix.contains("PNG"))
    #expect(
      lattice(false).cause.contains("8 output pixels apart") && lattice(false).fix.contains("`gingham predict MODEL`"))
    #expect(lattice(false).summary.contains("1 of 24 pictures show it by themselves"))
    #expect(lattice(false).summary.hasPrefix("a lattice of period 8 holds 25.00 % of the fine detail beyond chance;"))
    var faint = finding(.lattice(.init(period: 4, peakDecibels: 16, periods: [4], isJPEG: false)))
    faint.strength = 0
    #expect(
      faint.summary.hasPrefix(
        "a lattice of period 4 holds no more of the fine detail than chance gives, peak 16 dB over its surroundings"))
    #expect(!finding(.lattice(.init(period: 8, periods: [8], isJPEG: false)), of: 1).summary.contains("by themselves"))
  }

  @Test(arguments: ColourDistance.Aspect.allCases) func coloursNameTheirUnitAndTheSideTheyLieOn(
    aspect: ColourDistance.Aspect
  ) {
    func colour(_ shift: Double) -> FaultFinding {
      finding(.colour(.init(aspect: aspect, distance: 5, shift: shift, chance: 0.002, exchanged: nil)), pictures: [])
    }
    #expect(colour(1).summary.hasSuffix("chance would do so in 0.2 % of cases"))
    switch aspect {
    case .hue: #expect(colour(1).unit == "degrees of hue")
    case .brightness: #expect(colour(1).cause.contains("too bright") && colour(-1).cause.contains("too dark"))
    case .contrast: #expect(colour(1).summary.contains("contrast is 2.0×") && colour(-1).cause.contains("too little"))
    case .saturation: #expect(colour(1).unit == "C*" && colour(-1).cause.contains("too weak"))
    case .cast: #expect(colour(90).summary.hasSuffix("towards yellow; chance would do so in 0.2 % of cases"))
    }
  }

  @Test func bandingIsToldFromSaturation() {
    func levels(_ isSaturated: Bool) -> FaultFinding {
      finding(.fewLevels(.init(bits: 5, levels: 32, meanRampRun: 4, isSaturated: isSaturated)))
    }
    #expect(levels(false).fault == .banding && levels(false).cause.contains("bit depth"))
    #expect(levels(true).cause.contains("saturating") && finding(.saturation).cause == levels(true).cause)
  }
}
