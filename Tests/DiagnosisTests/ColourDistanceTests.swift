import Foundation
import GinghamLattices
import GinghamSignals
import GinghamTestSupport
import Testing

@testable import GinghamDiagnosis

@Suite struct ColourDistanceTests {
  private func spike(_ bin: Int, of count: Int) -> [Double] { (0..<count).map { $0 == bin ? 1 : 0 } }

  @Test func spikesLieAsFarApartAsTheirBins() {
    for shift in 0..<36 {
      let found = ColourDistance.circular(spike(4, of: 36), spike((4 + shift) % 36, of: 36), binWidth: 10)
      #expect(isClose(found, 10 * Double(min(shift, 36 - shift)), 1e-9), "\(shift)")
    }
    #expect(isClose(ColourDistance.linear(spike(2, of: 9), spike(7, of: 9), binWidth: 2), 10, 1e-9))
  }

  /// The least work on a circle is the least over all places to cut it open.
  @Test func theCircularDistanceIsTheBestCut() {
    var noise = Noise(seed: 210)
    for _ in 0..<20 {
      func histogram() -> [Double] {
        let values = (0..<12).map { _ in Double.random(in: 0...1, using: &noise) }
        let sum = values.reduce(0, +)
        return values.map { $0 / sum }
      }
      let (a, b) = (histogram(), histogram())
      let cuts = (0..<12).map { cut in
        ColourDistance.linear(
          (0..<12).map { a[($0 + cut) % 12] }, (0..<12).map { b[($0 + cut) % 12] }, binWidth: 30)
      }
      #expect(isClose(ColourDistance.circular(a, b, binWidth: 30), cuts.min() ?? 0, 1e-9))
    }
  }

  private func set(_ seeds: Range<UInt64>, _ change: (inout SyntheticPhotograph) -> Void = { _ in }) throws
    -> [ColourStatistics]
  {
    try seeds.map { seed in
      var picture = SyntheticPhotograph(seed: seed)
      (picture.height, picture.width) = (48, 48)
      change(&picture)
      return try #require(ColourStatistics(of: picture.channels))
    }
  }

  private func difference(
    _ aspect: ColourDistance.Aspect, _ set: [ColourStatistics], _ reference: [ColourStatistics]
  ) throws -> ColourDistance.Difference {
    try #require(ColourDistance(of: set, from: reference)?.differences.first { $0.aspect == aspect })
  }

  @Test func brightnessContrastAndSaturationAreToldApart() throws {
    let reference = try set(300..<312)
    var last = 0.0
    for step in [0.03, 0.07, 0.15] {
      let found = try difference(.brightness, set(320..<332) { $0.brightness += step }, reference)
      #expect(found.distance > last && found.shift > 0 && found.chance == 0.001)
      last = found.distance
    }
    let dull = try difference(.contrast, set(320..<332) { $0.contrast /= 2 }, reference)
    #expect(abs(dull.shift + 1) < 0.2 && dull.chance == 0.001)
    let grey = try difference(.saturation, set(320..<332) { $0.colour = 0.1 }, reference)
    #expect(grey.shift < -2 && grey.chance == 0.001)
  }

  /// Two points whose means lie (12, 5) apart: 13 in the plane, towards atan2(5, 12).
  @Test func aCastIsTheWayBetweenMeanTints() throws {
    let grey = try set(340..<348) { $0.colour = 0 }
    func tinted(_ tints: [SIMD2<Double>]) -> [ColourStatistics] {
      zip(grey, tints).map { picture, tint in
        var picture = picture
        picture.meanTint = tint
        return picture
      }
    }
    let around = (0..<8).map { SIMD2(Double($0 % 2), Double($0 / 4)) }
    let found = try difference(.cast, tinted(around.map { $0 + SIMD2(12, 5) }), tinted(around))
    #expect(isClose(found.distance, 13, 1e-12) && isClose(found.shift, atan2(5, 12) * 180 / .pi, 1e-9))
    #expect(found.chance <= 0.002)
    let back = try difference(.cast, tinted(around), tinted(around.map { $0 + SIMD2(12, 5) }))
    #expect(isClose(back.shift, atan2(5, 12) * 180 / .pi + 180, 1e-9))
  }

  @Test func equallyMadeSetsAreSeldomTakenForDifferent() throws {
    var alarms = 0
    for trial in 0..<20 {
      let start = UInt64(400 + 20 * trial)
      let found = try #require(
        ColourDistance(of: set(start..<(start + 6)), from: set((start + 6)..<(start + 14)), dealings: 199))
      alarms += found.differences.count { $0.chance <= 0.01 }
    }
    // Five tests a trial at one in a hundred each.
    #expect(alarms <= 5)
  }

  /// Of one strong channel.
  private func pictures(_ seeds: Range<UInt64>, strong: Int) throws -> [ColourStatistics] {
    try seeds.map { seed in
      var picture = SyntheticPhotograph(seed: seed)
      (picture.height, picture.width, picture.colour) = (48, 48, 0)
      let channels = picture.channels.enumerated().map { index, plane in
        Plane(height: 48, width: 48) { y, x in plane[y, x] * (index == strong ? 1 : 0.4) }
      }
      return try #require(ColourStatistics(of: channels))
    }
  }

  /// Blue in place of red is what an exchange makes; green in place of red is another subject.
  @Test func anExchangeOfRedAndBlueIsToldFromOtherSubjects() throws {
    let red = try pictures(510..<518, strong: 0)
    let exchanged = try difference(.hue, pictures(500..<508, strong: 2), red)
    #expect(exchanged.distance > 60)
    #expect(try #require(exchanged.exchanged) < 5)
    let green = try difference(.hue, pictures(500..<508, strong: 1), red)
    #expect(green.distance > 60)
    #expect(try #require(green.exchanged) > green.distance / 2)
    #expect(try difference(.brightness, red, red).exchanged == nil)
  }

  @Test func hueIsTurnedAsFarAsTheChannelsAre() throws {
    // Red, green and blue handed on in a circle turn hues by about a third.
    let found = try difference(.hue, pictures(500..<508, strong: 1), pictures(510..<518, strong: 0))
    let (red, green) = (CIELAB.encode(sRGB: SIMD3(0.5, 0.2, 0.2)), CIELAB.encode(sRGB: SIMD3(0.2, 0.5, 0.2)))
    #expect(red.z > 0 && green.y < 0)
    #expect(found.distance > 80 && found.distance < 140 && abs(found.shift - found.distance) < 15)
    #expect(found.chance == 0.001)
    #expect(try ColourDistance(of: [], from: set(300..<303)) == nil)
  }

  @Test func dealingsAreThoseOfTheSeed() throws {
    let (a, b) = (try set(300..<306), try set(306..<312))
    #expect(ColourDistance(of: a, from: b) == ColourDistance(of: a, from: b))
    #expect(ColourStatistics(of: [Plane(height: 3, width: 3)]) == nil)
  }
}
