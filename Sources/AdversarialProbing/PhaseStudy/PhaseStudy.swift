import GinghamTensors

/// Does the unevenness of a gradient make adversarial examples easier? Odena, Dumoulin & Olah (2016) asked and left it
/// open: "may exaggerate adversarial counter-examples".
///
/// To first order, a budget spent on a set of pixels P gains ε‖g_P‖₂ in L2, ε‖g_P‖₁ in L∞ and ε‖g_P‖∞ in L1. The study
/// lets DeepFool change only the pixels of one lattice phase, and compares the smallest change that turns the picture
/// with random sets of as many pixels, with phases of a period that no stride knows, and with the same picture moved by
/// one pixel, where what belongs to the grid must stay and what belongs to the picture must move along.
public struct PhaseStudy: Sendable {
  /// The sets of pixels.
  public let masks: PhaseStudyMasks
  /// Linearisations of each DeepFool search.
  public var steps: Int
  /// Classes that each DeepFool search looks at.
  public var candidates: Int

  /// With the properties of the same names.
  public init(masks: PhaseStudyMasks, steps: Int = 20, candidates: Int = 3) {
    self.masks = masks
    self.steps = steps
    self.candidates = candidates
  }

  /// Attacks that one picture takes.
  public var attackCount: Int {
    2 * (masks.lattice.count + masks.random.count + masks.control.count + 1) + masks.lattice.count
  }

  /// Measures one picture that the network classifies as `label`.
  ///
  /// - Parameters:
  ///   - picture: 1×C×H×W.
  ///   - batch: sets of pixels attacked together.
  /// - Throws: ``ProbingError`` and what the engine throws.
  public func measure(
    _ picture: Tensor, label: Int, against classifier: Classifier, batch: Int,
    step: (_ done: Int, _ of: Int) throws -> Void = { _, _ in }
  ) throws -> PhaseMeasurement {
    var measurement = try firstOrder(picture, label: label, against: classifier, batch: batch)
    let whole = PixelMask(height: picture.shape[2], width: picture.shape[3]) { _, _ in true }
    let groups = masks.lattice + masks.random + masks.control + [whole]
    let shifted = picture.movedByOnePixel
    let total = attackCount
    var done = 0
    func minima(_ pictures: Tensor, _ masks: [PixelMask], _ norm: PerturbationNorm) throws -> [Double?] {
      try minimalChanges(of: pictures, label: label, on: masks, norm: norm, against: classifier, batch: batch) {
        try step(done + $0, total)
      }
    }
    let l2 = try minima(picture, groups, .l2)
    done += groups.count
    let linf = try minima(picture, groups, .linf)
    done += groups.count
    let shiftedL2 = try minima(shifted, masks.lattice, .l2)
    for index in masks.lattice.indices {
      measurement.lattice[index].minimalL2 = l2[index]
      measurement.lattice[index].minimalLinf = linf[index]
      measurement.shifted[index].minimalL2 = shiftedL2[index]
    }
    let firstRandom = masks.lattice.count
    for index in masks.random.indices {
      measurement.random[index].minimalL2 = l2[firstRandom + index]
      measurement.random[index].minimalLinf = linf[firstRandom + index]
    }
    let firstControl = firstRandom + masks.random.count
    for index in masks.control.indices {
      measurement.control[index].minimalL2 = l2[firstControl + index]
      measurement.control[index].minimalLinf = linf[firstControl + index]
    }
    measurement.minimalL2 = l2[groups.count - 1]
    measurement.minimalLinf = linf[groups.count - 1]
    return measurement
  }

  /// What two gradients tell, one of them of the moved picture; no attack.
  public func firstOrder(
    _ picture: Tensor, label: Int, against classifier: Classifier, batch: Int = 1
  ) throws -> PhaseMeasurement {
    let pictures = [picture, picture.movedByOnePixel]
    var measures: [(lattice: [MaskMeasurement], rest: PhaseMeasurement?)] = []
    for start in stride(from: 0, to: 2, by: batch) {
      let part = Array(pictures[start..<min(start + batch, 2)])
      let padded = part + [Tensor](repeating: part[part.count - 1], count: batch - part.count)
      let labels = [Int](repeating: label, count: batch)
      let (_, gradient) = try classifier.valuesAndGradient(
        of: CrossEntropyObjective(labels, output: classifier.output), at: .stacked(padded))
      for sample in part.indices {
        gradient.withSample(sample) { gradient in
          let region = GradientSums(gradient, on: masks.region)
          func measure(_ sets: [PixelMask]) -> [MaskMeasurement] {
            sets.map { MaskMeasurement(gradient, on: $0, in: region) }
          }
          let lattice = measure(masks.lattice)
          let rest =
            start + sample > 0
            ? nil
            : PhaseMeasurement(
              gradientLength: region.squares.squareRoot(), unevenness: Self.unevenness(lattice),
              evenL1Ratio: evenRatio(gradient, lattice, region), lattice: lattice, random: measure(masks.random),
              control: measure(masks.control), shifted: [])
          measures.append((lattice, rest))
        }
      }
    }
    guard var measurement = measures[0].rest else { throw ProbingError.badArgument("no picture was measured") }
    measurement.shifted = measures[1].lattice
    return measurement
  }

  private static func unevenness(_ lattice: [MaskMeasurement]) -> Double {
    let energies = lattice.map(\.energy)
    let mean = energies.mean
    guard mean > 0 else { return 0 }
    return energies.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(energies.count) / (mean * mean)
  }

  /// ‖g‖₁ over the L1 norm of the gradient with every phase scaled to the same energy, which keeps ‖g‖₂.
  private func evenRatio(
    _ gradient: UnsafeBufferPointer<Float>, _ lattice: [MaskMeasurement], _ region: GradientSums
  ) -> Double {
    let even = zip(masks.lattice, lattice).reduce(0.0) { sum, phase in
      guard phase.1.energy > 0 else { return sum }
      return sum + GradientSums(gradient, on: phase.0).magnitudes / phase.1.energy.squareRoot()
    }
    return even > 0 ? region.magnitudes / even : 1
  }

  private func minimalChanges(
    of picture: Tensor, label: Int, on sets: [PixelMask], norm: PerturbationNorm, against classifier: Classifier,
    batch: Int, step: (Int) throws -> Void
  ) throws -> [Double?] {
    let attack = DeepFool(norm: norm, steps: steps, candidates: candidates)
    let pictures = Tensor.stacked((0..<batch).map { _ in picture })
    let largest: Float = norm == .linf ? 1 : Float(picture.count).squareRoot()
    var found: [Double?] = []
    while found.count < sets.count {
      try step(found.count)
      let part = sets[found.count..<min(found.count + batch, sets.count)]
      // A batch is always full: the engine is compiled for one size.
      let padded = Array(part) + (part.count..<batch).compactMap { _ in part.last }
      let attacked = try AttackBatch(
        pictures: pictures, labels: [Int](repeating: label, count: batch), masks: padded)
      let search = try attack.search(
        attacked, epsilons: [Float](repeating: largest, count: batch), against: classifier, seed: 0)
      let success = attacked.isAdversarial(try classifier.predictions(of: search.pictures))
      let distances = search.pictures.distances(to: pictures)
      found += part.indices.map { index in
        let place = index - part.startIndex
        return success[place] ? distances[place][norm] : nil
      }
    }
    return found
  }
}

extension Tensor {
  /// A picture 1×C×H×W one pixel further down and right, its first row and column repeated.
  var movedByOnePixel: Tensor {
    let (height, width) = (shape[2], shape[3])
    return withUnsafeBufferPointer { source in
      Tensor(shape) { target in
        for index in target.indices {
          let (plane, y, x) = (index / (height * width), index / width % height, index % width)
          target[index] = source[plane * height * width + max(y - 1, 0) * width + max(x - 1, 0)]
        }
      }
    }
  }
}
