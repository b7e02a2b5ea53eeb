import Foundation
@testable import GinghamFeatureVisualization
import GinghamDifferentiation
import GinghamNetworks
import GinghamReferenceEngine
import GinghamTensors
import Testing

/// Seeded noise.
func noise(_ shape: Shape, seed: UInt64 = 1, mean: Float = 0, deviation: Float = 1) -> Tensor {
  Tensor(shape) { NormalSequence(seed: seed, name: "test").fill($0, mean: mean, deviation: deviation) }
}

func dot(_ a: Tensor, _ b: Tensor) -> Double {
  precondition(a.shape == b.shape, "\(a.shape) and \(b.shape)")
  return zip(a.scalars, b.scalars).reduce(0) { $0 + Double($1.0) * Double($1.1) }
}

extension Tensor {
  func minus(_ other: Tensor) -> Tensor { Tensor(shape, zip(scalars, other.scalars).map { $0 - $1 }) }
  func plus(_ other: Tensor, times factor: Float) -> Tensor {
    Tensor(shape, zip(scalars, other.scalars).map { $0 + factor * $1 })
  }
  var largest: Float { scalars.map(abs).max() ?? 0 }
}

func expectClose(
  _ found: Tensor, _ expected: Tensor, tolerance: Float = 2e-5, sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(found.count == expected.count, sourceLocation: sourceLocation)
  let scale = expected.largest
  #expect(scale > 0, sourceLocation: sourceLocation)
  let error = zip(found.scalars, expected.scalars).map { abs($0 - $1) }.max() ?? .infinity
  #expect(error <= tolerance * scale, "\(error) of \(scale)", sourceLocation: sourceLocation)
}

/// Arrays written by notebooks-scripts/golden/parameterizations.py.
func goldenArrays() throws -> [String: Tensor] {
  let url = try #require(Bundle.module.url(forResource: "Golden/visualization", withExtension: "npz"))
  let arrays = try Tensor.arrays(npz: url.path(percentEncoded: false))
  return Dictionary(uniqueKeysWithValues: arrays.map { ($0.name, $0.array) })
}

/// A net of two strided convolutions that takes any size.
func smallNetwork(activation: Pointwise = .relu, channels: Int = 3, seed: UInt64 = 5) -> Network {
  var network = Network(name: "small")
  let pixels = network.addInput("pixels", shape: [nil, channels, nil, nil])
  func weights(_ name: String, _ shape: Shape) -> ValueID {
    let fan = Float(shape.dimensions.dropFirst().reduce(1, *))
    return network.addConstant(name, .float(noise(shape, seed: seed, deviation: (2 / fan).squareRoot())))
  }
  var x = network.append(
    "conv1", .convolution(Convolution(Window(3, stride: 2, padding: 1))), pixels, weights("w1", [6, channels, 3, 3]))
  x = network.append("act1", .pointwise(activation), x)
  x = network.append(
    "conv2", .convolution(Convolution(Window(3, stride: 2, padding: 1))), x, weights("w2", [8, 6, 3, 3]))
  x = network.append("act2", .pointwise(activation), x)
  network.outputs = [x]
  return network
}

/// The central difference of a function of a tensor along a direction.
func slope(_ function: (Tensor) throws -> Double, at point: Tensor, along direction: Tensor, step: Float) rethrows
  -> Double
{
  let (ahead, behind) = (
    try function(point.plus(direction, times: step)), try function(point.plus(direction, times: -step))
  )
  return (ahead - behind) / (2 * Double(step))
}

func cosine(_ x: Double) -> Double { cos(x) }
func exponential(_ x: Double) -> Double { exp(x) }
