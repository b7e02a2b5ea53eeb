import Foundation
import GinghamLattices
import GinghamTestSupport
import Testing

@testable import GinghamDiagnosis

@Suite struct LocalOutlierTests {
  /// A luma with the 32 pixels from (64, 96) on displaced at random by up to `reach` pixels.
  private func warped(_ luma: Plane, reach: Int, seed: UInt64) -> Plane {
    var noise = Noise(seed: seed)
    var result = luma
    for y in 64..<96 {
      for x in 96..<128 {
        let (dy, dx) = (Int.random(in: -reach...reach, using: &noise), Int.random(in: -reach...reach, using: &noise))
        result[y, x] = luma[y + dy, x + dx]
      }
    }
    return result
  }

  @Test func aWarpedTileIsFoundWhereItIs() throws {
    for seed in 600..<604 {
      let set = (0..<4).map { index -> Plane in
        Plane.luma(of: SyntheticPhotograph(seed: UInt64(seed * 10 + index)).channels)
      }
      let norm = try #require(LocalOutliers(norm: set.compactMap(TileStatistics.init)))
      #expect(norm.tileCount == 4 * 36)
      var last = 0.0
      for reach in [0, 1, 3, 8] {
        let tiles = try #require(TileStatistics(of: warped(set[0], reach: reach, seed: UInt64(seed))))
        #expect(tiles.side == 32 && tiles.rows == 6 && tiles.columns == 6)
        let distances = norm.distances(of: tiles)
        let place = 2 * 6 + 3
        #expect(reach == 0 || distances[place] > last, "reach \(reach): \(distances[place]) after \(last)")
        last = distances[place]
        if reach == 8 {
          #expect(distances.max() == last && last > 6)
          #expect(norm.strangest(try #require(tiles.tiles[place])).statistic != .contrast)
        }
      }
    }
  }

  @Test func statisticsAreThoseOfTheirTile() throws {
    var noise = Noise(seed: 610)
    let map = noise.plane(96, 64)
    let tiles = TileStatistics(of: map, side: 16)
    let tile = try #require(tiles.tiles[2 * 4 + 1])
    let part = map.crop(rows: 32..<48, columns: 16..<32)
    #expect(isClose(tile[0], log(part.variance), 1e-9))
    var (step, laplacian) = (0.0, 0.0)
    for y in 32..<48 {
      for x in 16..<32 {
        let (up, left) = (map[y, x] - map[y - 1, x], map[y, x] - map[y, x - 1])
        step += (up * up + left * left) / 256
        let value = map[y - 1, x] + map[y + 1, x] + map[y, x - 1] + map[y, x + 1] - 4 * map[y, x]
        laplacian += value * value / 256
      }
    }
    #expect(isClose(tile[1], log(step / part.variance), 1e-4))
    #expect(isClose(tile[2], log(laplacian / step), 1e-4))
  }

  @Test func flatTilesAndSmallPicturesHaveNoSay() throws {
    let flat = try #require(TileStatistics(of: Plane(height: 64, width: 64, repeating: 0.4)))
    #expect(flat.side == 16 && flat.tiles.allSatisfy { $0 == nil })
    #expect(LocalOutliers(norm: [flat]) == nil)
    #expect(TileStatistics(of: Plane(height: 40, width: 400)) == nil)
  }
}
