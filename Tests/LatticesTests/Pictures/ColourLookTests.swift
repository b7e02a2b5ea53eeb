import GinghamTensors
import GinghamTestSupport
import Testing

@testable import GinghamLattices

/// Grids that are in one channel, or in a difference of channels.
@Suite struct ColourLookTests {
  private let side = 96

  private func texture(_ noise: inout Noise) throws -> Plane {
    var sum = Plane(height: side, width: side, repeating: 0.5)
    for period in [2, 4, 8] {
      let layer = try TriangleFilter(period: period).smoothed(noise.plane(side, side), border: .reflect)
      for index in sum.values.indices { sum.values[index] += 0.002 * Double(period * period) * layer.values[index] }
    }
    return sum
  }

  private func flat(_ value: Double = 0.25) -> Plane { Plane(height: side, width: side, repeating: value) }

  private func adding(_ amplitude: Double, to map: Plane) -> Plane {
    Plane(height: side, width: side) { y, x in map[y, x] + (y % 2 == 0 && x % 2 == 0 ? amplitude : 0) }
  }

  @Test func constantChannelsHaveNoSay() throws {
    var noise = Noise(seed: 80)
    let lattice = try PictureLattice(periods: [2, 4])
    let marked = adding(0.04, to: try texture(&noise))
    let grey = try lattice.finding(ofPicture: [marked, marked, marked])
    #expect(grey.bands[0].verdict == .artifact && grey.bands[0].look == nil)
    for place in 0..<3 {
      var channels = [flat(), flat(0), flat(0.25)]
      channels[place] = marked
      let finding = try lattice.finding(ofPicture: channels)
      #expect(finding.bands[0].verdict == .artifact && finding.bands[0].look == nil)
      #expect(isClose(finding.bands[0].share, grey.bands[0].share))
      #expect(isClose(finding.bands[0].control, grey.bands[0].control))
      #expect(finding.maps == 3 && !finding.isConstant)
    }
    let card = try lattice.finding(ofPicture: [flat(0), adding(0.04, to: flat()), flat(0)])
    #expect(abs(card.bands[0].share - 1) < 1e-3 && card.verdict == .artifact)
  }

  @Test func aGridInOneOfThreeChannelsIsNamed() throws {
    var noise = Noise(seed: 81)
    let lattice = try PictureLattice(periods: [2, 4])
    for (place, look) in [ColourLook.red, .green, .blue].enumerated() {
      let clean = try (0..<3).map { _ in try texture(&noise) }
      #expect(try lattice.finding(ofPicture: clean).verdict == .clean)
      var channels = clean
      channels[place] = adding(0.06, to: clean[place])
      let band = try #require(try lattice.finding(ofPicture: channels).bands.first)
      #expect(band.verdict == .artifact)
      #expect(band.look == look)
    }
  }

  /// All three channels hold the same detail; a faint grid with opposite signs shows in their difference alone.
  @Test func aGridOfColoursIsFoundInTheirDifference() throws {
    var noise = Noise(seed: 82)
    let lattice = try PictureLattice(periods: [2])
    let detail = try texture(&noise)
    #expect(try lattice.finding(ofPicture: [detail, detail, detail]).verdict == .clean)
    let amplitude = 0.00075
    let coloured = try lattice.finding(
      ofPicture: [adding(amplitude, to: detail), adding(-amplitude, to: detail), detail])
    let band = try #require(coloured.bands.first)
    // Where all channels together show it, no look has to.
    #expect(band.verdict == .artifact && (band.look == .redGreen || band.look == nil))
    // Of the detail of the channels, not of the difference, which is nothing but grid.
    #expect(band.share < 0.2)
    // Colours that differ by some grain as well.
    let grainy = [1, -1, 0].map { side -> Plane in
      var channel = adding(Double(side) * amplitude / 8, to: detail)
      let grain = noise.plane(channel.height, channel.width)
      for index in channel.values.indices { channel.values[index] += 0.002 * grain.values[index] }
      return channel
    }
    #expect(try lattice.finding(ofPicture: grainy).verdict == .clean)
  }

  @Test func manyLooksFindNoMoreThanOne() throws {
    var noise = Noise(seed: 83)
    let lattice = try PictureLattice(periods: [2, 4])
    for _ in 0..<60 {
      let finding = try lattice.finding(ofPicture: (0..<3).map { _ in try texture(&noise) })
      #expect(finding.verdict == .clean)
    }
  }

  @Test func aSetHasWhatMostOfItsPicturesHave() throws {
    var noise = Noise(seed: 84)
    let lattice = try PictureLattice(periods: [2])
    func finding(greenIn marked: Int, of count: Int) throws -> PictureLatticeFinding {
      try lattice.finding(
        pooling: (0..<count).flatMap { index in
          let maps = try (0..<3).map { _ in try texture(&noise) }
          return try lattice.measure(
            picture: [maps[0], index < marked ? adding(0.06, to: maps[1]) : maps[1], maps[2]])
        })
    }
    #expect(try finding(greenIn: 8, of: 8).bands[0].look == .green)
    #expect(try finding(greenIn: 2, of: 8).verdict == .clean)
  }

  @Test func aFaintGridInOneChannelOfAllPicturesIsLocked() throws {
    var noise = Noise(seed: 85)
    func finding(_ amplitude: Double, constant: Bool) throws -> LockedLatticeFinding? {
      var locked = try LockedLattice(periods: [2, 4])
      for _ in 0..<16 {
        let maps = try (0..<3).map { _ in try texture(&noise) }
        let green = adding(amplitude, to: maps[1])
        if let part = try locked.picture(constant ? [flat(), green, flat()] : [maps[0], green, maps[2]]) {
          locked.add(part)
        }
      }
      return try locked.finding()
    }
    let alone = try #require(try finding(0.003, constant: true)?.bands.first)
    #expect(alone.isLocked && alone.look == nil)
    let among = try #require(try finding(0.003, constant: false))
    #expect(among.bands[0].isLocked)
    #expect(try finding(0, constant: false)?.isLocked == false)
  }
}
