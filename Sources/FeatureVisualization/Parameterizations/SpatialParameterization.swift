import GinghamTensors

/// How numbers become maps: what an optimizer turns, and so which changes of a picture are cheap for it.
///
/// Maps are N×C×H×W before colour and range. Implementations are exact: ``gradient(_:at:)`` is the adjoint of the
/// derivative of ``maps(_:)``.
public protocol SpatialParameterization: Sendable {
  /// N×C×H×W.
  var shape: Shape { get }
  /// N first, so that each picture owns a run of parameters.
  var parameterShape: Shape { get }
  /// Whether the parameters are the maps themselves.
  var isIdentity: Bool { get }

  /// Random parameters; equal seeds give equal bytes.
  func initial(seed: UInt64) -> Tensor

  func maps(_ parameters: Tensor) -> Tensor

  /// What a gradient at the maps is at the parameters.
  func gradient(_ cotangent: Tensor, at parameters: Tensor) -> Tensor

  /// Parameters whose maps come nearest to the given ones.
  ///
  /// - Throws: ``VisualizationError/contradiction(_:)`` where the parameterization cannot express given pictures.
  func parameters(for maps: Tensor) throws -> Tensor
}

extension SpatialParameterization {
  /// Whether parameters are maps as they are.
  public var isIdentity: Bool { false }

  /// Normal numbers, each picture with a sequence of its own.
  func normal(seed: UInt64, deviation: Float) -> Tensor {
    let pictures = max(parameterShape[0], 1)
    let count = parameterShape.elementCount / pictures
    return Tensor(parameterShape) { buffer in
      for picture in 0..<pictures {
        NormalSequence(seed: seed, name: "start.\(picture)").fill(
          UnsafeMutableBufferPointer(rebasing: buffer[(picture * count)..<((picture + 1) * count)]),
          deviation: deviation)
      }
    }
  }
}
