import GinghamTensors
import Testing

@testable import GinghamAdversarialProbing

/// Against a PyTorch writing of the paper's algorithm (notebooks-scripts/golden/sigma_zero.py).
@Suite struct SigmaZeroTests {
  private let golden: GoldenNet
  private let classifier: Classifier

  init() throws {
    golden = try GoldenNet()
    classifier = try golden.classifier()
  }

  @Test func picturesAndCountsAgreeForEveryNumberOfSteps() throws {
    let arrays = try GoldenNet.arrays("sigma_zero")
    let (pictures, elements) = (try #require(arrays["pictures"]), try #require(arrays["elements"]).scalars)
    let batch = try golden.batch()
    for (row, steps) in [5, 20, 60, 200].enumerated() {
      let result = try SigmaZero(steps: steps).run(batch, epsilons: [1], against: classifier)[0]
      #expect(largestDifference(result.raw, pictures.sample(row)) <= 1e-4, "after \(steps) steps")
      for sample in 0..<batch.count {
        let expected = Int(elements[row * batch.count + sample])
        let changed = result.raw.withSample(sample) { found in
          batch.pictures.withSample(sample) { clean in found.indices.count { found[$0] != clean[$0] } }
        }
        if expected >= 0 {
          #expect(changed == expected && result.outcomes[sample].rawSuccess, "\(sample) after \(steps) steps")
        } else {
          #expect(!result.outcomes[sample].rawSuccess)
        }
      }
    }
  }

  /// What is left of the search's changes turns the picture, and each further one taken back would have been tried: far
  /// fewer than an attack on the whole picture changes.
  @Test func itChangesFewElements() throws {
    let batch = try golden.batch()
    let sparse = try SigmaZero(steps: 200).run(batch, epsilons: [1], against: classifier)[0]
    let dense = try DeepFool(norm: .l2).run(batch, epsilons: [1], against: classifier)[0]
    for (few, many) in zip(sparse.outcomes, dense.outcomes) where few.rawSuccess {
      #expect(few.rawDistances.l0 * 4 < many.rawDistances.l0)
    }
    #expect(sparse.outcomes.contains { $0.rawSuccess })
  }

  @Test func onlyOpenPixelsChange() throws {
    var isOpen = [Bool](repeating: false, count: 144)
    for index in 0..<72 { isOpen[index] = true }
    let mask = PixelMask(height: 12, width: 12, isOpen: isOpen)
    let batch = try golden.batch(masks: golden.labels.map { _ in mask })
    let found = try SigmaZero(steps: 30).run(batch, epsilons: [1], against: classifier)[0].raw
    for index in 0..<found.count where index % 144 >= 72 {
      #expect(found.scalars[index] == batch.pictures.scalars[index])
    }
  }
}
