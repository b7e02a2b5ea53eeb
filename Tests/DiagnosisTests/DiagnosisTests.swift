import Foundation
import GinghamLattices
import GinghamTestSupport
import Testing

@testable import GinghamDiagnosis

/// Sets of pictures with the power law of photographs, and faults of known strength put into them.
@Suite struct DiagnosisTests {
  private func set(
    _ seeds: Range<UInt64>, _ change: (inout SyntheticPhotograph) -> Void = { _ in }
  ) -> [SyntheticPhotograph] {
    seeds.map { seed in
      var picture = SyntheticPhotograph(seed: seed)
      change(&picture)
      return picture
    }
  }

  @Test func healthyPicturesHaveNoFault() throws {
    let alone = try SyntheticPhotograph.diagnosis(of: set(700..<712))
    #expect(alone.findings.isEmpty, "\(alone.findings)")
    let beside = try SyntheticPhotograph.diagnosis(of: set(700..<706), beside: set(706..<712))
    #expect(beside.findings.isEmpty, "\(beside.findings)")
    #expect(alone.colours == nil && beside.colours != nil)
  }

  @Test func gridsAreFoundWithTheirPeriodAndGrow() throws {
    for period in [2, 4, 8] {
      var last = 0.0
      for amplitude in [0.03, 0.06, 0.12] {
        let diagnosis = try SyntheticPhotograph.diagnosis(
          of: set(720..<723) { $0.grid = (period, amplitude * Double(period)) })
        let finding = try #require(diagnosis.findings.first { $0.fault == .checkerboard }, "\(period), \(amplitude)")
        #expect(finding.period == period && finding.strength > last && finding.worst != nil)
        last = finding.strength
      }
    }
  }

  /// Less than a level of 255: no picture shows it, but all have it.
  @Test func gridsTooFaintForOnePictureAreFoundInTheSet() throws {
    let amplitudes = [0.003, 0.0024, 0.002, 0.0017, 0.0014, 0.0012, 0.001]
    var (amplitude, diagnosis) = (0.0, Diagnosis?.none)
    for tried in amplitudes where diagnosis == nil {
      let found = try SyntheticPhotograph.diagnosis(of: set(780..<804) { $0.grid = (2, tried) })
      if found.pooled.verdict == .clean { (amplitude, diagnosis) = (tried, found) }
    }
    let findings = try #require(diagnosis).findings
    let finding = try #require(findings.first)
    #expect(findings.count == 1 && finding.fault == .checkerboard && finding.period == 2)
    #expect(finding.pictures.isEmpty && finding.worst != nil && finding.severity <= 0)
    guard case .sharedLattice(let shared) = finding.sign else { Issue.record("\(finding.sign)"); return }
    #expect(shared.pictures == 24 && shared.band.isLocked && shared.band.levels < 1)
    let few = try SyntheticPhotograph.diagnosis(of: set(780..<784) { $0.grid = (2, amplitude) })
    #expect(few.findings.isEmpty, "\(few.findings)")
  }

  @Test func blocksOfJPEGAreNotBlamedOnANetwork() throws {
    let diagnosis = try SyntheticPhotograph.diagnosis(of: set(730..<732) { $0.grid = (8, 0.5) }, isJPEG: true)
    let finding = try #require(diagnosis.findings.first { $0.fault == .checkerboard })
    guard case .lattice(let lattice) = finding.sign else { Issue.record("\(finding.sign)"); return }
    #expect(lattice.period == 8 && lattice.isJPEG)
    let other = try SyntheticPhotograph.diagnosis(of: set(730..<732) { $0.grid = (4, 0.5) }, isJPEG: true)
    guard case .lattice(let painted)? = other.findings.first(where: { $0.fault == .checkerboard })?.sign else {
      Issue.record("\(other.findings)")
      return
    }
    #expect(painted.period == 4 && !painted.isJPEG && painted.periods.contains(4))
  }

  @Test func blurBandingAndSaturationAreToldApart() throws {
    let blurred = try SyntheticPhotograph.diagnosis(of: set(740..<743) { $0.sigma = 1.5 }).findings
    #expect(blurred.map(\.fault) == [.blur], "\(blurred)")
    #expect(abs((blurred.first?.strength ?? 0) - 1.5) < 0.2)
    let banded = try SyntheticPhotograph.diagnosis(of: set(740..<743) { $0.bits = 5 }).findings
    #expect(banded.map(\.fault) == [.banding], "\(banded)")
    #expect(abs((banded.first?.strength ?? 0) - 3) < 0.2)
    guard case .fewLevels(let levels)? = banded.first?.sign else { Issue.record("\(banded)"); return }
    #expect(abs(levels.bits - 5) < 0.2 && !levels.isSaturated)
    let saturated = try SyntheticPhotograph.diagnosis(of: set(740..<743) { $0.contrast = 0.8 }).findings
    #expect(saturated.first?.sign == .saturation, "\(saturated)")
  }

  @Test func aReferenceSaysWhatIsNormal() throws {
    let soft = set(750..<756) { $0.sigma = 1.2 }
    let reference = set(756..<762) { $0.sigma = 1.2 }
    #expect(try SyntheticPhotograph.diagnosis(of: soft, beside: reference).findings.isEmpty)
    let softer = try SyntheticPhotograph.diagnosis(of: set(750..<756) { $0.sigma = 2 }, beside: reference)
    #expect(softer.findings.contains { $0.fault == .blur })
    let bright = try SyntheticPhotograph.diagnosis(
      of: set(762..<768) { $0.brightness = 0.65 }, beside: set(768..<776))
    let finding = try #require(
      bright.findings.first { if case .colour(let own) = $0.sign { own.aspect == .brightness } else { false } })
    guard case .colour(let difference) = finding.sign else { return }
    #expect(difference.shift > 0 && difference.distance == finding.strength && finding.worst != nil)
  }

  @Test func aFewBadPicturesOfManyAreNotTheSets() throws {
    let many = set(780..<800) + set(800..<801) { $0.sigma = 2 }
    #expect(try SyntheticPhotograph.diagnosis(of: many).findings.isEmpty)
    let more = set(780..<790) + set(800..<804) { $0.sigma = 2 }
    let finding = try #require(
      try SyntheticPhotograph.diagnosis(of: more).findings.first { $0.fault == .blur })
    #expect(Set(finding.pictures) == ["800", "801", "802", "803"])
  }

  @Test func theWorstComesFirst() throws {
    let diagnosis = try SyntheticPhotograph.diagnosis(
      of: set(810..<813) {
        $0.grid = (4, 0.5)
        $0.bits = 6
      })
    #expect(diagnosis.findings.count >= 2)
    #expect(diagnosis.findings.first?.fault == .checkerboard)
    let severities = diagnosis.findings.map(\.severity)
    #expect(severities == severities.sorted(by: >) && severities.allSatisfy { $0 >= 0 })
  }

  @Test func theTileMapShowsWhereTheGridIs() throws {
    let base = SyntheticPhotograph(seed: 820).channels
    let (period, amplitude) = (4, 0.2)
    let marked = base.map { plane in
      Plane(height: plane.height, width: plane.width) { y, x in
        plane[y, x] + (y >= 96 && x < 96 && y.isMultiple(of: 4) && x.isMultiple(of: 4) ? amplitude : 0)
      }
    }
    let map = try LatticeTileMap(of: marked, period: period)
    let (y, x) = map.strongest
    #expect(y >= 80 && x < 96)
    // A comb of one pixel in 16: variance a²·15/256, of which 12 of 15 frequencies have period 4.
    let expected = amplitude * (12.0 / 256).squareRoot()
    #expect(abs((map.amplitudes.values.max() ?? 0) / expected - 1) < 0.25)
    let clean = try LatticeTileMap(of: base, period: period)
    #expect((clean.amplitudes.values.max() ?? 1) < 0.3 * expected)
    #expect(throws: ArtifactError.self) { try LatticeTileMap(of: [Plane(height: 20, width: 90)], period: 8) }
  }

  @Test(arguments: [false, true]) func blocksAreAFaultAndRepeatedPixelsAnother(isRepeated: Bool) throws {
    var noise = Noise(seed: 77)
    let detail = noise.plane(128, 128)
    let map = Plane(height: 128, width: 128) { y, x in
      isRepeated
        ? 0.5 + 0.1 * detail[y / 2, x / 2]
        : 0.5 + 0.1 * detail[y / 8, x / 8] + 0.01 * detail[y, x]
    }
    let set = try PictureSetLattice(seeksLocked: false)
    let sample = PictureSample(SamplePlace("a"), channels: [map], isArray: false)
    let (signs, channels) = try PictureSigns.signs(of: sample, isJPEG: false, in: set)
    let detection = FaultDetection(
      signs: [signs], pooled: try set.lattice.finding(pooling: channels), locked: nil, reference: [],
      thresholds: DiagnosisThresholds(), tileDistances: [nil], colours: nil, norm: nil)
    let found = detection.findings.compactMap { finding -> FaultFinding.Blocks? in
      if case .blocks(let blocks) = finding.sign { return blocks }
      return nil
    }
    #expect(found == [.init(period: isRepeated ? 2 : 8, isEnlargement: isRepeated)])
    // What is infinite has no number in JSON.
    let json = try JSONSerialization.jsonObject(with: JSONEncoder().encode(signs.faults)) as? [String: Any]
    let blocks = try #require(json?["blockiness"] as? [[String: Any]])
    #expect(blocks.allSatisfy { !($0["atOrigin"] is String) })
    #expect(blocks.contains { $0["atOrigin"] is NSNull } == isRepeated)
  }
}
