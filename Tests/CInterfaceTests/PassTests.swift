import CGingham
import Foundation
import Gingham
import Testing

/// What the C functions compute is what the rooms below compute.
@Suite struct PassTests {
  static let net = "random:squeezenet1_1?size=64&seed=3"

  static func noise(_ shape: Shape, _ name: String = "pictures") -> Tensor {
    Tensor(shape) { NormalSequence(seed: 1, name: name).fill($0, mean: 0.5, deviation: 0.2) }
  }

  private func engine(_ backend: Backend = .fast) throws -> any Differentiator {
    try EngineChoice(backend).differentiator(for: ModelSource(Self.net).load().network, team: ThreadTeam(threads: 2))
  }

  @Test(arguments: [Backend.fast, .reference, .reference64])
  func gradientsAreThoseOfTheEngine(backend: Backend) throws {
    let input = Self.noise([2, 3, 64, 64])
    let net = try OpenNet(Self.net, "--threads", "2", "--backend", backend.rawValue)
    let model = try ModelSource(Self.net).load()
    for target in ["class:7", "top", "features.3.squeeze:2", "0.5*layer:features.6.cat - class:1"] {
      let expected = try Gradient().attribute(
        input, to: model.objectiveParser().parse(target), by: engine(backend))
      let found = try net.gradient(["--target", target], of: input)
      #expect(found.values == expected.values, "\(target)")
      #expect(found.gradient == expected.map, "\(target)")
    }
  }

  @Test func methodsAreThoseOfTheVerb() throws {
    let input = Self.noise([1, 3, 64, 64])
    let net = try OpenNet(Self.net, "--threads", "2")
    let objective = try ObjectiveParser { _ in [] }.parse("class:5")
    let engine = try engine()
    let smooth = try SmoothGrad(samples: 3, deviation: 0.5, seed: 9).attribute(input, to: objective, by: engine)
    let options = ["--target", "class:5", "--method", "smoothgrad", "--samples", "3", "--noise", "0.5", "--seed", "9"]
    #expect(try net.gradient(options, of: input).gradient == smooth.map)
    let camera = try GradCAM(layer: "features.6.cat").attribute(input, to: objective, by: engine)
    let map = try net.gradient(["--target", "class:5", "--method", "gradcam", "--at", "features.6.cat"], of: input)
    #expect(map.gradient == camera.map)
    #expect(map.gradient.shape.dimensions.prefix(2) == [1, 1])
  }

  @Test func activationsAreThoseOfTheEngine() throws {
    let input = Self.noise([3, 3, 64, 64])
    let net = try OpenNet(Self.net, "--threads", "2")
    let engine = try engine()
    let layers = ["features.3.squeeze", "output"]
    let targets = try layers.map(engine.network.value)
    let plan = try engine.plan(PlanRequest(inputShapes: [input.shape], targets: targets, gradients: []))
    #expect(try net.activations(layers, of: input) == plan.forward([input]))
  }

  /// ⟨v, J u⟩ = ⟨Jᵀv, u⟩, the left side by differences.
  @Test func productsAreAdjointToTheForwardPass() throws {
    let input = Self.noise([1, 3, 64, 64])
    let net = try OpenNet(Self.net, "--backend", "reference64")
    let output = try net.activations(["output"], of: input)[0]
    let cotangent = Self.noise(output.shape, "cotangent")
    func dot(_ one: Tensor, _ other: Tensor) -> Double {
      zip(one.scalars, other.scalars).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
    // Along the product, where the rounding of the pictures to 32 bits counts least.
    let found = try net.vjp("output", of: input, cotangent)
    let largest = found.scalars.map(abs).max() ?? 1
    let direction = found.map { $0 / largest }
    func moved(_ step: Float) throws -> Double {
      let there = Tensor(input.shape, zip(input.scalars, direction.scalars).map { $0 + step * $1 })
      return dot(try net.activations(["output"], of: there)[0], cotangent)
    }
    let byDifference = (try moved(0.0001) - moved(-0.0001)) / 0.0002
    let product = dot(found, direction)
    #expect(abs(byDifference - product) < 0.01 * abs(product), "\(byDifference) \(product)")
  }

  @Test func innerLayersHaveGradients() throws {
    let input = Self.noise([1, 3, 64, 64])
    let net = try OpenNet(Self.net, "--threads", "2")
    var cotangent = Tensor([1, 1000])
    cotangent[0, 5] = 1
    let expected = try net.gradient(["--target", "class:5", "--at", "features.6.cat"], of: input).gradient
    #expect(try net.vjp("output", at: "features.6.cat", of: input, cotangent) == expected)
    #expect(expected.shape.rank == 4 && expected.shape[1] == 256)
  }

  @Test func aPassIsGoneBackThroughUntilAnotherTakesItsPlace() throws {
    let (input, other) = (Self.noise([1, 3, 64, 64]), Self.noise([1, 3, 64, 64], "other"))
    let net = try OpenNet(Self.net, "--threads", "2")
    let cotangent = Self.noise([1, 1000], "cotangent")
    func forward(_ input: Tensor) throws -> UInt64 {
      var (pass, output): (UInt64, gingham_tensor) = (0, gingham_tensor())
      _ = try Library.call { error in
        OpenNet.lending(input) {
          gingham_forward(net.handle, "[\"output\"]", nil, $0, &output, &pass, nil, error)
        }
      }
      #expect(output.taken().shape == [1, 1000])
      return pass
    }
    func backward(_ pass: UInt64) throws -> Tensor {
      var gradient = gingham_tensor()
      _ = try Library.call { error in
        OpenNet.lending(cotangent) { gingham_backward(net.handle, pass, $0, &gradient, nil, error) }
      }
      return gradient.taken()
    }
    let expected = try net.vjp("output", of: input, cotangent)
    let first = try forward(input)
    #expect(try backward(first) == expected)
    #expect(try backward(first) == expected)
    // A method may run the same plan in between.
    _ = try net.gradient(["--method", "smoothgrad", "--samples", "1"], of: other)
    #expect { try backward(first) } throws: { ($0 as? Library.Failure)?.kind == "stale" }
    let second = try forward(input)
    let third = try forward(other)
    #expect { try backward(second) } throws: { ($0 as? Library.Failure)?.kind == "stale" }
    #expect(try backward(third) == net.vjp("output", of: other, cotangent))
  }

  @Test func resultsGoWhereTheCallerSays() throws {
    let input = Self.noise([2, 3, 64, 64])
    let net = try OpenNet(Self.net, "--threads", "2")
    let expected = try net.gradient(["--target", "class:7"], of: input).gradient
    var memory = [Float](repeating: .nan, count: input.count)
    try memory.withUnsafeMutableBufferPointer { buffer in
      var place = gingham_tensor()
      place.data = buffer.baseAddress
      place.set(input.shape)
      let status = try Library.call { error in
        OpenNet.lending(input) {
          gingham_gradient(net.handle, "[\"--target\",\"class:7\"]", $0, nil, &place, nil, error)
        }
      }
      #expect(status == 0 && place.data == buffer.baseAddress)
      place.set([2, 3, 64, 63])
      #expect {
        try Library.call { error in
          OpenNet.lending(input) { gingham_gradient(net.handle, nil, $0, nil, &place, nil, error) }
        }
      } throws: { ($0 as? Library.Failure)?.kind == "usage" }
    }
    #expect(Tensor(input.shape, memory) == expected)
  }

  @Test func picturesAreThoseOfTheModel() throws {
    let scratch = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).png").path
    defer { try? FileManager.default.removeItem(atPath: scratch) }
    let bytes = (0..<(50 * 70 * 3)).map { UInt8(truncatingIfNeeded: $0 &* 37 ^ $0 >> 3) }
    let pixels = Tensor([3, 50, 70], (0..<(3 * 50 * 70)).map { Float(bytes[$0 % 3500 * 3 + $0 / 3500]) / 255 })
    try Picture(pixels).write(to: scratch)
    let expected = try ModelSource(Self.net).load().input(pictureAt: scratch)
    let net = try OpenNet(Self.net)
    var (file, array) = (gingham_tensor(), gingham_tensor())
    #expect(try Library.call { gingham_picture(net.handle, scratch, &file, $0) } == 0)
    #expect(try Library.call { gingham_picture_of_bytes(net.handle, bytes, 50, 70, 3, &array, $0) } == 0)
    #expect(file.taken() == expected)
    #expect(array.taken() == expected)
  }

  @Test func aNetTellsWhatItIs() throws {
    let net = try OpenNet(Self.net, "--threads", "2", "--backend", "reference")
    let text = try Library.call { gingham_describe(net.handle, $0) }
    defer { gingham_free(text) }
    let json = try JSONSerialization.jsonObject(with: Data(String(cString: try #require(text)).utf8)) as? [String: Any]
    #expect(json?["input_shape"] as? [Int] == [1, 3, 64, 64])
    #expect(json?["backend"] as? String == "reference" && json?["threads"] as? Int == 2)
    let layers = try #require(json?["layers"] as? [[String: Any]])
    #expect(layers.count == (try LayerTable(of: ModelSource(Self.net).load())).layers.count)
    #expect(layers.first { $0["name"] as? String == "features.0" }?["stride"] as? Double == 2)
  }
}
