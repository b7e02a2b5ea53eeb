import GinghamDifferentiation
import GinghamNetworks
import GinghamTensors

/// What a method says of a batch of pictures.
public struct Attribution: Sendable {
  /// N×C×H×W in the pixels' own units, or N×1×h×w for a method that speaks of a layer's positions.
  public var map: Tensor
  /// The objective's value for each picture.
  public var values: [Float]
  /// Activations of the objective's layers at the pictures, in their order.
  public var activations: [Tensor]
  /// How far the map's sum is from what the method promises it to be, a picture; empty where it promises nothing.
  public var completenessGaps: [Float] = []

  /// With the properties of the same names.
  public init(map: Tensor, values: [Float], activations: [Tensor], completenessGaps: [Float] = []) {
    self.map = map
    self.values = values
    self.activations = activations
    self.completenessGaps = completenessGaps
  }
}

/// One way to turn gradients into a map of what matters in a picture.
public protocol AttributionMethod: Sendable {
  /// As users write it.
  static var name: String { get }
  /// Whether the map is something other than a derivative of the objective.
  static var isSurrogate: Bool { get }

  /// - Parameter pictures: N×C×H×W in 0…1.
  /// - Throws: ``NetworkError``, ``EngineError`` and ``ObjectiveError`` of the gradients it asks for.
  func attribute(
    _ pictures: Tensor, to objective: any Objective, by differentiator: any Differentiator
  ) throws -> Attribution
}

/// The derivative of the objective by each pixel (Simonyan, Vedaldi & Zisserman 2013).
public struct Gradient: AttributionMethod {
  /// What settings, manifests and findings call it.
  public static let name = "gradient"
  /// It is not: the map is made of derivatives of the objective.
  public static let isSurrogate = false

  /// With every setting at its default.
  public init() {}

  /// The map of ``AttributionMethod/attribute(_:to:by:)``.
  ///
  /// - Throws: what planning and running the differentiator throws.
  public func attribute(
    _ pictures: Tensor, to objective: any Objective, by differentiator: any Differentiator
  ) throws -> Attribution {
    let pass = try ObjectivePass(objective, of: differentiator, inputShapes: [pictures.shape])
    let (values, gradients) = try pass.valuesAndGradients(pictures)
    return Attribution(map: gradients[0], values: values, activations: pass.activations)
  }
}
