import GinghamTensors

/// What a run made, and how it went.
public struct Visualization: Sendable {
  /// A step of the climb.
  public struct Point: Hashable, Sendable {
    /// From 0.
    public var step: Int
    /// Mean over the batch, as the transforms showed it to the network.
    public var objective: Float
    /// Mean over the batch of all penalties with their weights.
    public var penalty: Float
  }

  /// That were made.
  public let steps: Int
  /// B×C×H×W in 0…1.
  public internal(set) var pictures: Tensor
  /// One point a step.
  public internal(set) var curve: [Point] = []
  /// Pictures N×C×H×W in 0…1 after these steps.
  public internal(set) var snapshots: [(step: Int, pictures: Tensor)] = []
  /// Of the finished pictures, without transforms and penalties: one a picture.
  public internal(set) var activations: [Float] = []
  /// How far the pictures have come from the one they began as, where a layer was held: one a picture.
  public internal(set) var accentuations: [Accentuation] = []
  /// The exact gradient at the finished pictures as the network sees them.
  public internal(set) var gradient = Tensor([0])
  /// Σ over steps of |∂objective/∂picture|, summed over the channels: B×1×H×W. Where the picture mattered.
  public internal(set) var importance: Tensor?
  /// The step whose value was not finite any more; the pictures are those of the step before.
  public internal(set) var stoppedAt: Int?
  /// Pictures of the batch whose gradient was zero at every step so far.
  private(set) var dead: Set<Int>?
  /// What the user should know.
  public private(set) var warnings: [VisualizationWarning] = []

  init(steps: Int, pictures: Tensor) {
    self.steps = steps
    self.pictures = pictures
  }

  /// A finished run as its pictures tell it, without its course.
  package init(
    steps: Int, pictures: Tensor, activations: [Float], accentuations: [Accentuation],
    gradient: Tensor, stoppedAt: Int?, warnings: [VisualizationWarning]
  ) {
    self.init(steps: steps, pictures: pictures)
    self.activations = activations
    self.accentuations = accentuations
    self.gradient = gradient
    self.stoppedAt = stoppedAt
    self.warnings = warnings
  }

  mutating func stop(at step: Int) {
    stoppedAt = step
    warnings.append(.leftFiniteNumbers(step: step))
  }

  /// Keeps the books of a step's gradient at the pictures.
  mutating func note(_ gradient: Tensor, values: [Float], step: Int, redirected: Int) {
    let pictures = gradient.shape[0]
    let (channels, area) = (gradient.shape[1], gradient.pictureSize.area)
    let shape: Shape = [pictures, 1, gradient.shape[2], gradient.shape[3]]
    var importance = importance.flatMap { $0.shape == shape ? $0 : nil } ?? Tensor(shape)
    self.importance = nil
    var alive: Set<Int> = []
    gradient.withUnsafeBufferPointer { source in
      importance.withUnsafeMutableBufferPointer { target in
        for plane in 0..<(pictures * channels) {
          let start = plane / channels * area
          // Bits instead of a sum: floats would have to be added one after the other.
          var bits: UInt32 = 0
          for pixel in 0..<area {
            let value = abs(source[plane * area + pixel])
            target[start + pixel] += value
            bits |= value.bitPattern
          }
          if bits != 0 { alive.insert(plane / channels) }
        }
      }
    }
    self.importance = importance
    dead = (dead ?? Set(0..<pictures)).subtracting(alive)
    if step == max(redirected, 1) - 1 || step == steps - 1 && step < redirected, let dead, !dead.isEmpty {
      warnings.append(
        .dead(
          pictures: dead.count == pictures ? nil : dead.sorted(), steps: step + 1, isRedirected: redirected > 0))
    }
  }
}
