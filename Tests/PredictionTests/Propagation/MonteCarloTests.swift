import Foundation
import GinghamLattices
import GinghamNetworks
import GinghamTensors
import Testing

@testable import GinghamPrediction

/// Predicted variance maps against gradients that PyTorch computed for random nets (notebooks-scripts/golden/
/// gradient_variance.py).
@Suite struct MonteCarloTests {
  struct Case: Sendable, CustomStringConvertible {
    var file: String
    var isLinear: Bool
    var description: String { file }
  }

  static let cases =
    ["stack", "residual", "dilated"].flatMap {
      [Case(file: "linear_\($0)", isLinear: true), Case(file: "relu_\($0)", isLinear: false)]
    } + [Case(file: "relu_pool", isLinear: false)]

  private func network(_ file: String) -> TestNetwork {
    var net = TestNetwork(side: 48)
    switch file.split(separator: "_").last {
    case "stack": for _ in 0..<3 { net.conv(3, 2, padding: 1) }
    case "residual":
      let front = net.conv(5, 2, padding: 2)
      net.conv(3, 2, padding: 1)
      let branch = net.conv(3, 1, padding: 1)
      net.add(branch, net.conv(1, 2, from: front))
    case "dilated":
      net.conv(3, 2, padding: 2, dilation: 2)
      net.conv(3, 1, padding: 1)
    default:
      net.conv(7, 2, padding: 3)
      net.apply("pool", .maxPool(MaxPool(Window(3, stride: 2, padding: 1))))
      net.conv(3, 2, padding: 1)
    }
    return net
  }

  @Test(arguments: cases) func predictedMapsFollowMeasuredOnes(_ test: Case) throws {
    let folder = try #require(Bundle.module.resourceURL)
    let file = folder.appendingPathComponent("Golden/variance/\(test.file).npy").path
    let measured = try #require(try Plane.planes(of: Tensor(npy: file)).first)
    let prediction = try network(test.file).prediction(
      PredictionOptions(signals: test.file == "relu_pool" ? .smooth : .white))
    let predicted = try prediction.variance(at: prediction.inputValue)
    #expect(correlation(measured, predicted) >= 0.95)
    let lattice = try Lattice(period: prediction.period)
    let border = prediction.period
    let (a, b) = (try #require(measured.trimmed(by: border)), try #require(predicted.trimmed(by: border)))
    let found = Unevenness(of: try PhaseTable(means: a, lattice: lattice))
    let expected = Unevenness(of: try PhaseTable(means: b, lattice: lattice))
    for (period, cv2) in expected.bands where test.isLinear && cv2 > 0.01 {
      #expect(abs((found.bands[period] ?? 0) / cv2 - 1) < 0.15, "period \(period)")
    }
    #expect(abs(found.cv2 / expected.cv2 - 1) < (test.isLinear ? 0.15 : 0.25))
    #expect(abs(found.deadShare - expected.deadShare) < 1e-12)
    // With He's initialisation even the scale is right.
    if test.isLinear { #expect(abs(measured.mean / predicted.mean - 1) < 0.05) }
  }

  private func correlation(_ a: Plane, _ b: Plane) -> Double {
    let (meanA, meanB) = (a.mean, b.mean)
    let product = zip(a.values, b.values).reduce(0) { $0 + ($1.0 - meanA) * ($1.1 - meanB) } / Double(a.values.count)
    return product / (a.variance * b.variance).squareRoot()
  }
}
