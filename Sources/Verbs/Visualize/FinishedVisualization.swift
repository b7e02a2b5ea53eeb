import GinghamFeatureVisualization
import GinghamTensors

/// What is kept of a visualization beside its arrays.
struct FinishedVisualization: Codable {
  private enum Warning: Codable {
    case leftFiniteNumbers(step: Int)
    case dead(pictures: [Int]?, steps: Int, isRedirected: Bool)

    init(_ warning: VisualizationWarning) {
      switch warning {
      case .leftFiniteNumbers(let step): self = .leftFiniteNumbers(step: step)
      case .dead(let pictures, let steps, let isRedirected):
        self = .dead(pictures: pictures, steps: steps, isRedirected: isRedirected)
      }
    }

    var warning: VisualizationWarning {
      switch self {
      case .leftFiniteNumbers(let step): .leftFiniteNumbers(step: step)
      case .dead(let pictures, let steps, let isRedirected):
        .dead(pictures: pictures, steps: steps, isRedirected: isRedirected)
      }
    }
  }

  private let activations: [Float]
  private let accentuations: [Accentuation]
  private let stoppedAt: Int?
  private let warnings: [Warning]
  let seconds: Double

  init(_ visualization: Visualization, seconds: Double) {
    activations = visualization.activations
    accentuations = visualization.accentuations
    stoppedAt = visualization.stoppedAt
    warnings = visualization.warnings.map(Warning.init)
    self.seconds = seconds
  }

  func visualization(steps: Int, pictures: Tensor, gradient: Tensor) -> Visualization {
    Visualization(
      steps: steps, pictures: pictures, activations: activations, accentuations: accentuations, gradient: gradient,
      stoppedAt: stoppedAt, warnings: warnings.map(\.warning))
  }
}
