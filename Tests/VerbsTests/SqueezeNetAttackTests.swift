import Foundation
import Gingham
import Testing

/// Attacks on SqueezeNet 1.1 step by step against foolbox 3.3.4 and a PyTorch writing of APGD
/// (notebooks-scripts/golden/adversarial.py --squeezenet).
///
/// With the net in double precision all numbers agree over ten steps, of which in single precision hardly two do, nor
/// does foolbox agree with itself (`adversarial.py --single`): a gradient that is zero to rounding may have either sign,
/// a rectifier at its corner either slope, and what is rounded apart grows from step to step. So the fast engine's
/// numbers are compared over the first steps, and all classes to the end; FGSM and DeepFool agree anyway.
@Suite struct SqueezeNetAttackTests {
  private static let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  private static let models: URL =
    if let path = ProcessInfo.processInfo.environment["GINGHAM_MODELS"] {
      URL(fileURLWithPath: path)
    } else {
      tests.deletingLastPathComponent().appending(path: "models")
    }

  /// Fetched files are there, or a run insists on them.
  private static let isExpected =
    ProcessInfo.processInfo.environment["GINGHAM_REQUIRE_SUITES"] == "1"
    || ["squeezenet1_1.safetensors", "pictures/foolbox"].allSatisfy {
      FileManager.default.fileExists(atPath: models.appending(path: $0).path)
    }

  private static let steps = [1, 2, 3, 5, 10, 20]

  private func golden() throws -> [String: Tensor] {
    let path = Self.tests.appending(path: "AdversarialProbingTests/Golden/squeezenet.npz").path
    let arrays = try Tensor.arrays(npz: path)
    return Dictionary(uniqueKeysWithValues: arrays.map { ($0.name, $0.array) })
  }

  /// Every other pixel of the photograph, and 227 of these a side.
  private func pictures() throws -> Tensor {
    try .stacked(
      ["imagenet_15_99.jpg", "imagenet_11_630.jpg"].map { name in
        let picture = try Picture(contentsOf: Self.models.appending(path: "pictures/foolbox/\(name)").path).rgb
        let (height, width) = (picture.height, picture.width)
        return picture.pixels.withUnsafeBufferPointer { source in
          Tensor([1, 3, 227, 227]) { target in
            for index in target.indices {
              let (channel, y, x) = (index / 51529, index / 227 % 227, index % 227)
              target[index] = source[(channel * height + 2 * y) * width + 2 * x]
            }
          }
        }
      })
  }

  private func expectEqual(
    _ name: String, _ golden: [String: Tensor], _ batch: AttackBatch, _ classifier: Classifier,
    steps: [Int], comparable: Int = .max, epsilon: Float, _ attack: (Int) -> any Attack
  ) throws {
    let losses = try #require(golden[name + ".losses"])
    let moved = try #require(golden[name + ".moved"])
    let classes = try #require(golden[name + ".classes"])
    for (row, step) in steps.enumerated() {
      let search = try attack(step).search(
        batch, epsilons: [epsilon, epsilon], against: classifier, seed: 0)
      let found = try classifier.values(of: CrossEntropyObjective(batch.labels), at: search.pictures)
      #expect(classifier.predictions == (0..<2).map { Int(classes[row, $0]) }, "\(name) after \(step) steps")
      for sample in 0..<2 where step <= comparable {
        let expected = losses[row, sample]
        #expect(abs(found[sample] - expected) <= 2e-3 * max(1, abs(expected)), "\(name) after \(step) steps")
        let distance = zip(search.pictures.sample(sample).scalars, batch.pictures.sample(sample).scalars)
          .reduce(0.0) { $0 + Double(($1.0 - $1.1) * ($1.0 - $1.1)) }.squareRoot()
        #expect(abs(distance / Double(moved[row, sample]) - 1) <= 2e-3, "\(name) after \(step) steps")
      }
      if row == steps.count - 1, comparable == .max {
        try expectPixels(name, golden, row, search.pictures, share: name.contains("linf") ? 0.99 : 1)
      }
    }
  }

  /// Every 97th number of both pictures after the steps that stand in the golden data's row.
  private func expectPixels(
    _ name: String, _ golden: [String: Tensor], _ row: Int, _ pictures: Tensor, share: Double
  ) throws {
    let iterates = try #require(golden[name])
    let expected = iterates.scalars[(row * iterates.count / iterates.shape[0])...]
    let count = pictures.count / 2
    let found = (0..<2).flatMap { sample in
      stride(from: 0, to: count, by: 97).map { pictures.scalars[sample * count + $0] }
    }
    try #require(expected.count >= found.count)
    let agreeing = Double(zip(found, expected).count { abs($0 - $1) <= 1e-5 }) / Double(found.count)
    #expect(agreeing >= share, "\(name): \(agreeing) of the numbers agree")
  }

  private struct Setting {
    let golden: [String: Tensor]
    let classifier: Classifier
    let batch: AttackBatch
    let targeted: AttackBatch
  }

  private func setting(_ backend: Backend) throws -> Setting {
    let golden = try golden()
    let pictures = try pictures()
    for (sample, sum) in try #require(golden["checksum"]).scalars.enumerated() {
      let found = pictures.sample(sample).scalars.reduce(0.0) { $0 + Double($1) }
      try #require(abs(found - Double(sum)) < 1e-2, "another JPEG decoder, other pixels: nothing can be compared")
    }
    let path = Self.models.appending(path: "squeezenet1_1.safetensors").path
    let model = try ModelSource(path, inputSize: PictureSize(227)).load()
    let classifier = try Classifier(
      EngineChoice(backend).differentiator(for: model.network, team: ThreadTeam(threads: 2)), inputShape: pictures.shape
    )
    let labels = try #require(golden["labels"]).scalars.map(Int.init)
    #expect(try classifier.predictions(of: pictures) == labels)
    return Setting(
      golden: golden, classifier: classifier, batch: try AttackBatch(pictures: pictures, labels: labels),
      targeted: try AttackBatch(pictures: pictures, labels: labels, targets: labels.map { ($0 + 2) % 1000 }))
  }

  @Test(.enabled(if: isExpected)) func iteratesAreFoolboxsWhereTheNetIsInDoublePrecision() throws {
    let setting = try setting(.reference64)
    let (golden, classifier) = (setting.golden, setting.classifier)
    func climb(_ name: String, _ batch: AttackBatch, row: Int, share: Double, epsilon: Float, _ attack: any Attack)
      throws
    {
      let found = try attack.search(batch, epsilons: [epsilon, epsilon], against: classifier, seed: 0).pictures
      try expectPixels(name, golden, row, found, share: share)
      let classes = try #require(golden[name + ".classes"])
      #expect(try classifier.predictions(of: found) == (0..<2).map { Int(classes[row, $0]) }, "\(name)")
    }
    for (row, steps) in [(2, 3), (4, 10)] {
      try climb(
        "pgd.linf", setting.batch, row: row, share: 1, epsilon: 8 / 255,
        ProjectedGradientDescent(norm: .linf, steps: steps))
      try climb(
        "pgd.l2", setting.batch, row: row, share: 1, epsilon: 0.6, ProjectedGradientDescent(norm: .l2, steps: steps))
    }
    try climb(
      "targeted.linf", setting.targeted, row: 1, share: 0.8, epsilon: 8 / 255,
      ProjectedGradientDescent(norm: .linf, steps: 20))
    let apgd = try AutoPGD(norm: .linf, steps: 30, startsRandomly: false).search(
      setting.batch, epsilons: [2 / 255, 2 / 255], against: classifier, seed: 0)
    let losses = try #require(golden["apgd-ce.linf.30.losses"])
    for sample in 0..<2 {
      for (step, loss) in apgd.losses[sample].enumerated() {
        #expect(abs(loss - losses[step, sample]) <= 1e-4 * max(1, abs(loss)), "APGD, step \(step)")
      }
    }
  }

  @Test(.enabled(if: isExpected)) func theFastEngineAgreesWithFoolboxStepByStep() throws {
    let setting = try setting(.fast)
    let (golden, classifier, batch, targeted) = (
      setting.golden, setting.classifier, setting.batch, setting.targeted
    )
    for norm in PerturbationNorm.allCases {
      let epsilon: Float = norm == .linf ? 8 / 255 : 0.6
      try expectEqual("fgsm.\(norm.rawValue)", golden, batch, classifier, steps: [1], epsilon: epsilon) { _ in
        FastGradient(norm: norm)
      }
      try expectEqual(
        "pgd.\(norm.rawValue)", golden, batch, classifier, steps: Self.steps + [norm == .linf ? 40 : 50],
        comparable: norm == .linf ? 5 : 10, epsilon: epsilon
      ) { ProjectedGradientDescent(norm: norm, steps: $0) }
      try expectEqual(
        "deepfool.\(norm.rawValue)", golden, batch, classifier, steps: Self.steps + [50], epsilon: epsilon
      ) { DeepFool(norm: norm, steps: $0) }
      let name = "apgd-ce.\(norm.rawValue).30"
      let search = try AutoPGD(norm: norm, steps: 30, startsRandomly: false).search(
        batch, epsilons: norm == .linf ? [2 / 255, 2 / 255] : [0.6, 0.6], against: classifier, seed: 0)
      let losses = try #require(golden[name + ".losses"])
      for sample in 0..<2 {
        for (step, loss) in search.losses[sample].prefix(4).enumerated() {
          #expect(abs(loss - losses[step, sample]) <= 5e-3 * max(1, abs(loss)), "\(name), step \(step)")
        }
      }
      #expect(
        try classifier.predictions(of: search.pictures)
          == #require(golden[name + ".classes"]).scalars.map(Int.init))
    }
    try expectEqual("targeted.linf", golden, targeted, classifier, steps: [1, 20, 40], comparable: 5, epsilon: 8 / 255)
    {
      ProjectedGradientDescent(norm: .linf, steps: $0)
    }
  }
}
