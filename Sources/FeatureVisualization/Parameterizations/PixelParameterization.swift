import GinghamTensors

/// Every pixel is a parameter of its own: the naive start, in which high frequencies cost nothing.
public struct PixelParameterization: SpatialParameterization {
  /// N×C×H×W of the maps.
  public let shape: Shape
  /// Standard deviation of the start; its mean is 0, which is mid-grey behind the sigmoid.
  public var deviation: Float

  /// That of the maps.
  public var parameterShape: Shape { shape }
  /// Whether parameters are maps as they are.
  public var isIdentity: Bool { true }

  /// With the properties of the same names.
  public init(shape: Shape, deviation: Float = 0.01) {
    self.shape = shape
    self.deviation = deviation
  }

  /// Parameters to begin with.
  public func initial(seed: UInt64) -> Tensor { normal(seed: seed, deviation: deviation) }
  /// N×C×H×W of the parameters.
  public func maps(_ parameters: Tensor) -> Tensor { parameters }
  /// The transpose of ``maps(_:)``: from a slope at the maps to one at the parameters.
  public func gradient(_ cotangent: Tensor, at parameters: Tensor) -> Tensor { cotangent }
  /// What ``maps(_:)`` makes these maps of.
  public func parameters(for maps: Tensor) -> Tensor { maps }
}

/// ``PixelParameterization`` as recipes name it.
public struct PixelSpace: ParameterizationPart {
  /// What settings, manifests and findings call it.
  public static let name = "pixel"
  /// In a line of the help text.
  public static let summary = "every pixel by itself"

  /// Standard deviation of the start.
  public var deviation: Double

  /// With the property of the same name.
  public init(deviation: Double = 0.01) {
    self.deviation = deviation
  }

  /// Its settings, a row each.
  public static let settings = [deviationSetting(\PixelSpace.deviation)]

  /// From what a recipe says behind its name.
  ///
  /// - Throws: ``DocumentError`` where that is not of its kind.
  public init(reading value: PartValue) throws {
    try value.none()
    self.init()
  }

  /// The space itself, for maps N×C×H×W.
  public func space(shape: Shape, materials: Renderer.Materials, team: ThreadTeam) -> any SpatialParameterization {
    PixelParameterization(shape: shape, deviation: Float(deviation))
  }
}

extension ParameterizationPart {
  /// The row that several parameterizations share.
  static func deviationSetting(_ path: WritableKeyPath<Self, Double> & Sendable) -> RecipeSetting<Self> {
    RecipeSetting("deviation", path, help: "Standard deviation of the start.", takes: "a number from 0") {
      $0 >= 0 && $0.isFinite
    }
  }
}

extension ParameterizationKind {
  /// Every pixel by itself; starts with this standard deviation.
  public static func pixel(deviation: Double = 0.01) -> Self { Self(PixelSpace(deviation: deviation)) }
}
