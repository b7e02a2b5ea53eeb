import Foundation
import GinghamSignals
import GinghamTensors
import Testing

@testable import GinghamImaging

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// Figures of every kind, ordinary and extreme.
private enum Gallery {
  static let long = "A title that goes on about layers, strides, kernels, periods and everything a researcher may name"

  static func figures() throws -> [(name: String, figure: Figure)] {
    let waves = (0..<4).map { index in
      Series(
        "mitigation number \(index) with a name that needs several lines in the legend",
        y: (0..<50).map { sin(Double($0 * (index + 1)) / 9) * 1e-7 }, style: index == 1 ? .dashedLine : .line)
    }
    let scatter = Series(
      "", x: (0..<30).map { Double($0 % 6) }, y: (0..<30).map { Double($0 / 6) }, style: .points,
      labels: (0..<30).map { "layer\($0).conv" })
    let tile = try Picture(Tensor([3, 8, 6], repeating: 0.5))
    let spectrum = SpectrumPlot(long, power: Tensor([16, 15], repeating: 2), periods: [2, 4, 32])
    return [
      ("lines", try Plot(long, x: Axis("training step"), y: Axis("loss (nats)"), series: waves).figure()),
      ("narrow", try Plot(long, x: Axis(long), y: Axis(long), series: waves, plotSize: (120, 80)).figure()),
      (
        "logarithmic",
        try Plot(
          "ε", x: Axis("ε", scale: .logarithmic), y: Axis("success", scale: .logarithmic),
          series: [Series("a", x: [1e-9, 1, 1e9], y: [1, 1e-5, 0])],
          references: [.horizontal(at: 0.5, name: "chance")]
        ).figure()
      ),
      ("scatter", try Plot("", x: Axis("x"), y: Axis("y"), series: [scatter]).figure()),
      ("empty", try Plot("nothing", x: Axis("x"), y: Axis("y"), series: []).figure()),
      (
        "references",
        try Plot(
          "spectrum", x: Axis("frequency"), y: Axis("power"), series: [Series("", x: [0, 0.5], y: [1e6, 2e6])],
          references: (2..<12).map { .vertical(at: 1 / Double($0), name: "period \($0)") }
        ).figure()
      ),
      (
        "bars",
        try BarChart(
          long, categories: ["conv1", long, "x"],
          bars: [
            .init("predicted", values: [0.1, 2, -1], errors: [0.05, 0.5, 0.2]),
            .init("measured", values: [3, .nan, 1]),
          ],
          axis: Axis("CV²")
        ).figure()
      ),
      (
        "strips",
        try OverlapStrips(
          long, strips: [.init("L1", counts: [1, 2, 1]), .init(long, counts: (0..<40).map { Double($0 % 7) * 1000 })]
        ).figure()
      ),
      (
        "matrix",
        try MatrixPlot(
          long, values: Tensor([5, 300], (0..<1500).map { Float($0) * 1e4 }), barLabel: "gradient energy",
          marks: [.init(x: 3, y: 2, name: "a"), .init(x: 7, y: 2, name: long)]
        ).figure()
      ),
      ("spectrum", try spectrum.figure()),
      ("spectra", try SpectrumPlot.row([spectrum, spectrum])),
      ("signed", try spectrum.figure().signed(long + long)),
      (
        "sheet",
        try ContactSheet(long, tiles: (0..<7).map { .init(tile, label: $0 == 3 ? long : "tile \($0)") }, columns: 3)
          .figure()
      ),
    ]
  }
}

@Suite struct FigureTests {
  @Test func textsNeitherOverlapNorLeaveTheFigure() throws {
    for (name, figure) in try Gallery.figures() {
      let page = Rectangle(x: 0, y: 0, width: figure.width, height: figure.height)
      let boxes = figure.textBoxes()
      #expect(!boxes.isEmpty)
      for (index, item) in boxes.enumerated() {
        #expect(page.contains(item.box), "\(name): '\(item.text)' leaves the page")
        for other in boxes[(index + 1)...] {
          // Lines of one paragraph touch; half a unit is a hair.
          #expect(
            !item.box.insetBy(0.5).overlaps(other.box.insetBy(0.5)), "\(name): '\(item.text)' covers '\(other.text)'")
        }
      }
    }
  }

  @Test func aSignatureStandsBelowAllElse() throws {
    let figure = try Plot("", x: Axis("step"), y: Axis(), series: [Series("", y: [1, 2])]).figure()
    let signed = try figure.signed("resnet18, cat.png")
    let (plain, boxes) = (figure.textBoxes(), signed.textBoxes())
    #expect(boxes.dropLast().map(\.text) == plain.map(\.text) && boxes.last?.text == "resnet18, cat.png")
    #expect(zip(plain, boxes).allSatisfy { $0.box == $1.box } && signed.width == figure.width)
    let lowest = plain.map { $0.box.y + $0.box.height }.max() ?? 0
    #expect(try #require(boxes.last).box.y > lowest)
    #expect(try figure.signed("").svg() == figure.svg())
  }

  @Test func everyFigureBecomesPixelsAndWellFormedSVG() throws {
    for (name, figure) in try Gallery.figures() {
      let picture = try figure.picture()
      #expect(picture.width == Int(figure.width) * 2 && picture.height == Int(figure.height) * 2, "\(name)")
      #expect(Set(picture.pixels.scalars).count > 8, "\(name) is blank")
      let parser = XMLParser(data: Data(try figure.svg()))
      #expect(parser.parse(), "\(name): \(String(describing: parser.parserError))")
      let document = Data(try figure.pdf())
      #expect(document.starts(with: Data("%PDF-".utf8)) && document.range(of: Data("%%EOF".utf8)) != nil, "\(name)")
    }
  }

  @Test func equalFiguresGiveEqualBytes() throws {
    let (first, second) = (try Gallery.figures(), try Gallery.figures())
    for (left, right) in zip(first, second) {
      #expect(try left.figure.picture().encodedPNG() == right.figure.picture().encodedPNG(), "\(left.name)")
      #expect(try left.figure.svg() == right.figure.svg(), "\(left.name)")
      #expect(try left.figure.pdf() == right.figure.pdf(), "\(left.name)")
    }
  }

  @Test func theNameDecidesTheFormat() throws {
    let figure = try Plot("", x: Axis(), y: Axis(), series: [Series("", y: [1, 2])]).figure()
    try withTemporaryFolder { folder in
      try figure.write(to: folder + "/plot.svg")
      try figure.write(to: folder + "/plot.png", scale: 1)
      #expect(try Data(contentsOf: URL(filePath: folder + "/plot.svg")).starts(with: Data("<?xml".utf8)))
      try figure.write(to: folder + "/plot.pdf")
      #expect(try Data(contentsOf: URL(filePath: folder + "/plot.pdf")).starts(with: Data("%PDF-".utf8)))
      #expect(try Picture(contentsOf: folder + "/plot.png").width == Int(figure.width))
    }
    #expect(throws: ImageError.self) { try figure.picture(scale: 1000) }
    #expect(throws: ImageError.self) { try figure.picture(scale: 0) }
  }
}
