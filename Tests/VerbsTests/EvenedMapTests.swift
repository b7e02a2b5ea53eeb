import GinghamImaging
import GinghamTensors
import Testing

@testable import GinghamLattices
@testable import GinghamVerbs

struct EvenedMapTests {
  /// A bright half under a grid of period 4 beside a dark half without one.
  private func magnitudes() throws -> HeatMap {
    let side = 64
    let values = (0..<side * side).map { index -> Float in
      let (y, x) = (index / side, index % side)
      return x < side / 2 ? 0 : (y % 4 == 0 && x % 4 == 0 ? 3 : 1)
    }
    return try HeatMap(of: Tensor([1, side, side], values), reducing: .norm)
  }

  @Test func darkRegionsStayDark() throws {
    let (map, period) = try LatticeSurvey(period: 4).evened(magnitudes())
    #expect(period == 4)
    let side = 64
    for (index, value) in map.values.scalars.enumerated() where index % side < side / 2 { #expect(value == 0) }
  }

  @Test func brightRegionsBecomeEven() throws {
    let (map, _) = try LatticeSurvey(period: 4).evened(magnitudes())
    let bright = map.values.scalars.enumerated().filter { $0.offset % 64 >= 32 }.map(\.element)
    let (smallest, largest) = (bright.min() ?? 0, bright.max() ?? 0)
    #expect(smallest > 0 && largest / smallest < 1.0001)
  }
}
