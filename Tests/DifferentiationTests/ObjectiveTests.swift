import GinghamDifferentiation
import GinghamTensors
import Testing

@Suite struct ObjectiveTests {
  private static let spatial = Tensor([2, 3, 2, 4], (0..<48).map { Float(($0 * 29) % 17) - 8 })
  private static let flat = Tensor([2, 5], (0..<10).map { Float(($0 * 7) % 11) - 5 })

  private static let cases: [(any Objective, Tensor)] = [
    (ClassObjective(.top), flat), (ClassObjective(.index(3)), flat), (ClassObjective(.indices([4, 0])), flat),
    (ChannelObjective(layer: "a", channel: 2), spatial), (ChannelObjective(layer: "a", channel: 2), flat),
    (NeuronObjective(layer: "a", channel: 1), spatial),
    (NeuronObjective(layer: "a", channel: 1, position: (1, 3)), spatial),
    (LayerObjective(layer: "a"), spatial), (DirectionObjective(layer: "a", direction: [1, 0, -2]), spatial),
    (
      WeightedSum([
        (0.5, ChannelObjective(layer: "a", channel: 0)), (-1, LayerObjective(layer: "a")),
        (2, ChannelObjective(layer: "a", channel: 1)),
      ]), spatial
    ),
  ]

  @Test(arguments: cases.indices) func derivativesMatchFiniteDifferences(index: Int) throws {
    let (objective, activation) = Self.cases[index]
    var cotangents = [Tensor(activation.shape)]
    let values = try objective.evaluate([activation], addingTo: &cotangents, weight: 1)
    #expect(values.count == 2)
    let step: Float = 1 / 256
    for position in 0..<activation.count {
      func total(_ shift: Float) throws -> Float {
        var moved = activation
        moved.withUnsafeMutableBufferPointer { $0[position] += shift }
        var ignored = [Tensor(activation.shape)]
        return try objective.evaluate([moved], addingTo: &ignored, weight: 1).reduce(0, +)
      }
      let slope = (try total(step) - total(-step)) / (2 * step)
      #expect(abs(slope - cotangents[0].scalars[position]) < 2e-2)
    }
  }

  @Test func aDifferenceOfObjectivesSubtractsTheSecond() throws {
    let sum = WeightedSum([
      (1, ChannelObjective(layer: "a", channel: 0)), (-1, ChannelObjective(layer: "b", channel: 0)),
    ])
    let a = Tensor([1, 1], [5])
    let b = Tensor([1, 1], [3])
    var cotangents = [Tensor([1, 1]), Tensor([1, 1])]
    #expect(sum.layers == ["a", "b"])
    #expect(try sum.evaluate([a, b], addingTo: &cotangents, weight: 1) == [2])
    #expect(cotangents.map(\.scalars) == [[1], [-1]])
  }

  @Test func theNeuronDefaultsToTheCentre() throws {
    var cotangents = [Tensor(Self.spatial.shape)]
    _ = try NeuronObjective(layer: "a", channel: 0).evaluate([Self.spatial], addingTo: &cotangents, weight: 1)
    #expect(cotangents[0][0, 0, 1, 2] == 1)
  }

  @Test func whatLiesOutsideTheLayerIsRefused() {
    var cotangents = [Tensor(Self.spatial.shape)]
    #expect(throws: ObjectiveError.channelOutOfRange(channel: 3, layer: "a", count: 3)) {
      try ChannelObjective(layer: "a", channel: 3).evaluate([Self.spatial], addingTo: &cotangents, weight: 1)
    }
    #expect(throws: ObjectiveError.positionOutOfRange(y: 2, x: 0, layer: "a", height: 2, width: 4)) {
      try NeuronObjective(layer: "a", channel: 0, position: (2, 0))
        .evaluate([Self.spatial], addingTo: &cotangents, weight: 1)
    }
    var flatCotangents = [Tensor(Self.flat.shape)]
    #expect(throws: ObjectiveError.classOutOfRange(index: 5, count: 5)) {
      try ClassObjective(.index(5)).evaluate([Self.flat], addingTo: &flatCotangents, weight: 1)
    }
  }
}

@Suite struct ObjectiveParserTests {
  private let parser = ObjectiveParser(
    classNames: ["tench, Tinca tinca", "Egyptian cat", "tiger cat"], readDirection: { _ in [1, 2] })

  @Test func everyKindIsRead() throws {
    #expect((try parser.parse("top") as? ClassObjective)?.choice == .top)
    #expect((try parser.parse("class:281") as? ClassObjective)?.choice == .index(281))
    #expect((try parser.parse("class:\"egyptian cat\"") as? ClassObjective)?.choice == .index(1))
    #expect((try parser.parse("class:EGYPTIAN_cat") as? ClassObjective)?.choice == .index(1))
    #expect((try parser.parse("class:tinca-tinca") as? ClassObjective)?.choice == .index(0))
    #expect((try parser.parse("class:Tinca tinca") as? ClassObjective)?.choice == .index(0))
    #expect((try parser.parse("mixed4a:97") as? ChannelObjective)?.channel == 97)
    #expect((try parser.parse("channel:/layer1/a+b:7") as? ChannelObjective)?.layer == "/layer1/a+b")
    #expect((try parser.parse("neuron:a:7:3,4") as? NeuronObjective)?.position?.x == 4)
    #expect((try parser.parse("neuron:a:7") as? NeuronObjective)?.position == nil)
    #expect((try parser.parse("layer:features.12") as? LayerObjective)?.layer == "features.12")
    #expect((try parser.parse("direction:a:v.npy") as? DirectionObjective)?.direction == [1, 2])
  }

  @Test func sumsKeepTheirSigns() throws {
    let sum = try #require(try parser.parse("0.5*a:1 + layer:b-c - 2 * class:3") as? WeightedSum)
    #expect(sum.terms.map(\.weight) == [0.5, 1, -2])
    #expect(sum.layers == ["a", "b-c", "output"])
    #expect((try parser.parse("-a:1") as? WeightedSum)?.terms.map(\.weight) == [-1])
  }

  @Test(arguments: ["", "a", "a:", "a:x", "neuron:a", "class:\"cat", "a:1 + ", "direction:a"])
  func whatCannotBeReadSaysSo(text: String) {
    #expect(throws: ObjectiveError.self) { try parser.parse(text) }
  }

  @Test func unknownClassesSuggestTheNearest() {
    #expect(throws: ObjectiveError.unknownClass(name: "tiger cap", nearest: ["tiger cat"])) {
      try parser.parse("class:\"tiger cap\"")
    }
  }
}
