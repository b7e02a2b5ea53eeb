import Foundation
import GinghamSignals
import GinghamTensors
import Testing

@testable import GinghamImaging

@Suite struct PlotTests {
  @Test func valuesWithoutAPlaceAreCountedInANote() throws {
    let plot = Plot(
      "", x: Axis("x"), y: Axis("y", scale: .logarithmic), series: [Series("", y: [1, 0, .nan, 10, -1])])
    #expect(try plot.figure().textBoxes().contains { $0.text.hasPrefix("3 of 5 values") })
    let empty = try Plot("", x: Axis("x"), y: Axis("y"), series: []).figure()
    #expect(empty.textBoxes().contains { $0.text == "no data" })
  }

  @Test func unequalCountsAreRefused() {
    for series in [
      Series("a", x: [1, 2], y: [1]), Series("a", y: [1, 2], labels: ["x"]), Series("a", y: [1], band: ([], [1])),
    ] {
      #expect(throws: ImageError.self) { try Plot("", x: Axis(), y: Axis(), series: [series]).figure() }
    }
    #expect(throws: ImageError.self) {
      try BarChart("", categories: ["a"], bars: [.init(values: [1, 2])], axis: Axis()).figure()
    }
    #expect(throws: ImageError.self) { try OverlapStrips("", strips: []).figure() }
  }

  /// The blue of the first series stands at the middle of a plot whose line crosses there, and not beside it.
  @Test func aLineRunsWhereItsValuesAre() throws {
    let plot = Plot(
      "", x: Axis(range: 0...2), y: Axis(range: 0...2), series: [Series("", x: [0, 2], y: [1, 1])],
      plotSize: (200, 100))
    let picture = try plot.figure().picture(scale: 1)
    let blue = (0..<picture.height).filter { y in
      (80..<100).allSatisfy { picture.pixels[0, y, $0] < 0.3 && picture.pixels[2, y, $0] > 0.6 }
    }
    // The area begins a margin below the top: no title, no flags.
    #expect(blue == [Int(PlotFrame.margin) + 49] || blue == [Int(PlotFrame.margin) + 49, Int(PlotFrame.margin) + 50])
  }

  @Test func equalCurvesShareALine() {
    let series = [
      Series("a", x: [1, 2], y: [3, 4]), Series("b", x: [1, 2], y: [3, 5]), Series("c", x: [1, 2], y: [3, 4]),
      Series("d", x: [1, 2], y: [3, 4], style: .dashedLine), Series("e", x: [1, 3], y: [3, 4]),
    ]
    #expect(series.sharingCurves.map(\.name) == ["a, c", "b", "d", "e"])
  }

  /// −1, 1 and 0.5 in blue, red and paler red: signs do not get lost.
  @Test func stripsShowSigns() throws {
    let strips = OverlapStrips("", strips: [.init("", counts: [-1, 1, 0.5])], width: 300)
    let picture = try strips.figure().picture(scale: 1)
    let y = picture.height / 2
    // Away from the texts in the middle of the cells.
    let cells = [15, 115, 215].map { x in
      (0..<3).map { picture.pixels[$0, y, Int(PlotFrame.margin) + 12 + x] }
    }
    for (cell, level) in zip(cells, [0, 1, 0.75]) {
      let wanted = ColourMap.diverging.colour(at: level)
      #expect((0..<3).allSatisfy { abs(Double(cell[$0]) - wanted[$0]) < 0.02 }, "\(cells)")
    }
  }

  @Test func matrixCellsTakeTheirColours() throws {
    let values = Tensor([2, 2], [0, 1, 2, 3])
    let figure = try MatrixPlot("", values: values, colourMap: .grey, x: Axis(), y: Axis(), side: 100).figure()
    let picture = try figure.picture(scale: 1)
    let corner = try #require(
      (0..<picture.width).first { x in (20..<100).allSatisfy { picture.pixels[0, $0, x] < 0.5 } })
    for (row, column, level) in [(0, 0, 0.0), (0, 1, 1.0 / 3), (1, 0, 2.0 / 3), (1, 1, 1.0)] {
      let found = picture.pixels[0, Int(PlotFrame.margin) + 25 + 50 * row, corner + 25 + 50 * column]
      #expect(abs(Double(found) - ColourMap.grey.colour(at: level).x) < 0.01)
    }
  }

  @Test func fieldsThatAreNotFiniteAreRefused() {
    let broken = Tensor([1, 3], [0, .nan, 1])
    #expect(throws: ImageError.nonFinite(what: "the plotted field", count: 1, total: 3)) {
      try MatrixPlot("", values: broken).figure()
    }
    #expect(throws: ImageError.nonFinite(what: "the spectrum", count: 1, total: 3)) {
      try SpectrumPlot("", power: broken).figure()
    }
    #expect(throws: ImageError.nonFinite(what: "the overlap counts", count: 1, total: 2)) {
      try OverlapStrips("", strips: [.init("", counts: [1, .infinity])]).figure()
    }
  }

  /// What has ten times the power has the colour of 10 dB more; by itself it would look the same.
  @Test func spectraBesideEachOtherHaveOneScale() throws {
    let power = Tensor([8, 8], (0..<64).map { Float(pow(10, Double($0) / 16)) })
    let (weak, strong) = (SpectrumPlot("", power: power), SpectrumPlot("", power: power.map { 10 * $0 }))
    #expect(try weak.figure().svg() == strong.figure().svg())
    /// How much brighter the right half is, in 0…1.
    func step(_ figure: Figure) throws -> Float {
      let pixels = try figure.picture(scale: 1).pixels
      let (row, half) = (pixels.shape[1] / 2, pixels.shape[2] / 2)
      return (0..<half).reduce(0) { $0 + pixels[0, row, half + $1] - pixels[0, row, $1] } / Float(half)
    }
    #expect(try abs(step(.row([weak.figure(), weak.figure()]))) < 0.01)
    #expect(try abs(step(SpectrumPlot.row([weak, weak]))) < 0.01)
    #expect(try step(SpectrumPlot.row([weak, strong])) > 0.05)
    let ticks = try SpectrumPlot.row([weak, strong]).textBoxes().map(\.text)
    #expect(ticks[..<(ticks.count / 2)] == ticks[(ticks.count / 2)...].prefix(ticks.count / 2))
  }

  /// The ring of each lattice frequency stands in the middle of the bin that holds its power.
  @Test(arguments: [8, 12, 24]) func ringsStandOnTheirBins(size: Int) throws {
    let across = AxisScale(SpectrumPlot.axis("horizontal", count: size), showing: [])
    let down = AxisScale(SpectrumPlot.axis("vertical", count: size, isReversed: true), showing: [])
    for frequency in SpectrumPlot.latticeFrequencies(period: 4) {
      var power = Tensor([size, size])
      let bin = [frequency.y, frequency.x].map { (Int(($0 * Double(size)).rounded()) + size) % size }
      power[bin[0], bin[1]] = 1
      let column = try #require(across.position(of: frequency.x)) * Double(size) - 0.5
      let row = (1 - (try #require(down.position(of: frequency.y)))) * Double(size) - 0.5
      #expect(abs(column - column.rounded()) < 1e-9 && abs(row - row.rounded()) < 1e-9)
      #expect(power.frequencyShifted[Int(row.rounded()), Int(column.rounded())] == 1)
    }
  }

  @Test func latticeFrequenciesHaveTheirExactPeriod() {
    let counts = [1, 2, 3, 4, 8, 16].map { SpectrumPlot.latticeFrequencies(period: $0).count }
    #expect(counts == [0, 3, 8, 12, 48, 192])
    for frequency in SpectrumPlot.latticeFrequencies(period: 6) {
      #expect((-0.5..<0.5).contains(frequency.x) && (-0.5..<0.5).contains(frequency.y))
      let periods = (1...6).filter { period in
        [frequency.x, frequency.y].allSatisfy { abs(($0 * Double(period)).remainder(dividingBy: 1)) < 1e-9 }
      }
      #expect(periods == [6])
    }
  }
}

@Suite struct ContactSheetTests {
  @Test func aMontageKeepsEveryPixel() throws {
    let first = try Picture(Tensor([3, 2, 3], (0..<18).map { Float($0) / 18 }))
    let second = try Picture(Tensor([1, 1, 1], [0.25]))
    let sheet = try Picture.montage([first, second, first], columns: 2, gap: 1)
    #expect(sheet.pixels.shape == [3, 5, 7])
    #expect(sheet.pixels.slice(axis: 1, 0..<2).slice(axis: 2, 0..<3) == first.pixels)
    #expect(sheet.pixels.slice(axis: 1, 3..<5).slice(axis: 2, 0..<3) == first.pixels)
    #expect(sheet.pixels[2, 0, 4] == 0.25 && sheet.pixels[0, 0, 3] == 1 && sheet.pixels[0, 4, 6] == 1)
    #expect(throws: ImageError.self) { try Picture.montage([], columns: 2) }
    #expect(throws: ImageError.self) { try Picture.montage([first], columns: 0) }
  }

  @Test func smallPicturesGrowWithSquarePixels() throws {
    let checkered = try Picture(Tensor([1, 2, 2], [0, 1, 1, 0]))
    let picture = try ContactSheet(tiles: [.init(checkered)], columns: 1, side: 40).figure().picture(scale: 1)
    let inside = picture.pixels.slice(axis: 1, 16..<56)
    #expect(inside.scalars.allSatisfy { $0 == 0 || $0 == 1 })
    #expect(inside.scalars.filter { $0 == 0 }.count == 3 * 40 * 40 / 2)
  }
}
