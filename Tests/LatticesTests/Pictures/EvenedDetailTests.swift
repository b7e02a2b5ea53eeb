import GinghamTensors
import GinghamTestSupport
import Testing

@testable import GinghamLattices

/// Grids that show where a picture is smooth, and the chance of as much in a photograph.
@Suite struct EvenedDetailTests {
  @Test func detailIsInUnitsOfItsDeviationRoundAbout() {
    var noise = Noise(seed: 1)
    let (side, floor) = (96, 0.01)
    let detail = Tensor([side, side], (0..<(side * side)).map { Float(noise.normal() * ($0 % side < 48 ? 1 : 30)) })
    let evened = EvenedDetail.evened(detail, floor: floor)
    for columns in [0..<32, 64..<96] {
      let part = evened.slice(axis: 1, columns).scalars
      let power = part.reduce(0) { $0 + Double($1) * Double($1) } / Double(part.count)
      #expect(abs(power - 1) < 0.05, "\(columns): \(power)")
    }
  }

  /// By the definition, at borders too.
  @Test func theDeviationIsThatOfTheSquareAroundEachPixel() {
    var noise = Noise(seed: 2)
    let (height, width, floor, reach) = (21, 34, 0.3, EvenedDetail.reach)
    let detail = Tensor([height, width], (0..<(height * width)).map { _ in Float(noise.normal()) })
    let (values, evened) = (detail.scalars, EvenedDetail.evened(detail, floor: floor).scalars)
    for (y, x) in [(0, 0), (10, 17), (20, 33), (3, 30)] {
      var (sum, count) = (0.0, 0.0)
      for row in max(0, y - reach)...min(height - 1, y + reach) {
        for column in max(0, x - reach)...min(width - 1, x + reach) {
          sum += Double(values[row * width + column]) * Double(values[row * width + column])
          count += 1
        }
      }
      let expected = Double(values[y * width + x]) / (sum / count + floor * floor).squareRoot()
      #expect(isClose(Double(evened[y * width + x]), expected, 1e-5))
    }
  }

  /// A sky with the grid of a 3/2 deconvolution, a level RMS, over a meadow without one: the meadow owns the fine detail.
  @Test func aGridInASkyIsFoundOverABusyMeadow() throws {
    func finding(levels: Double) throws -> PictureLatticeFinding.Band {
      var noise = Noise(seed: 3)
      let side = 160
      let channels = (0..<3).map { _ in
        Plane(height: side, width: side) { y, x in
          let overlaps = Double((y.isMultiple(of: 2) ? 2 : 1) * (x.isMultiple(of: 2) ? 2 : 1))
          let grid = levels / 255 * (overlaps - 2.25)
          let value = y < 64 ? 0.5 + 0.0005 * Double(x) + 0.003 * noise.normal() + grid : 0.5 + 0.12 * noise.normal()
          return (255 * min(max(value, 0), 1)).rounded() / 255
        }
      }
      return try #require(try PictureLattice(periods: [2, 4, 8]).finding(ofPicture: channels).bands.first)
    }
    let (without, with) = (try finding(levels: 0), try finding(levels: 1))
    #expect(without.verdict == .clean)
    // Next to nothing of the fine detail, and yet no photograph looks so.
    #expect(with.share - with.null < 0.01)
    #expect(with.verdict == .artifact && (with.chance ?? 1) < 1e-2, "\(with)")
  }

  @Test func chancesAreThoseOfTheTableAndFallWithDecibels() throws {
    for (row, period) in PhotographNull.periods.enumerated() {
      for (column, side) in PhotographNull.sides.enumerated() {
        for (figure, table) in [(PhotographNull.Figure.even, PhotographNull.table), (.axis, PhotographNull.axisTable)] {
          let quantiles = table[row][column]
          #expect(quantiles == quantiles.sorted() && quantiles.count == PhotographNull.chances.count)
          for (quantile, chance) in zip(quantiles, PhotographNull.chances).dropFirst() {
            let found = PhotographNull.chance(of: quantile, figure, period: period, side: side)
            #expect(abs(found / chance - 1) < 0.6, "period \(period), side \(side): \(found) for \(chance)")
          }
          let beyond = try #require(quantiles.last)
          #expect(
            PhotographNull.chance(of: beyond + 10, figure, period: period, side: side)
              < PhotographNull.chances.last ?? 0)
          #expect(PhotographNull.chance(of: -100, figure, period: period, side: side) == 1)
        }
      }
    }
  }

  @Test(arguments: [false, true]) func blocksStepEitherWayAndGridsOneWay(isPainted: Bool) throws {
    var noise = Noise(seed: 4)
    let (side, border) = (120, 4)
    let blocks = noise.plane(16, 16)
    let detail = Tensor(
      [side, side],
      (0..<(side * side)).map { index in
        let (y, x) = (index / side + border, index % side + border)
        let grid = (y % 8 == 0 ? 2.0 : 0) * (x % 8 == 0 ? 2.0 : 1)
        return Float(0.5 * noise.normal() + (isPainted ? grid : 0.6 * blocks[y / 8, x / 8]))
      })
    let found = try #require(BlockSteps(in: detail, border: border))
    #expect((found.deviations >= BlockSteps.least) == !isPainted, "\(found.deviations)")
  }
}
