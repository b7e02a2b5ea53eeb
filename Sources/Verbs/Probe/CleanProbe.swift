import Foundation
import GinghamAdversarialProbing
import GinghamDifferentiation
import GinghamLattices
import GinghamModels
import GinghamReporting
import GinghamTensors

/// What the network says of pictures as they are: predictions, and where its loss is sensitive.
struct CleanProbe {
  let pictures: [ProbePicture]
  /// Where the net's output or its loss' gradient is not finite.
  let skipped: [SkippedFile]
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

  /// - Throws: ``ModelError/nonFiniteResult(what:count:of:)`` where no picture gives finite numbers, and what the
  ///   engine throws.
  init(_ work: ProbeWork, subjects: [Subject]) throws {
    let (model, size) = (work.model, work.settings.passSize)
    let shape = model.inputShape(batch: 1)
    var shares = try SensitivityMap(period: work.period, height: shape[2], width: shape[3])
    var spectrum = try GradientSpectrum(period: work.period)
    var classifier = work.classifier
    var pictures: [ProbePicture] = []
    var outputs = RepeatedOutputs(classes: classifier.classCount)
    var silent = 0
    var folders: Set<String> = []
    var kept: [Subject] = []
    var skipped: [SkippedFile] = []
    var failure: (any Error)?
    for start in stride(from: 0, to: subjects.count, by: size) {
      work.context.progress.step("clean pictures", start, of: subjects.count)
      var part = Array(subjects[start..<min(start + size, subjects.count)])
      var attempt = try Pass.attempt(part, model, classifier, size: size)
      if case .failure = attempt {
        // One picture takes none of the others with it.
        part = try part.filter { subject in
          guard case .failure(let error) = try Pass.attempt([subject], model, classifier, size: size) else {
            return true
          }
          failure = failure ?? error
          skipped.append(SkippedFile(path: subject.path, reason: "'\(subject.path)': \(error)"))
          return false
        }
        if part.isEmpty { continue }
        attempt = try Pass.attempt(part, model, classifier, size: size)
      }
      var pass = try attempt.get()
      if kept.isEmpty, ClassifierOutput.looksLikeProbabilities(pass.outputs, count: classifier.classCount) {
        classifier = try classifier.reading(.probabilities)
        pass = try Pass.attempt(part, model, classifier, size: size).get()
      }
      outputs.add(pass.outputs, Array(try classifier.outputs(of: pass.batch).prefix(pass.outputs.count)))
      let (own, predictions, losses, gradients) = (pass.labels, pass.predictions, pass.losses, pass.gradients)
      kept += part
      try shares.add(gradients)
      spectrum.add(gradients)
      silent += part.indices.count { place in
        gradients.sample(place).withUnsafeBufferPointer { $0.allSatisfy { $0 == 0 } }
      }
      for (place, path) in part.map(\.path).enumerated() {
        func name(_ index: Int) -> String? { model.classNames.name(of: index, among: classifier.classCount) }
        pictures.append(
          ProbePicture(
            path: path, folder: Self.folder(for: path, &folders), label: own[place], labelName: name(own[place]),
            prediction: predictions[place], predictionName: name(predictions[place]),
            isCorrect: own[place] == predictions[place], loss: losses[place]))
      }
    }
    if kept.isEmpty, let failure { throw failure }
    self.pictures = pictures
    self.skipped = skipped
    self.shares = shares
    self.spectrum = spectrum
    output = classifier.output
    let labels = kept.compactMap(\.label)
    warnings = ProbingWarning.inspect(
      outputs: outputs, silent: silent, predictions: pictures.map(\.prediction),
      labels: labels.count == kept.count ? labels : nil)
    // A loss and any one class start all of the last layer alike.
    let value = try model.gradientValue(ofLayer: nil)
    survey = try Expectation(of: ClassObjective(.top), in: model, at: [value]).survey(at: value)
    let period = work.period
    // Rings of longer periods would cover the picture, and bands of trained classifiers end at 4.
    markedPeriods = [2, 3, 4].filter { period.isMultiple(of: $0) }
  }

  /// What the network gives of a few pictures, the rest of its batch filled up with the first.
  private struct Pass {
    let batch: Tensor
    /// Pictures×classes.
    let outputs: [Float]
    let predictions: [Int]
    let labels: [Int]
    let losses: [Float]
    /// Of the losses, a sample a picture.
    let gradients: Tensor

    /// Fails where outputs or gradients are not finite; what else goes wrong is thrown.
    static func attempt(
      _ subjects: [Subject], _ model: Model, _ classifier: Classifier, size: Int
    ) throws -> Result<Pass, any Error> {
      do {
        return .success(try Pass(subjects, model: model, classifier: classifier, size: size))
      } catch let error as ProbingError where error == .nonFiniteOutput {
        return .failure(error)
      } catch let error as ModelError {
        guard case .nonFiniteResult = error else { throw error }
        return .failure(error)
      }
    }

    private init(_ subjects: [Subject], model: Model, classifier: Classifier, size: Int) throws {
      let inputs = try subjects.map { try model.input(pictureAt: $0.path) }
      batch = Tensor.stacked(inputs + [Tensor](repeating: inputs[0], count: size - inputs.count))
      outputs = Array(try classifier.outputs(of: batch).prefix(inputs.count * classifier.classCount))
      predictions = classifier.predictions
      labels = zip(subjects, predictions).map { $0.label ?? $1 }
      let (values, gradient) = try classifier.valuesAndGradient(
        of: CrossEntropyObjective(
          labels + [Int](repeating: labels[0], count: size - labels.count), output: classifier.output), at: batch)
      gradients = gradient.slice(axis: 0, 0..<inputs.count)
      losses = values
      try gradients.requireFinite("the gradient of its loss")
    }
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
