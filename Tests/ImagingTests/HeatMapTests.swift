import GinghamTensors
import Testing

@testable import GinghamImaging

@Suite struct HeatMapTests {
  @Test func channelsAreJoinedAsNamed() throws {
    let gradient = Tensor([3, 1, 2], [1, -2, -4, 1, 2, 0.5])
    let expected: [(ChannelReduction, [Float])] = [
      (.sum, [-1, -0.5]), (.strongest, [-4, -2]), (.maximumMagnitude, [4, 2]), (.sumOfMagnitudes, [7, 3.5]),
      (.norm, [Float(21).squareRoot(), Float(5.25).squareRoot()]),
    ]
    #expect(expected.count == ChannelReduction.allCases.count)
    for (reduction, values) in expected {
      #expect(try reduction(gradient).scalars == values, "\(reduction)")
      #expect(try reduction(gradient.reshaped(to: [1, 3, 1, 2])).shape == [1, 2])
    }
    #expect(throws: ImageError.self) { try ChannelReduction.sum(Tensor([2, 3, 1, 2])) }
  }

  @Test func zeroIsNeutralWhateverTheScale() throws {
    let neutral = ColourMap.diverging.colour(at: 0.5)
    for values: [Float] in [[0, 1, 100], [0, -1e-9, 0], [0, 0, 0]] {
      let picture = try HeatMap(of: Tensor([1, 1, 3], values)).picture
      for channel in 0..<3 { #expect(picture.pixels[channel, 0, 0] == Float(neutral[channel])) }
    }
    let dark = try HeatMap(of: Tensor([1, 1, 2], [0, 5]), reducing: .maximumMagnitude).picture
    #expect(dark.pixels[0, 0, 0] == Float(ColourMap.sequential.colour(at: 0).x))
  }

  @Test func signsTakeOppositeColours() throws {
    let picture = try HeatMap(of: Tensor([1, 1, 2], [-1, 1])).picture.pixels
    #expect(picture[2, 0, 0] > picture[0, 0, 0] && picture[0, 0, 1] > picture[2, 0, 1])
  }

  @Test func theScaleEndsAtThePercentile() throws {
    let values = (0...100).map { Float($0) - 50 }
    #expect(try HeatMap(of: Tensor([1, 1, 101], values), percentile: 90).limit == 45)
    #expect(try HeatMap(of: Tensor([1, 1, 101], values), percentile: 100).limit == 50)
    var sparse = Tensor([1, 40, 40])
    sparse[0, 3, 3] = -2
    #expect(try HeatMap(of: sparse).limit == 2)
    #expect(throws: ImageError.self) { try HeatMap(of: sparse, percentile: 101) }
  }

  @Test func comparedMapsShareAScale() throws {
    let strong = try HeatMap(of: Tensor([1, 1, 2], [0, 4]), reducing: .norm, percentile: 100)
    let weak = try HeatMap(of: Tensor([1, 1, 2], [0, 1]), reducing: .norm, percentile: 100)
    #expect(weak.picture == strong.picture)
    let pixels = weak.onScale(of: strong).picture.pixels
    let quarter = ColourMap.sequential.colour(at: 0.25)
    for channel in 0..<3 { #expect(abs(Double(pixels[channel, 0, 1]) - quarter[channel]) < 1e-6) }
  }

  @Test func valuesThatAreNotFiniteAreReportedNotDrawn() {
    #expect(throws: ImageError.nonFinite(what: "the gradient", count: 2, total: 3)) {
      try HeatMap(of: Tensor([1, 1, 3], [.nan, 1, -.infinity]))
    }
    // Finite channels whose sum is not.
    #expect(throws: ImageError.self) {
      try HeatMap(of: Tensor([2, 1, 1], [3e38, 3e38]), reducing: .sumOfMagnitudes)
    }
  }

  @Test func anOverlayShowsThePhotographWhereTheGradientIsZero() throws {
    let photograph = try Picture(Tensor([3, 2, 4], repeating: 0.25))
    let map = try HeatMap(of: Tensor([1, 2, 4], [0, 0, 0, 0, 0, 0, 0, 3]))
    let overlay = map.overlay(on: photograph, opacity: 1)
    #expect(abs(overlay.pixels[1, 0, 0] - 0.25) < 1e-6)
    #expect(overlay.pixels[0, 1, 3] == map.picture.pixels[0, 1, 3])
    let small = try HeatMap(of: Tensor([1, 1, 1], [3])).overlay(on: photograph)
    #expect(small.height == 2 && small.width == 4)
  }
}

/// Gradients may be as large as floats are.
@Suite struct LargeGradientTests {
  @Test(arguments: ChannelReduction.allCases) func channelsAreJoinedWithoutOverflow(_ reduction: ChannelReduction)
    throws
  {
    let small = Tensor([3, 2, 2], [1, -2, 3, 4, 0.5, 2, -1, 8, 1, 1, 1, -2])
    let scale: Float = 0x1p120
    let (plain, large) = (try reduction(small), try reduction(small.map { $0 * scale }))
    #expect(zip(plain.scalars, large.scalars).allSatisfy { abs($0 * scale - $1) <= 1e-6 * abs($1) })
    #expect(throws: Never.self) { try HeatMap(of: small.map { $0 * scale }, reducing: reduction) }
  }
}
