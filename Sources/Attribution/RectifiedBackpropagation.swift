import GinghamDifferentiation
import GinghamTensors

/// Backpropagation that lets only positive gradients through active units (Springenberg et al. 2015, "Striving for
/// simplicity").
public struct GuidedBackpropagation: AttributionMethod {
  public static let name = "guided"
  public static let isSurrogate = true

  public init() {}

  public func attribute(
    _ pictures: Tensor, to objective: any Objective, by differentiator: any Differentiator
  ) throws -> Attribution {
    try attribute(pictures, to: objective, by: differentiator, rule: .guided)
  }
}

/// Backpropagation that rectifies the gradient itself at every ReLU (Zeiler & Fergus 2014, "Visualizing and
/// understanding convolutional networks").
public struct DeconvolutionNetwork: AttributionMethod {
  public static let name = "deconvnet"
  public static let isSurrogate = true

  public init() {}

  public func attribute(
    _ pictures: Tensor, to objective: any Objective, by differentiator: any Differentiator
  ) throws -> Attribution {
    try attribute(pictures, to: objective, by: differentiator, rule: .deconvolution)
  }
}

extension AttributionMethod {
  fileprivate func attribute(
    _ pictures: Tensor, to objective: any Objective, by differentiator: any Differentiator, rule: BackwardRules.ReLU
  ) throws -> Attribution {
    let pass = try ObjectivePass(
      objective, of: differentiator, inputShapes: [pictures.shape], rules: BackwardRules(relu: rule))
    let (values, gradients) = try pass.valuesAndGradients(pictures)
    return Attribution(map: gradients[0], values: values, activations: pass.activations)
  }
}
