@testable import GinghamFeatureVisualization
import GinghamTensors
import Testing

@Suite struct TransformTests {
  private static let size = PictureSize(height: 23, width: 30)
  static let transforms: [PictureTransform] = [
    .pad(4), .jitter(5), .roll(9), .latticeJitter(4), .scale([0.8]), .scale([1.3]), .scale([0.5, 2]), .rotate([7]),
    .rotate([-33]), .rotate([180]), .randomCrop(RandomCrop(from: 0.6, to: 0.2, smallest: 0.5)), .blur(1.2), .flip,
    .noise(0.3),
  ]

  private func context(_ step: Int, target: PictureSize = size) -> DrawContext {
    DrawContext(seed: 7, step: step, steps: 20, target: target)
  }

  /// ⟨Tx − T0, y⟩ = ⟨x, T*y⟩.
  private func expectAdjoint(_ map: any PictureMap, sourceLocation: SourceLocation = #_sourceLocation) {
    let x = noise([2, 3, map.inputSize.height, map.inputSize.width], seed: 1)
    let y = noise([2, 3, map.outputSize.height, map.outputSize.width], seed: 2)
    let linear = map(x).minus(map(Tensor(x.shape)))
    let (left, right) = (dot(linear, y), dot(x, map.adjoint(y)))
    #expect(abs(left - right) < 2e-4 * (dot(x, x) * dot(y, y)).squareRoot() / 30, sourceLocation: sourceLocation)
    #expect(linear.largest > 0, sourceLocation: sourceLocation)
  }

  @Test(arguments: transforms) func adjointsAreExact(transform: PictureTransform) throws {
    for step in 0..<4 { expectAdjoint(try transform.drawn(for: Self.size, place: 0, in: context(step))) }
  }

  @Test func aChainHasAnExactAdjointAndEndsAtItsTarget() throws {
    let chain = TransformChain([.pad(6), .jitter(4), .scale([0.9, 1.1]), .rotate([-8, 8]), .noise(0.1), .flip])
    let target = PictureSize(height: 21, width: 33)
    for step in 0..<4 {
      let map = try chain.drawn(for: Self.size, in: context(step, target: target))
      #expect(map.outputSize == target)
      expectAdjoint(map)
    }
  }

  /// Neighbours that are joined into one map give what they gave one after the other, on however many threads.
  @Test(
    arguments: [
      [.pad(6), .jitter(4), .scale([0.8, 1.2]), .rotate([-9, 9]), .jitter(3)],
      [.pad(16), .jitter(16), .scale([1, 0.975, 1.025]), .rotate([-5, 5]), .jitter(8)], [.pad(3), .pad(2), .jitter(9)],
      [.jitter(12), .pad(12), .rotate([45]), .pad(9), .jitter(2)], [.scale([1.3]), .jitter(7), .pad(8), .scale([0.7])],
      [.pad(5), .blur(1.1), .jitter(6), .flip, .rotate([3])],
    ] as [[PictureTransform]])
  func joinedMapsGiveWhatTheirPartsGive(transforms: [PictureTransform]) throws {
    let backwards = ThreadTeam(threads: 2) { count, body in
      for index in (0..<count).reversed() { body(index..<(index + 1)) }
    }
    let picture = noise([2, 3, Self.size.height, Self.size.width], seed: 5)
    for step in 0..<3 {
      var parts: [any PictureMap] = []
      var size = Self.size
      for (place, transform) in transforms.enumerated() {
        parts.append(try transform.drawn(for: size, place: place, in: context(step)))
        size = try #require(parts.last).outputSize
      }
      parts.append(WindowMap.centred(size, in: Self.size))
      let joined = ComposedMap(inputSize: Self.size, joining: parts)
      #expect(joined.maps.count < parts.count)
      let apart = ComposedMap(inputSize: Self.size, maps: parts)
      expectClose(joined(picture), apart(picture), tolerance: 1e-5)
      expectClose(joined.adjoint(picture), apart.adjoint(picture), tolerance: 1e-5)
      #expect(joined.mapped(picture, on: backwards) == joined(picture))
      #expect(joined.adjoint(picture, on: backwards) == joined.adjoint(picture))
    }
  }

  @Test func severalDrawsAverageTheirAdjoints() throws {
    let draws = try DrawnBatch(
      TransformChain([.roll(5), .rotate([3, -3])]), for: Self.size, pictures: 2,
      in: DrawContext(seed: 1, step: 3, steps: 9, draws: 3, target: Self.size))
    let x = noise([2, 3, 23, 30], seed: 3)
    let shown = draws(x)
    #expect(shown.shape == [6, 3, 23, 30])
    // Pictures stand draw by draw: the third is another view of the first.
    let zero = draws(Tensor(x.shape))
    let y = noise(shown.shape, seed: 4)
    #expect(abs(dot(shown.minus(zero), y) / 3 - dot(x, draws.adjoint(y))) < 0.02)
    #expect(shown.sample(0) != shown.sample(2))
  }

  @Test func windowsCropAndPadWithGrey() throws {
    let map = try PictureTransform.pad(2).drawn(for: Self.size, place: 0, in: context(0))
    let padded = map(Tensor([1, 1, 23, 30], repeating: 1))
    #expect(padded.shape == [1, 1, 27, 34])
    #expect(padded[0, 0, 1, 10] == 0.5)
    #expect(padded[0, 0, 2, 2] == 1)
  }

  @Test func rotationTurnsCounterClockwise() throws {
    var picture = Tensor([1, 1, 11, 11])
    picture[0, 0, 5, 9] = 1
    let turned = RotationMap(inputSize: PictureSize(height: 11, width: 11), degrees: 90)(picture)
    #expect(abs(turned[0, 0, 1, 5] - 1) < 1e-4)
    let back = RotationMap(inputSize: PictureSize(height: 11, width: 11), degrees: -90)(turned)
    #expect(abs(back[0, 0, 5, 9] - 1) < 1e-4)
  }

  @Test func aTurnOfNothingIsThePictureItself() {
    let picture = noise([1, 3, 23, 30])
    expectClose(RotationMap(inputSize: Self.size, degrees: 0)(picture), picture, tolerance: 2e-4)
  }

  @Test func jitterReachesEveryOffset() throws {
    var seen: Set<Int> = []
    for step in 0..<400 {
      let map = try #require(
        try PictureTransform.jitter(4).drawn(for: Self.size, place: 0, in: context(step)) as? WindowMap)
      #expect((0...4).contains(map.top) && (0...4).contains(map.left))
      seen.insert(map.top * 5 + map.left)
    }
    #expect(seen.count == 25)
  }

  @Test func latticeJitterAveragesALatticeAwayExactly() throws {
    // Sixteen draws of period 4 visit every offset once: what is locked to the lattice sums to a constant.
    let picture = Tensor([1, 1, 8, 8], (0..<64).map { $0 / 8 % 4 == 1 && $0 % 4 == 2 ? 1 : 0 })
    var sum = Tensor(picture.shape)
    for step in 16..<32 {
      let map = try PictureTransform.latticeJitter(4).drawn(
        for: PictureSize(height: 8, width: 8), place: 0, in: context(step))
      sum.add(map(picture))
    }
    #expect(sum.scalars.allSatisfy { $0 == 1 })
  }

  @Test func cropsHaveTheSidesTheyAreGiven() {
    // A range of 0.20…0.25 must not turn into 0.25…0.30.
    let crop = RandomCrop(from: 1, to: 1, smallest: 0.2, largest: 0.25)
    let size = PictureSize(height: 400, width: 600)
    var generator = SeededGenerator(seed: 3, name: "sides")
    let sides = (0..<500).map { _ in
      crop.side(in: size, progress: 0.5, factor: generator.number(in: crop.smallest...crop.largest))
    }
    #expect(sides.allSatisfy { (80...100).contains($0) })
    #expect((sides.min() ?? 0) < 83 && (sides.max() ?? 0) > 97)
    let falling = RandomCrop(from: 0.5, to: 0.05)
    #expect(falling.side(in: size, progress: 0, factor: 1) == 200)
    #expect(falling.side(in: size, progress: 1, factor: 1) == 20)
  }

  @Test func drawsDependOnSeedAndPlaceOnly() throws {
    let chain = TransformChain([.roll(50), .noise(0.2), .rotate([1, 2, 3, 4, 5])])
    let x = noise([1, 3, 23, 30])
    func view(_ seed: UInt64, _ step: Int) throws -> Tensor {
      let map = try chain.drawn(
        for: Self.size, in: DrawContext(seed: seed, step: step, steps: 9, target: Self.size))
      return map(x)
    }
    #expect(try view(1, 5) == view(1, 5))
    #expect(try view(1, 5) != view(2, 5))
    #expect(try view(1, 5) != view(1, 6))
  }

  @Test func transformsLargerThanThePictureAreRefused() {
    let small = PictureSize(height: 10, width: 12)
    for transform: PictureTransform in [.jitter(10), .latticeJitter(32)] {
      #expect(throws: VisualizationError.self) {
        try TransformChain([transform]).validate(for: small, target: small)
      }
    }
    // Only after shrinking does the jitter not fit.
    #expect(throws: VisualizationError.self) {
      try TransformChain([.scale([1, 0.5]), .jitter(6)]).validate(for: small, target: small)
    }
    #expect(throws: Never.self) { try TransformChain([.pad(4), .jitter(10)]).validate(for: small, target: small) }
    #expect(throws: VisualizationError.self) { try TransformChain([.scale([])]).validate(for: small, target: small) }
  }
}

@Suite struct PhaseShuffleTests {
  private func drawn(_ size: PictureSize, seed: UInt64, _ samples: Int = 2) throws -> ReflectedShift {
    let context = DrawContext(seed: seed, step: 0, steps: 1, target: size)
    return try #require(
      try PictureTransform.phaseShuffle(samples).drawn(for: size, place: 0, in: context) as? ReflectedShift)
  }

  /// WaveGAN's own: x padded by reflection, then cut to its length again.
  @Test func shiftsReflectTheBorder() {
    let signal = Tensor([1, 1, 1, 5], [0, 1, 2, 3, 4])
    func moved(_ columns: Int) -> [Float] {
      ReflectedShift(inputSize: PictureSize(height: 1, width: 5), rows: 0, columns: columns)(signal).scalars
    }
    #expect(moved(2) == [2, 1, 0, 1, 2])
    #expect(moved(-2) == [2, 3, 4, 3, 2])
    #expect(moved(0) == signal.scalars)
  }

  @Test func everyShiftIsEquallyLikelyAndSignalsKeepTheirRow() throws {
    let shifts = try (0..<500).map { try drawn(PictureSize(height: 1, width: 16), seed: UInt64($0)) }
    #expect(shifts.allSatisfy { $0.rows == 0 })
    let counts = Dictionary(grouping: shifts, by: \.columns).mapValues(\.count)
    #expect(Set(counts.keys) == Set(-2...2) && counts.values.allSatisfy { (60...140).contains($0) })
    #expect(try Set((0..<100).map { try drawn(PictureSize(height: 9, width: 9), seed: $0).rows }) == Set(-2...2))
  }

  /// ⟨Ax, y⟩ = ⟨x, Aᵀy⟩.
  @Test(arguments: [(0, 2), (0, -3), (1, -2)]) func theAdjointIsOne(rows: Int, columns: Int) {
    let size = PictureSize(height: rows == 0 ? 1 : 4, width: 6)
    let map = ReflectedShift(inputSize: size, rows: rows, columns: columns)
    let x = Tensor([1, 2, size.height, 6]) { for index in $0.indices { $0[index] = Float(index * 7 % 11) } }
    let y = Tensor(x.shape) { for index in $0.indices { $0[index] = Float(index * 5 % 13) } }
    func product(_ a: Tensor, _ b: Tensor) -> Float { zip(a.scalars, b.scalars).reduce(0) { $0 + $1.0 * $1.1 } }
    #expect(product(map(x), y) == product(x, map.adjoint(y)))
  }

  @Test func shiftsAsLongAsASideAreRefused() {
    #expect(throws: VisualizationError.self) { try drawn(PictureSize(height: 1, width: 4), seed: 0, 4) }
    #expect(throws: VisualizationError.self) { try drawn(PictureSize(height: 2, width: 9), seed: 0, 2) }
  }
}
