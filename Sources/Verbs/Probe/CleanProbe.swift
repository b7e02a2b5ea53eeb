import Foundation
import GinghamAdversarialProbing
import GinghamDifferentiation
import GinghamLattices
import GinghamTensors

/// What the network says of pictures as they are: predictions, and where its loss is sensitive.
struct CleanProbe {
  let pictures: [ProbePicture]
  let output: ClassifierOutput
  let warnings: [ProbingWarning]
  let shares: SensitivityMap
  let spectrum: GradientSpectrum
  /// Periods whose frequencies are marked in spectra.
  let markedPeriods: [Int]
  private let survey: LatticeSurvey

  /// A picture that can be read.
  struct Subject {
    let path: String
    /// Its right class; `nil`: what the network takes it for.
    let label: Int?
  }

  init(_ work: ProbeWork, subjects: [Subject]) throws {
    let (model, size) = (work.model, work.settings.passSize)
    let paths = subjects.map(\.path)
    let shape = model.inputShape(batch: 1)
    var shares = try SensitivityMap(period: work.period, height: shape[2], width: shape[3])
    var spectrum = try GradientSpectrum(period: work.period)
    var classifier = work.classifier
    var pictures: [ProbePicture] = []
    var (first, second): ([Float], [Float]) = ([], [])
    var silent = 0
    var folders: Set<String> = []
    for start in stride(from: 0, to: paths.count, by: size) {
      work.context.progress.step("clean pictures", start, of: paths.count)
      let part = Array(paths[start..<min(start + size, paths.count)])
      let inputs = try part.map(model.input(pictureAt:))
      let batch = Tensor.stacked(inputs + [Tensor](repeating: inputs[0], count: size - inputs.count))
      let kept = part.count * classifier.classCount
      first += try classifier.outputs(of: batch).prefix(kept)
      second += try classifier.outputs(of: batch).prefix(kept)
      if start == 0, ClassifierOutput.looksLikeProbabilities(first, count: classifier.classCount) {
        classifier = try classifier.reading(.probabilities)
      }
      let predictions = try classifier.predictions(of: batch)
      let own = part.indices.map { subjects[start + $0].label ?? predictions[$0] }
      let (losses, gradient) = try classifier.valuesAndGradient(
        of: CrossEntropyObjective(
          own + [Int](repeating: own[0], count: size - own.count), output: classifier.output), at: batch)
      let gradients = gradient.slice(axis: 0, 0..<part.count)
      try shares.add(gradients)
      spectrum.add(gradients)
      silent += part.indices.count { place in
        gradients.sample(place).withUnsafeBufferPointer { $0.allSatisfy { $0 == 0 } }
      }
      for (place, path) in part.enumerated() {
        func name(_ index: Int) -> String? { model.classNames.name(of: index, among: classifier.classCount) }
        pictures.append(
          ProbePicture(
            path: path, folder: Self.folder(for: path, &folders), label: own[place], labelName: name(own[place]),
            prediction: predictions[place], predictionName: name(predictions[place]),
            isCorrect: own[place] == predictions[place], loss: losses[place]))
      }
    }
    self.pictures = pictures
    self.shares = shares
    self.spectrum = spectrum
    output = classifier.output
    let labels = subjects.compactMap(\.label)
    warnings = ProbingWarning.inspect(
      outputs: (first, second), silent: silent, predictions: pictures.map(\.prediction),
      labels: labels.count == subjects.count ? labels : nil, classes: classifier.classCount)
    // A loss and any one class start all of the last layer alike.
    let value = try model.gradientValue(ofLayer: nil)
    survey = try Expectation(of: ClassObjective(.top), in: model, at: [value]).survey(at: value)
    let period = work.period
    // Rings of longer periods would cover the picture, and bands of trained classifiers end at 4.
    markedPeriods = [2, 3, 4].filter { period.isMultiple(of: $0) }
  }

  /// A name that no other picture has.
  private static func folder(for path: String, _ taken: inout Set<String>) -> String {
    let stem = URL(filePath: path).deletingPathExtension().lastPathComponent
    var (name, number) = (stem, 2)
    while !taken.insert(name).inserted {
      name = "\(stem)-\(number)"
      number += 1
    }
    return name
  }

  /// `nil` where no loss has a gradient.
  func sensitivity() throws -> ProbeFindings.Sensitivity? {
    guard shares.pictureCount > 0 else { return nil }
    return ProbeFindings.Sensitivity(
      lattice: try shares.finding(prediction: survey.expected, layers: survey.layers),
      phaseEnergyShares: shares.phaseEnergyShares,
      phaseMagnitudeShares: shares.phaseMagnitudeShares, spectrum: spectrum.peaks)
  }
}
