import Foundation
import GinghamDifferentiation
import GinghamLattices
import GinghamNetworks
import GinghamReferenceEngine
import GinghamTensors
import Testing

@testable import GinghamAdversarialProbing

@Suite struct PhaseStudyTests {
  /// One strided convolution, a rectifier, and a dense head with independent weights: white gradients at its output.
  private static func network(kernel: Int, stride: Int, side: Int, seed: UInt64) throws -> Network {
    var network = Network(name: "one layer")
    let x = network.addInput("x", shape: [nil, 3, side, side])
    func weight(_ name: String, _ shape: Shape, _ deviation: Float) -> ValueID {
      network.addConstant(
        name, .float(Tensor(shape) { NormalSequence(seed: seed, name: name).fill($0, deviation: deviation) }))
    }
    let outputs = (side - kernel) / stride + 1
    var y = network.append(
      "conv", .convolution(Convolution(Window(kernel, stride: stride))), x, weight("w", [12, 3, kernel, kernel], 0.2))
    y = network.append("relu", .pointwise(.relu), y)
    y = network.append("flatten", .flatten(axis: 1), y)
    y = network.append(
      "fc", .generalMatrixMultiply(GeneralMatrixMultiply(transposesB: true)), y,
      weight("fc", [10, 12 * outputs * outputs], 0.05))
    network.outputs = [y]
    return network
  }

  private static func picture(side: Int, seed: UInt64) -> Tensor {
    Tensor([1, 3, side, side]) { NormalSequence(seed: seed, name: "picture").fill($0, mean: 0.5, deviation: 0.1) }
      .map { min(max($0, 0), 1) }
  }

  /// √E_top/mean E in the interior: counts 2·2 of a mean of (3/2)² for 3/2, 3·3 of (5/2)² for 5/2, and for even kernels
  /// what is left is the luck of the strongest of four.
  @Test(arguments: [(3, 2, 4.0 / 3), (5, 2, 1.2), (4, 2, 1.0)])
  func oneLayerHasTheAdvantageOfItsOverlap(kernel: Int, stride: Int, expected: Double) throws {
    let side = 33
    let masks = try PhaseStudyMasks(period: 2, height: side, width: side)
    let study = PhaseStudy(masks: masks)
    let measurements = try (0..<24).map { seed in
      let network = try Self.network(kernel: kernel, stride: stride, side: side, seed: UInt64(seed))
      let classifier = try Classifier(ReferenceDifferentiator<Float>(network), inputShape: [1, 3, side, side])
      let picture = Self.picture(side: side, seed: UInt64(seed))
      let label = try classifier.predictions(of: picture)[0]
      return try study.firstOrder(picture, label: label, against: classifier)
    }
    let findings = try PhaseStudyFindings(measurements, masks: masks)
    let top = try #require(findings.lattice.topAdvantageL2)
    let error = (top.upper - top.lower) / 2
    #expect(error < 0.06)
    #expect(abs(top.mean - expected) <= max(1.5 * error, 0.03), "A₂ \(top.text), expected \(expected)")
    // The strongest of four chosen on the picture itself: the floor that a choice alone reaches.
    let chosen = measurements.map { $0.lattice.map(\.advantageL2).max() ?? 0 }.reduce(0, +) / 24
    #expect(chosen >= top.mean)
    if kernel == 4 { #expect(chosen > 1.01 && chosen < 1.15) }
    // Random pixels and the control period see nothing of it.
    #expect(abs(try #require(findings.random.topAdvantageL2).mean - 1) < 0.03)
    if kernel == 4 { #expect(abs(try #require(findings.control.topAdvantageL2).mean - 1) < 0.06) }
    // The pattern stays with the grid when the picture moves.
    if kernel == 3 { #expect(try #require(findings.shift.withGrid).mean > 0.8) }
  }

  @Test func masksPartTheRegionAndAreOfOneSize() throws {
    for (period, height, width) in [(2, 33, 40), (4, 227, 224), (3, 30, 31), (4, 16, 18)] {
      let masks = try PhaseStudyMasks(period: period, height: height, width: width)
      for mask in masks.lattice + masks.random + masks.control { #expect(mask.count == masks.size) }
      #expect(masks.size * period * period == masks.region.count)
      var covered = [Int](repeating: 0, count: height * width)
      for mask in masks.lattice {
        for (pixel, isOpen) in mask.isOpen.enumerated() where isOpen { covered[pixel] += 1 }
      }
      #expect(covered == masks.region.isOpen.map { $0 ? 1 : 0 })
      for mask in masks.random + masks.control {
        #expect(zip(mask.isOpen, masks.region.isOpen).allSatisfy { !$0 || $1 })
      }
      // A control set knows nothing of the lattice: it meets every phase about equally often.
      let meetings = masks.lattice.map { phase in
        zip(phase.isOpen, masks.control[0].isOpen).count { $0 && $1 }
      }
      let mean = Double(masks.size) / Double(period * period)
      #expect(meetings.allSatisfy { abs(Double($0) - mean) < 6 * mean.squareRoot() + 1 })
      #expect(masks.controlPeriod % period != 0)
    }
    #expect(throws: ArtifactError.self) { try PhaseStudyMasks(period: 16, height: 24, width: 24) }
  }

  /// On a net whose pixels count on one phase only, every attack on another phase fails, and the study says so.
  @Test func attacksSucceedWhereTheGradientIs() throws {
    let side = 16
    var network = Network(name: "one phase")
    let x = network.addInput("x", shape: [nil, 3, side, side])
    let w = network.addConstant(
      "w", .float(Tensor([6, 3, 1, 1]) { NormalSequence(seed: 1, name: "w").fill($0, deviation: 0.5) }))
    var y = network.append("conv", .convolution(Convolution(Window(1, stride: 2))), x, w)
    y = network.append("relu", .pointwise(.relu), y)
    y = network.append("flatten", .flatten(axis: 1), y)
    let fc = network.addConstant(
      "fc", .float(Tensor([10, 6 * 64]) { NormalSequence(seed: 1, name: "fc").fill($0, deviation: 0.1) }))
    y = network.append("fc", .generalMatrixMultiply(GeneralMatrixMultiply(transposesB: true)), y, fc)
    network.outputs = [y]
    let batch = 4
    let classifier = try Classifier(ReferenceDifferentiator<Float>(network), inputShape: [batch, 3, side, side])
    let masks = try PhaseStudyMasks(period: 2, height: side, width: side)
    let study = PhaseStudy(masks: masks, steps: 30)
    let measurements = try (0..<5).map { seed in
      let picture = Self.picture(side: side, seed: UInt64(seed) + 10)
      let label = try classifier.predictions(of: .stacked((0..<batch).map { _ in picture }))[0]
      var done = 0
      let measurement = try study.measure(picture, label: label, against: classifier, batch: batch) { part, total in
        #expect(part >= done && part < total && total == study.attackCount)
        done = part
      }
      return measurement
    }
    for measurement in measurements {
      #expect(abs(measurement.lattice[0].advantageL2 - 2) < 1e-5)
      #expect(abs(measurement.lattice[0].advantageLinf - 4) < 1e-5)
      #expect(measurement.lattice[0].minimalL2 != nil && measurement.lattice[0].minimalLinf != nil)
      for set in measurement.lattice.dropFirst() {
        #expect(set.advantageL2 == 0 && set.energy == 0)
        #expect(set.minimalL2 == nil && set.minimalLinf == nil)
      }
      // The whole picture has the border's live pixels, too.
      #expect(try #require(measurement.minimalL2) < #require(measurement.lattice[0].minimalL2))
      #expect(abs(measurement.unevenness - 3) < 1e-9)
    }
    let findings = try PhaseStudyFindings(measurements, masks: masks)
    #expect(try #require(findings.lattice.easierL2).lower > 1.5)
    #expect(try #require(findings.lattice.correlationL2).mean > 0.7)
    let verdict = findings.verdict().joined(separator: " ")
    #expect(verdict.contains("The gradient is uneven on the grid"))
    #expect(verdict.contains("confined to one phase is better off"))
    let data = try JSONEncoder().encode(measurements)
    #expect(try JSONDecoder().decode([PhaseMeasurement].self, from: data) == measurements)
  }

  /// An even gradient must not be called uneven.
  @Test func evenNetsAreNotAccused() throws {
    let side = 33
    let masks = try PhaseStudyMasks(period: 2, height: side, width: side)
    let study = PhaseStudy(masks: masks, steps: 15)
    // A net of its own for each picture: one net's weights are uneven by chance, the geometry is not.
    let measurements = try (0..<6).map { seed in
      let network = try Self.network(kernel: 4, stride: 2, side: side, seed: UInt64(seed))
      let classifier = try Classifier(ReferenceDifferentiator<Float>(network), inputShape: [2, 3, side, side])
      let picture = Self.picture(side: side, seed: UInt64(seed) + 50)
      let label = try classifier.predictions(of: .stacked([picture, picture]))[0]
      return try study.measure(picture, label: label, against: classifier, batch: 2)
    }
    let verdict = try PhaseStudyFindings(measurements, masks: masks).verdict()
    #expect(verdict[0].contains("No unevenness"))
    #expect(!verdict.joined().contains("better off"))
  }
}

@Suite struct EvenTwinTests {
  private func chain(_ windows: [Window]) -> Network {
    var network = Network(name: "chain")
    var x = network.addInput("x", shape: [nil, 3, 32, 32])
    for (index, window) in windows.enumerated() {
      let w = network.addConstant("w\(index)", .float(Tensor(Shape([3, 3] + window.kernel), repeating: 1)))
      x = network.append("conv\(index)", .convolution(Convolution(window)), x, w)
    }
    x = network.append("pool", .maxPool(MaxPool(Window(3, stride: 2, padding: 1))), x)
    network.outputs = [x]
    return network
  }

  @Test func kernelsBecomeMultiplesAndShapesStay() throws {
    let network = chain([Window(3, stride: 2, padding: 1), Window(3, padding: 1), Window(4, stride: 2, padding: 1)])
    let twin = EvenTwin(of: network, seed: 1)
    #expect(twin.enlarged == ["conv0", "pool"])
    let even = try #require(twin.even)
    for node in even.nodes {
      if case .convolution(let convolution) = node.operation {
        #expect(zip(convolution.window.kernel, convolution.window.strides).allSatisfy { $0.isMultiple(of: $1) })
      }
    }
    let shape: Shape = [1, 3, 32, 32]
    let bound = try even.bound(to: ["x": shape])
    let original = try network.bound(to: ["x": shape])
    #expect(even.outputs.map { bound.shapes[$0] } == network.outputs.map { original.shapes[$0] })
    #expect(EvenTwin(of: chain([Window(4, stride: 2)]).without("pool"), seed: 0).even == nil)
  }

  @Test func weightsAreHeNormalAndSeeded() throws {
    let network = chain([Window(3, stride: 2, padding: 1)])
    let (a, b, c) = (
      EvenTwin(of: network, seed: 1).uneven, EvenTwin(of: network, seed: 1).uneven,
      EvenTwin(of: network, seed: 2).uneven
    )
    func weights(_ network: Network) throws -> [Float] {
      try #require(network.constants.values.compactMap(\.tensor).first).scalars
    }
    #expect(try weights(a) == weights(b))
    #expect(try weights(a) != weights(c))
    let variance = try weights(a).reduce(0) { $0 + $1 * $1 } / 81
    #expect(abs(variance / (2.0 / 27) - 1) < 0.4)
  }
}

extension Network {
  fileprivate func without(_ name: String) -> Network {
    var network = self
    network.nodes.removeAll { $0.name == name }
    network.outputs = [network.nodes[network.nodes.count - 1].outputs[0]]
    return network
  }
}
