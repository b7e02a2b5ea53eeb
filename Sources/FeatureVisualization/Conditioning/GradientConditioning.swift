import GinghamSignals
import GinghamTensors

/// What is done to the gradient at the picture before the optimizer sees it. Each makes a surrogate: the optimizer no
/// longer follows the derivative.
public protocol ConditioningPart: RecipePart {
  /// N×C×H×W to the same.
  ///
  /// - Throws: ``ArtifactError`` where gradients are not finite or a period does not exist.
  func conditioned(_ gradient: Tensor) throws -> Tensor
}

/// Any conditioning.
public struct GradientConditioning: AnyRecipePart {
  private let conditioning: any ConditioningPart

  /// With the property of the same name.
  public init(_ conditioning: any ConditioningPart) {
    self.conditioning = conditioning
  }

  /// All that recipes know.
  public static let all: [any ConditioningPart.Type] = [
    BlurConditioning.self, LaplacianNormalization.self, InverseFrequencyConditioning.self, LowPassConditioning.self,
    NotchConditioning.self,
  ]

  /// What complaints call one of them.
  public static let noun = "gradient step"
  /// Every kind there is.
  public static var list: [any RecipePart.Type] { all }
  /// The kind itself.
  public var part: any RecipePart { conditioning }

  /// From what a recipe says behind its name.
  ///
  /// - Throws: ``DocumentError`` where that is not of its kind.
  public init(reading value: PartValue) throws {
    guard let type = Self.all.first(where: { $0.name == value.name }) else { throw value.unknown(Self.self) }
    conditioning = try type.init(reading: value)
  }

  /// N×C×H×W to the same.
  ///
  /// - Throws: ``ArtifactError`` where gradients are not finite or a period does not exist.
  public func callAsFunction(_ gradient: Tensor) throws -> Tensor { try conditioning.conditioned(gradient) }

  func resolved(period: Int) -> GradientConditioning { Self(conditioning.resolved(period: period)) }
}

extension Tensor {
  var meanMagnitude: Float {
    guard count > 0 else { return 0 }
    return Float(withUnsafeBufferPointer { $0.reduce(0.0) { $0 + Double(abs($1)) } } / Double(count))
  }

  var rootMeanSquare: Float {
    guard count > 0 else { return 0 }
    let sum = withUnsafeBufferPointer { $0.reduce(0.0) { $0 + Double($1) * Double($1) } }
    return Float((sum / Double(count)).squareRoot())
  }
}
