import Foundation
import GinghamTensors
import Testing

@testable import GinghamAdversarialProbing

@Suite struct SensitivityTests {
  /// A gradient with nine tenths of its energy on one phase of four.
  private func grid(side: Int = 32, roughness: Float = 0) -> Tensor {
    var random = SeededGenerator(seed: 4, name: "grid")
    return Tensor(
      [1, 2, side, side],
      (0..<(2 * side * side)).map { index in
        let (y, x) = (index / side % side, index % side)
        let scale: Float = y % 2 == 1 && x % 2 == 0 ? Float(27).squareRoot() : 1
        return (random.next() >> 63 == 0 ? scale : -scale) * (1 + roughness * random.signedUnit())
      })
  }

  @Test func sharesAreThoseOfThePhases() throws {
    var map = try SensitivityMap(period: 2, height: 32, width: 32)
    try map.add(grid())
    try map.add(grid().map { 100 * $0 })
    try map.add(Tensor([1, 2, 32, 32]))
    #expect(map.pictureCount == 2)
    // Row 1, column 0: 27 of 27 + 3 in energy, √27 of √27 + 3 in magnitude.
    #expect(zip(map.phaseEnergyShares, [1.0 / 30, 1 / 30, 0.9, 1 / 30]).allSatisfy { abs($0 - $1) < 1e-6 })
    let root = 27.0.squareRoot()
    #expect(abs(map.phaseMagnitudeShares[2] - root / (root + 3)) < 1e-6)
    #expect(abs(map.pixelShares.scalars.reduce(0, +) - 1) < 1e-5)
    #expect(abs(map.pixelShares[1, 0] / map.pixelShares[0, 0] - 27) < 1e-3)
    let finding = try map.finding()
    #expect(finding.bands.map(\.period) == [2])
    #expect(finding.verdict == .artifact)
  }

  /// The grid is in the magnitude's spectrum at (0, ½), (½, 0) and (½, ½), not in that of the signed gradient.
  @Test func theMagnitudesSpectrumHasThePeaks() throws {
    var spectrum = try GradientSpectrum(period: 4)
    spectrum.add(grid(side: 64, roughness: 0.2))
    let peaks = spectrum.peaks
    #expect(peaks.map(\.period) == [2, 4])
    #expect(try #require(peaks[0].magnitudeDecibels) > 30)
    #expect(try #require(peaks[0].decibels) < 12)
    // Orthonormal: powers sum to the sum of squares of the channel mean, here of a gradient of length 1.
    let gradient = grid(side: 64, roughness: 0.2)
    let length = gradient.scalars.reduce(0.0) { $0 + Double($1 * $1) }.squareRoot()
    let sum = (0..<4096).reduce(0.0) { sum, pixel in
      let mean = Double(gradient.scalars[pixel] + gradient.scalars[4096 + pixel]) / 2 / length
      return sum + mean * mean
    }
    #expect(abs(Double(spectrum.power.scalars.reduce(0, +)) / sum - 1) < 1e-4)
  }
}

@Suite struct FourierSensitivityTests {
  @Test func wavesAreUnitVectorsAtOneFrequency() throws {
    let waves = try FourierSensitivity(side: 8, length: 4)
    let frequencies = waves.frequencies
    // One of each mirrored pair of 8·8: the four that mirror themselves, and half of the others.
    #expect(frequencies.count == 34)
    var gram: [Double] = []
    let pictures = frequencies.map { waves.wave(row: $0.row, column: $0.column, height: 16, width: 24).scalars }
    for (index, a) in pictures.enumerated() {
      #expect(abs(a.reduce(0.0) { $0 + Double($1 * $1) } - 1) < 1e-5)
      for b in pictures[(index + 1)...] { gram.append(zip(a, b).reduce(0.0) { $0 + Double($1.0 * $1.1) }) }
    }
    #expect(gram.allSatisfy { abs($0) < 1e-5 })
  }

  @Test func mirrorImagesShareTheirRate() throws {
    let waves = try FourierSensitivity(side: 4, length: 1)
    let turned = waves.frequencies.map { $0.row == 1 && $0.column == 1 }
    let rates = waves.errorRates([turned, turned.map { _ in false }])
    #expect(rates[1, 1] == 0.5)
    #expect(rates[3, 3] == 0.5)
    #expect(rates.scalars.count { $0 > 0 } == 2)
  }

  /// Counted once more picture by picture, with the waves put together outside.
  @Test func errorsAreThoseOfThePicturesWithTheirWaves() throws {
    let golden = try GoldenNet()
    let classifier = try golden.classifier()
    let waves = try FourierSensitivity(side: 6, length: 3, seed: 2)
    let picture = golden.pictures.sample(0)
    let label = golden.labels[0]
    let found = try waves.errors(at: picture, label: label, name: "a", against: classifier, batch: 4)
    #expect(found == (try waves.errors(at: picture, label: label, name: "a", against: classifier, batch: 3)))
    #expect(found.contains(true) && found.contains(false))
    let loud = try FourierSensitivity(side: 6, length: 1e-6).errors(
      at: picture, label: label, name: "a", against: classifier, batch: 4)
    #expect(!loud.contains(true))
    #expect(FourierSensitivity.usualLength(height: 224, width: 224) == 15.7)
    #expect(FourierSensitivity.usualLength(height: 32, width: 32) == 4)
    #expect(throws: ProbingError.self) { try FourierSensitivity(side: 1, length: 1) }
  }
}

@Suite struct ProbingWarningTests {
  private func kinds(
    outputs: [Float] = [1, 2, 3, 4, 5, 6, 7, 8], second: [Float]? = nil, silent: Int = 0, predictions: [Int],
    labels: [Int]?, classes: Int = 4
  ) -> [ProbingWarning.Kind] {
    // In parts, as they come.
    var repeated = RepeatedOutputs(classes: classes)
    for start in stride(from: 0, to: outputs.count, by: classes) {
      let part = start..<min(start + classes, outputs.count)
      repeated.add(Array(outputs[part]), Array((second ?? outputs)[part]))
    }
    return ProbingWarning.inspect(outputs: repeated, silent: silent, predictions: predictions, labels: labels)
      .map(\.kind)
  }

  @Test func eachFlagIsRaisedByItsCauseOnly() {
    #expect(kinds(predictions: [0, 1], labels: [0, 1]).isEmpty)
    #expect(kinds(silent: 1, predictions: [0, 1], labels: nil) == [.zeroGradients])
    #expect(kinds(outputs: [0.5, 0.25, 0.25, 0, 0, 0, 1, 0], predictions: [0, 2], labels: nil) == [.probabilities])
    #expect(kinds(second: [1, 2, 3, 4, 5, 6, 7, 8.5], predictions: [3, 3], labels: nil) == [.nondeterminism])
    #expect(kinds(outputs: [1, 2, 3, 4, 5, 6], predictions: [2, 2], labels: nil, classes: 3) == [.fewClasses])
  }

  @Test func anotherClassOrderIsNoticed() {
    let labels = [5, 17, 300, 8, 42, 999]
    #expect(kinds(predictions: labels.map { $0 + 1 }, labels: labels, classes: 1001) == [.classOrder])
    #expect(kinds(predictions: [1, 2, 3, 4, 5, 6], labels: labels, classes: 1000) == [.classOrder])
    // An ordinary network errs, too.
    #expect(kinds(predictions: [5, 17, 300, 9, 42, 7], labels: labels, classes: 1000).isEmpty)
    #expect(kinds(predictions: [5, 17, 1, 9, 3, 7], labels: labels, classes: 1000).isEmpty)
    #expect(kinds(predictions: labels.map { $0 + 1 }, labels: nil, classes: 1001).isEmpty)
  }
}
