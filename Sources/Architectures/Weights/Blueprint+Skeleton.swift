import GinghamNetworks
import GinghamTensors

extension Blueprint {
  /// The network with all parameters zero, for what shapes alone decide. They share one block of memory, as long as the
  /// largest of them.
  public var skeleton: Network {
    var network = network
    let zeros = ZeroBlock(count: parameters.map(\.shape.elementCount).max() ?? 0)
    for parameter in parameters { network.constants[parameter.value] = .float(zeros.tensor(parameter.shape)) }
    return network
  }
}

/// Zeros that many tensors borrow.
private final class ZeroBlock {
  private let base: UnsafeMutablePointer<Float>

  init(count: Int) {
    base = .allocate(capacity: max(count, 1))
    base.initialize(repeating: 0, count: max(count, 1))
  }

  deinit { base.deallocate() }

  func tensor(_ shape: Shape) -> Tensor { Tensor(shape, borrowing: base, keeper: self) }
}

extension Architectures {
  /// A net whose parameters are all zero, from text such as `random:resnet50`: what shapes alone decide needs no others,
  /// and it is there at once. A seed is read and has no effect.
  ///
  /// - Throws: ``ArchitectureError`` as for a net with random parameters.
  public static func skeleton(parsing text: String) throws -> Network {
    let specification = try ArchitectureSpecification(parsing: text)
    let blueprint = try named(specification.name).blueprint(specification)
    guard blueprint.parameterCount <= parameterLimit else {
      throw ArchitectureError.tooLarge(specification.name, parameterCount: blueprint.parameterCount)
    }
    return blueprint.skeleton
  }
}
