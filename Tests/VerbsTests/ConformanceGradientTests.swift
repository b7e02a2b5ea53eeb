import Foundation
import GinghamDifferentiation
import GinghamEngine
import GinghamNetworks
import GinghamReferenceEngine
import GinghamTensors
import Testing

import Gingham
@testable import GinghamModelFormats
@testable import GinghamVerbs

/// The ONNX project's cases backwards: along a random direction v, ⟨c, J·v⟩ by central differences of the reference
/// engine in 64 bits must be ⟨Jᵀ·c, v⟩, and the fast engine's gradient must be the reference engine's.
@Suite struct ConformanceGradientTests {
  @Test func everyCaseOfPicturesHasTheGradientOfItsOwnOutputs() throws {
    var checked = 0
    var operators: Set<String> = []
    for folder in try Self.folders() {
      guard let testCase = try? ONNXTestCase(folder: folder), let first = testCase.dataSets.first,
        let (network, pictures) = try? ConformanceRunner.opened(testCase.network, first.inputs), !pictures.isEmpty,
        pictures.allSatisfy({ $0.count > 0 }),
        !network.roundsStraightThrough(), !network.hasShortCasts
      else { continue }
      guard try checkGradient(of: network, at: pictures, folder) else { continue }
      checked += 1
      let model = try ModelMessage(MappedFile(path: folder + "/model.onnx"))
      operators.formUnion(model.graph?.nodes.map(\.operatorType) ?? [])
    }
    print("\(checked) cases of \(operators.count) operators")
    #expect(checked >= 500)
    #expect(operators.count >= 110)
  }

  private static func folders() throws -> [String] {
    let debian = "/usr/share/libonnx-testdata/data/node"
    let newer = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("models/suites/onnx-1.17.0/node").path
    return try [debian, newer].filter(FileManager.default.fileExists).flatMap { root in
      try FileManager.default.contentsOfDirectory(atPath: root).sorted().map { "\(root)/\($0)" }
    }
  }

  /// - Returns: `false` where nothing depends on the pictures, or the outputs are not finite.
  private func checkGradient(of network: Network, at given: [Tensor], _ folder: String) throws -> Bool {
    let shapes = Dictionary(
      zip(network.inputs.map { network.name(of: $0.value) }, given.map(\.shape))
    ) { first, _ in first }
    guard let bound = try? network.bound(to: shapes) else { return false }
    let inputs = Set(bound.inputs)
    let targets = network.outputs.filter {
      bound.constants[$0] == nil && bound.shapes[$0] != nil && !inputs.contains($0)
    }
    guard let target = targets.first, bound.shapes[target]?.elementCount ?? 0 > 0 else { return false }
    let gradients = bound.inputs.filter { bound.leading(to: [target]).reads($0) }
    guard !gradients.isEmpty else { return false }
    let request = PlanRequest(inputShapes: given.map(\.shape), targets: [target], gradients: gradients)
    let exact = try ReferenceDifferentiator<Double>(network).referencePlan(request)
    // Off the kinks and ties that the cases like to have.
    let pictures = given.enumerated().map { index, tensor in
      let noise = Noise(seed: UInt64(index) + 11)
      return tensor.map { $0 + noise.next() * 0.01 * max(abs($0), 0.1) }
    }
    let weights = Tensor(exact.targetShapes[0], repeating: 0).map { [noise = Noise(seed: 5)] _ in noise.next() }
    let point = pictures.map { $0.scalars.map(Double.init) }
    let direction = [Noise(seed: 7)].flatMap { noise in point.map { $0.map { _ in Double(noise.next()) } } }
    func objective(_ step: Double) throws -> Double {
      let moved = zip(point, direction).map { zip($0, $1).map { $0 + step * $1 } }
      return zip(try exact.activations(for: moved)[0], weights.scalars).reduce(0) { $0 + $1.0 * Double($1.1) }
    }
    guard try objective(0).isFinite else { return false }
    let found = try exact.gradients(for: [weights.scalars.map(Double.init)])
    let places = gradients.compactMap { bound.inputs.firstIndex(of: $0) }
    let adjoint = zip(found, places).reduce(0.0) { sum, item in
      sum + zip(item.0, direction[item.1]).reduce(0) { $0 + $1.0 * $1.1 }
    }
    let scale =
      1
      + zip(found, places).reduce(0.0) { sum, item in
        sum + zip(item.0, direction[item.1]).reduce(0) { $0 + abs($1.0 * $1.1) }
      }
    let differences = try [1e-5, 1e-6, 1e-7].map { (try objective($0) - objective(-$0)) / (2 * $0) }
    #expect(
      differences.contains { abs($0 - adjoint) <= 1e-5 * scale },
      "\(folder): the gradient says \(adjoint), differences say \(differences)")

    let fast = try FastDifferentiator(network: network, threads: 1).plan(request)
    _ = try fast.forward(pictures)
    _ = try exact.forward(pictures)
    for (own, expected) in zip(try fast.backward([weights]), try exact.backward([weights])) {
      let peak = expected.scalars.reduce(0) { max($0, abs($1)) }
      let worst = zip(own.scalars, expected.scalars).reduce(0) { max($0, abs($1.0 - $1.1)) }
      // Its tanh is saturated: 1 − y² of a y that is rounded to 32 bits is all that is left of the gradient.
      let floor = folder.hasSuffix("test_rnn_seq_length") ? 5e-3 : 1e-3
      #expect(
        Double(worst) <= 2e-4 * max(Double(peak), floor),
        "\(folder): the fast engine's gradient is off by \(worst) of \(peak)")
    }
    return true
  }
}

/// Reproducible numbers in −1…1.
private final class Noise {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9e37_79b9_7f4a_7c15 | 1 }

  func next() -> Float {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return Float(Int64(state >> 40)) / Float(1 << 23) - 1
  }
}

extension Network {
  /// Whether it rounds to short floating-point types, whose steps a difference sees and the gradient does not.
  fileprivate var hasShortCasts: Bool {
    nodes.contains { node in
      if case .cast(let type) = node.operation { type.isFloatingPoint && type.byteCount < 4 } else { false }
    }
  }
}

extension BoundNetwork {
  fileprivate func reads(_ value: ValueID) -> Bool { nodes.contains { $0.inputs.contains(value) } }
}
