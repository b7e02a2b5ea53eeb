import Foundation
import GinghamAdversarialProbing
import GinghamImaging
import GinghamReporting
import GinghamTensors

/// Attacks, waves and phase measurements of single pictures, each kept in the run's folder once it is there.
struct PictureAttacker {
  let work: ProbeWork
  let output: ClassifierOutput
  private let classifier: Classifier
  private let modelKey: String
  private let attacks: [any Attack]
  private let store: ResultStore?

  init(_ work: ProbeWork, output: ClassifierOutput, modelKey: String) throws {
    self.work = work
    self.output = output
    self.modelKey = modelKey
    classifier = output == work.classifier.output ? work.classifier : try work.classifier.reading(output)
    attacks = work.settings.attacks.map { $0.attack(work.settings.options) }
    store = ProbeWork.store(in: work.context)
  }

  private var settings: ProbeSettings { work.settings }

  // MARK: Work to come, in gradient passes

  private func cost(_ attack: any Attack) -> Double {
    attack.passes * (attack.isMinimumNorm ? 1 : Double(settings.budgets.count { $0.value > 0 }))
  }

  private var minimalCost: Double { settings.minimal ? 10 * Double(settings.steps ?? 40) : 0 }

  /// Of one picture.
  private var attackCost: Double { attacks.reduce(minimalCost) { $0 + cost($1) } }

  func cost(pictures: Int, fourier: FourierSensitivity?, study: PhaseStudy?) -> Double {
    Double(pictures)
      * (attackCost + Double(fourier?.frequencies.count ?? 0) / 2
        + Double(study?.attackCount ?? 0) * Self.phaseAttackCost)
  }

  /// A masked DeepFool of some steps with two boundaries each.
  private static let phaseAttackCost = 10.0

  // MARK: Attacks

  struct Attacked {
    let records: [ProbeRecord]
    /// Pictures whose attacks were found in the folder.
    let reused: Int
    /// Wall-clock seconds by attack, over all budgets and the pictures that were computed.
    let seconds: [String: Double]
  }

  /// Attacks what the folder does not hold yet, a batch at a time.
  func attack(_ pictures: [ProbePicture], progress: ProbeProgress) throws -> Attacked {
    let keys = try pictures.map(attackKey)
    var records = zip(pictures, keys).map { picture, key in
      store?.value(ProbeRecord.self, of: picture.folder, part: "attacks", key: key, files: \.files)
    }
    let open = records.indices.filter { records[$0] == nil }
    progress.advance(by: attackCost * Double(records.count - open.count), isCached: true)
    var seconds: [String: Double] = [:]
    for start in stride(from: 0, to: open.count, by: settings.passSize) {
      let places = Array(open[start..<min(start + settings.passSize, open.count)])
      let found = try attack(places.map { pictures[$0] }, progress, &seconds)
      for (record, place) in zip(found, places) {
        records[place] = record
        try store?.store(record, of: pictures[place].folder, part: "attacks", key: keys[place])
      }
    }
    return Attacked(records: records.compactMap { $0 }, reused: records.count - open.count, seconds: seconds)
  }

  private func attack(
    _ pictures: [ProbePicture], _ progress: ProbeProgress, _ seconds: inout [String: Double]
  ) throws -> [ProbeRecord] {
    let batch = try batch(pictures)
    let budgets = settings.budgets
    var records = pictures.map { _ in ProbeRecord(attacks: [], minimalEpsilon: nil) }
    let share = Double(pictures.count)
    for attack in attacks {
      var results: [AttackResult] = []
      let start = ContinuousClock.now
      if attack.isMinimumNorm {
        progress.show(attack.name)
        results = try attack.run(batch, epsilons: budgets.map(\.value), against: classifier, seed: settings.seed)
      } else {
        for budget in budgets {
          progress.show(
            "\(attack.name), ε \(budget.text)",
            partly: share * cost(attack) * Double(results.count) / Double(budgets.count))
          results += try attack.run(batch, epsilons: [budget.value], against: classifier, seed: settings.seed)
        }
      }
      seconds[attack.name, default: 0] += (ContinuousClock.now - start) / .seconds(1)
      progress.advance(by: share * cost(attack))
      for (place, picture) in pictures.enumerated() {
        var record = ProbeAttackRecord(
          name: attack.name, norm: attack.norm, outcomes: results.map { $0.outcomes[place] }, saved: nil)
        try save(results, place, of: picture, &record)
        records[place].attacks.append(record)
      }
    }
    if settings.minimal {
      let search = settings.minimalSearch(elements: batch.pictures.count / batch.count)
      let found = try search.search(batch, against: classifier, seed: settings.seed) {
        progress.show("smallest budget, round \($0 + 1)")
      }
      for place in pictures.indices { records[place].minimalEpsilon = found[place] }
      progress.advance(by: share * minimalCost)
    }
    return records
  }

  /// A batch of the size that the engine is compiled for; the last picture fills it up.
  private func batch(_ pictures: [ProbePicture]) throws -> AttackBatch {
    let filled = pictures + (pictures.count..<settings.passSize).compactMap { _ in pictures.last }
    return try AttackBatch(
      pictures: .stacked(filled.map { try work.model.input(pictureAt: $0.path) }), labels: filled.map(\.label),
      targets: settings.target.map { target in filled.map { _ in target } }, names: filled.map(\.folder),
      masks: work.mask.map { mask in filled.map { _ in mask } })
  }

  /// The picture of the smallest budget that succeeded, else of the largest.
  private func save(
    _ results: [AttackResult], _ place: Int, of picture: ProbePicture, _ record: inout ProbeAttackRecord
  ) throws {
    guard settings.pictures, let store, !results.isEmpty else { return }
    let index = results.firstIndex { $0.outcomes[place].success } ?? results.count - 1
    try store.write("\(record.stem).npy", of: picture.folder) {
      try results[index].clipped.sample(place).write(npy: $0)
    }
    let rounded = results[index].rounded.sample(place)
    record.isShown = (1...4).contains(rounded.shape[1])
    if record.isShown == true {
      try store.write("\(record.stem).png", of: picture.folder) { try Picture(rounded).write(to: $0) }
    }
    record.saved = index
  }

  // MARK: Waves and phases

  func fourier(
    _ waves: FourierSensitivity, _ pictures: [ProbePicture], progress: ProbeProgress
  ) throws -> [[Bool]] {
    let cost = Double(waves.frequencies.count) / 2
    return try pictures.map { picture in
      let input = try work.model.input(pictureAt: picture.path)
      let key = Self.digest([modelKey, "fourier \(waves)", Self.digest(input), "\(picture.label)"])
      if let known = store?.value([Bool].self, of: picture.folder, part: "fourier", key: key) {
        progress.advance(by: cost, isCached: true)
        return known
      }
      let errors = try waves.errors(
        at: input, label: picture.label, name: picture.folder, against: classifier, batch: settings.passSize
      ) { progress.show("Fourier heat map", partly: cost * Double($0) / Double($1)) }
      try store?.store(errors, of: picture.folder, part: "fourier", key: key)
      progress.advance(by: cost)
      return errors
    }
  }

  func phases(
    _ study: PhaseStudy, _ pictures: [ProbePicture], progress: ProbeProgress
  ) throws -> [PhaseMeasurement] {
    let cost = Double(study.attackCount) * Self.phaseAttackCost
    return try pictures.map { picture in
      let input = try work.model.input(pictureAt: picture.path)
      let key = Self.digest([
        modelKey, "phases \(study.masks.period) \(study.steps) \(study.candidates) \(settings.seed)",
        Self.digest(input), "\(picture.label)",
      ])
      if let known = store?.value(PhaseMeasurement.self, of: picture.folder, part: "phases", key: key) {
        progress.advance(by: cost, isCached: true)
        return known
      }
      let measurement = try study.measure(
        input, label: picture.label, against: classifier, batch: settings.passSize
      ) { progress.show("phase study", partly: cost * Double($0) / Double($1)) }
      try store?.store(measurement, of: picture.folder, part: "phases", key: key)
      progress.advance(by: cost)
      return measurement
    }
  }

  // MARK: Keys

  private func attackKey(_ picture: ProbePicture) throws -> String {
    Self.digest([
      modelKey, settings.attacks.map(\.name).joined(separator: ","), settings.norm.rawValue,
      settings.budgets.map { "\($0.value)" }.joined(separator: ","), "\(settings.steps ?? 0)", "\(settings.restarts)",
      "\(settings.randomStart)", "\(settings.earlyStop)", "\(settings.target ?? -1)", "\(settings.seed)",
      "\(settings.minimal)", "\(settings.pictures)",
      work.mask.map { Self.digest($0.tensor) } ?? "", Self.digest(try work.model.input(pictureAt: picture.path)),
      "\(picture.label)", picture.folder, output.rawValue,
    ])
  }

  private static func digest(_ parts: [String]) -> String {
    Array(parts.joined(separator: "\n").utf8).withUnsafeBytes(digest)
  }

  private static func digest(_ tensor: Tensor) -> String {
    tensor.withUnsafeBufferPointer { digest(UnsafeRawBufferPointer($0)) }
  }

  /// A key that nothing else has where the library refuses, so that nothing is taken for known.
  private static func digest(_ bytes: UnsafeRawBufferPointer) -> String {
    FileDigest.sha256(bytes) ?? UUID().uuidString
  }
}
