import GinghamLattices
import GinghamTensors
import Testing

@testable import GinghamFeatureVisualization

@Suite struct PenaltyTests {
  private static let shape: Shape = [2, 3, 21, 26]
  private let pictures = noise(shape, seed: 8, mean: 0.5, deviation: 0.3)
  /// No pixel within 0.02 of ½ or of its neighbours, where absolute values have kinks.
  private let stepped = Tensor(
    shape,
    (0..<shape.elementCount).map { index in
      let (y, x) = (index / 26, index % 26)
      return 0.125 + 0.05 * Float((5 * y + 7 * x) % 16)
    })

  private func value(_ penalty: any PicturePenalty, _ pictures: Tensor, weight: Float = 1) throws -> Double {
    var unused = Tensor(pictures.shape)
    return try penalty.evaluate(pictures, weight: weight, subtractingFrom: &unused).reduce(0) { $0 + Double($1) }
  }

  private func gradient(_ penalty: any PicturePenalty, _ pictures: Tensor, weight: Float = 1) throws -> Tensor {
    var gradient = Tensor(pictures.shape)
    _ = try penalty.evaluate(pictures, weight: weight, subtractingFrom: &gradient)
    return gradient
  }

  @Test(arguments: ["l1", "l2", "total-variation", "high-frequency", "lattice 4", "lattice 2", "lattice 3", "faint 4"])
  func gradientsAreTheNegativeDerivatives(name: String) throws {
    let penalty: any PicturePenalty =
      switch name {
      case "l1": DistancePenalty(.l1)
      case "l2": DistancePenalty(.l2)
      case "total-variation": TotalVariationPenalty()
      case "high-frequency": HighFrequencyPenalty()
      case "faint 4": LatticePenalty(period: 4, faintest: 0.2)
      default: LatticePenalty(period: Int(name.suffix(1)) ?? 0)
      }
    let pictures = penalty is DistancePenalty || penalty is TotalVariationPenalty ? stepped : pictures
    let found = try gradient(penalty, pictures)
    for seed: UInt64 in 20..<23 {
      let direction = noise(Self.shape, seed: seed)
      let expected = try slope({ try value(penalty, $0) }, at: pictures, along: direction, step: 1e-3)
      let along = -dot(found, direction)
      #expect(
        abs(along - expected) < 0.02 * abs(expected) + 1e-4 * (dot(found, found)).squareRoot(), "\(along) \(expected)")
    }
  }

  @Test func theBlurPenaltyPullsTowardsTheBlurredPicture() throws {
    var picture = Tensor([1, 1, 5, 5])
    picture[0, 0, 2, 2] = 1
    let found = try gradient(BlurPenalty(), picture)
    // The middle keeps a fifth, its neighbours get a tenth each.
    #expect(abs(found[0, 0, 2, 2] + 0.8 / 25) < 1e-7)
    #expect(abs(found[0, 0, 1, 1] - 0.1 / 25) < 1e-7)
    #expect(found[0, 0, 0, 0] == 0)
    #expect(abs(try value(BlurPenalty(), picture) - 0.5 * (0.64 + 8 * 0.01) / 25) < 1e-7)
    #expect(try value(BlurPenalty(), Tensor([1, 1, 5, 5], repeating: 0.3)) < 1e-12)
  }

  @Test func theLatticePenaltyIsTheMeasureItself() throws {
    let penalty = LatticePenalty(period: 4)
    let picture = noise([1, 1, 32, 29], seed: 5, mean: 0.5, deviation: 0.1)
      .plus(Tensor([1, 1, 32, 29], (0..<(32 * 29)).map { $0 / 29 % 4 == 0 && $0 % 29 % 4 == 1 ? 0.4 : 0 }), times: 1)
    let plane = try #require(try Plane.planes(of: picture).first)
    let detail = try #require(try TriangleFilter(period: 4).highPassed(plane))
    let measured = try SignedLatticeEnergy(of: detail, lattice: Lattice(period: 4)).share
    #expect(measured > 0.3)
    #expect(abs(try value(penalty, picture) - measured) < 1e-4)
  }

  /// The noise at a start is no grid yet: a price on its share would freeze the picture before anything grows.
  @Test func faintDetailCostsLittle() throws {
    let (loud, faint) = (noise([1, 1, 48, 48], seed: 8, mean: 0.5, deviation: 0.5), Float(0.005))
    let quiet = loud.map { 0.5 + ($0 - 0.5) * faint }
    let (share, priced) = (LatticePenalty(period: 4), LatticePenalty(period: 4, faintest: 0.05))
    #expect(abs(try value(share, quiet) - value(share, loud)) < 1e-4)
    #expect(try value(priced, loud) > 0.9 * value(share, loud))
    #expect(try value(priced, quiet) < 0.01 * value(share, quiet))
    #expect(try gradient(share, quiet).largest > 50 * gradient(share, loud).largest)
    #expect(try gradient(priced, quiet).largest < gradient(priced, loud).largest)
  }

  @Test func climbingLowersEveryPenalty() throws {
    let penalties: [any PicturePenalty] = [
      DistancePenalty(.l1), DistancePenalty(.l2), TotalVariationPenalty(), BlurPenalty(), HighFrequencyPenalty(),
      LatticePenalty(period: 4),
    ]
    for penalty in penalties {
      let before = try value(penalty, pictures)
      let uphill = try gradient(penalty, pictures)
      let after = try value(penalty, pictures.plus(uphill, times: 0.01 / uphill.largest))
      #expect(after < before)
    }
  }

  @Test func weightsDoNotDependOnTheSize() throws {
    // Tiles of the same pattern cost the same at every size; sums would cost four times as much.
    func checks(_ side: Int) -> Tensor {
      Tensor([1, 3, side, side], (0..<(3 * side * side)).map { ($0 / side + $0) % 2 == 0 ? 0.3 : 0.8 })
    }
    for penalty: any PicturePenalty in [
      DistancePenalty(.l1), DistancePenalty(.l2), BlurPenalty(), TotalVariationPenalty(), HighFrequencyPenalty(),
    ] {
      let (small, large) = (try value(penalty, checks(64)), try value(penalty, checks(128)))
      #expect(abs(small - large) < 0.02 * large)
    }
  }

  @Test func weightsScaleValueAndGradient() throws {
    let penalty = HighFrequencyPenalty()
    #expect(abs(try value(penalty, pictures, weight: 3) - 3 * value(penalty, pictures)) < 1e-4)
    expectClose(try gradient(penalty, pictures, weight: 3), try gradient(penalty, pictures).map { 3 * $0 })
  }

  /// The plan of a size says what the penalty says, as often as it is asked.
  @Test func plannedPenaltiesAreThePenalties() throws {
    let size = PictureSize(height: pictures.shape[2], width: pictures.shape[3])
    for penalty: any PicturePenalty in [
      HighFrequencyPenalty(), LatticePenalty(period: 2, faintest: 0.05), BlurPenalty(),
    ] {
      let planned = try penalty.planned(for: size)
      for _ in 0..<2 {
        #expect(try value(planned, pictures) == value(penalty, pictures))
        #expect(try gradient(planned, pictures) == gradient(penalty, pictures))
      }
    }
  }

  @Test func picturesTooSmallForTheLatticeAreRefused() {
    #expect(throws: VisualizationError.self) { try value(LatticePenalty(period: 8), pictures) }
    #expect(throws: VisualizationError.self) { try value(LatticePenalty(period: 0), pictures) }
  }
}
