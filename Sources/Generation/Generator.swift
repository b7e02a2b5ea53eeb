import GinghamModels
import GinghamNetworks
import GinghamTensors

/// A network that makes pictures: from random latents, or from pictures.
public struct Generator: Sendable {
  /// What a net makes pictures of.
  public enum Source: Hashable, Sendable {
    /// Standard normal numbers; the extents of one sample without the batch: [100, 1, 1], [512] or [4, 64, 64].
    case latents([Int])
    case pictures
  }

  /// The net.
  public let model: Model
  /// What it makes pictures of.
  public let source: Source
  /// The picture.
  public let output: ValueID
  /// Pictures that the file wants at a time; 1 where it leaves that open.
  public let batch: Int
  /// The network at the size of its input, for ``batch`` samples.
  public let network: BoundNetwork

  /// - Throws: ``GeneratorError/makesNoPictures(model:outputs:)``, ``GeneratorError/openInput(name:shape:)``,
  ///   ``NetworkError``.
  public init(_ model: Model) throws {
    guard let input = model.network.inputs.first else { throw ModelError.notPictures([]) }
    self.model = model
    source =
      try model.source.latentShape.map(Source.latents)
      ?? Self.source(of: input, named: model.network.name(of: input.value))
    batch = max((input.shape.first ?? nil) ?? 1, 1)
    let network = try model.bound(batch: batch)
    let shapes = network.outputs.map { network.shapes[network.resolved($0)] ?? [] }
    let isSound = model.network.isOneDimensional
    guard let index = shapes.firstIndex(where: { Self.isPicture($0, isSound: isSound) }) else {
      throw GeneratorError.makesNoPictures(
        model: model.source.specification, outputs: shapes.map { Array($0.dimensions) })
    }
    output = network.outputs[index]
    self.network = network
  }

  /// N×C×H×W with 1, 3 or 4 channels and both sides above one pixel; N×C×1×L with one or two channels of a network over
  /// signals.
  package static func isPicture(_ shape: Shape, isSound: Bool) -> Bool {
    guard shape.rank == 4, shape[3] > 1 else { return false }
    return isSound ? (1...2).contains(shape[1]) && shape[2] == 1 : [1, 3, 4].contains(shape[1]) && shape[2] > 1
  }

  /// Whether it makes sounds: its pictures are C×1×L.
  public var isSound: Bool { model.network.isOneDimensional }

  private static func source(of input: Network.Input, named name: String) throws -> Source {
    let extents = input.shape.dropFirst()
    if input.shape.count == 4, [nil, 1, 3, 4].contains(input.shape[1]), extents.dropFirst().contains(where: { $0 != 1 })
    {
      return .pictures
    }
    let known = extents.compactMap { $0 }
    guard known.count == extents.count, !known.isEmpty, known.allSatisfy({ $0 > 0 }) else {
      throw GeneratorError.openInput(name: name, shape: input.shape.map { $0.map(String.init) ?? "?" })
    }
    return .latents(known)
  }

  /// Channels, height and width of what it makes.
  public var pictureShape: [Int] {
    (network.shapes[network.resolved(output)] ?? []).dimensions.dropFirst().map { $0 }
  }

  /// Whether it makes pictures of random numbers.
  public var isLatent: Bool { if case .latents = source { true } else { false } }

  /// Whether a model makes pictures from latents, or from pictures at all.
  ///
  /// - Throws: ``NetworkError`` where the network cannot be bound, which says nothing about what it makes.
  public static func isGenerator(_ model: Model) throws -> Bool {
    do {
      _ = try Generator(model)
      return true
    } catch is GeneratorError {
      return false
    }
  }
}

extension Generator {
  /// Standard normal latents. A sample depends on the seed and its own number alone, not on how many are drawn.
  ///
  /// - Returns: N×…, as the network takes them.
  /// - Throws: ``GeneratorError/takesPictures(model:)``.
  public func latents(_ count: Int, seed: UInt64) throws -> Tensor {
    guard case .latents(let extents) = source else {
      throw GeneratorError.takesPictures(model: model.source.specification)
    }
    let sequence = NormalSequence(seed: seed, name: "latents")
    return Tensor(Shape([count] + extents)) { sequence.fill($0) }
  }

  /// Latents from a file: N×… as the network takes them, or one sample without the first axis; axes of extent 1 may be
  /// left out.
  ///
  /// - Throws: ``GeneratorError/wrongLatents(path:expected:found:)``, ``FormatError``, ``ModelError`` where they are not
  ///   finite.
  public func latents(npy path: String) throws -> Tensor {
    guard case .latents(let extents) = source else {
      throw GeneratorError.takesPictures(model: model.source.specification)
    }
    let found = try Tensor(npy: path)
    let size = extents.reduce(1, *)
    let trimmed = found.shape.dimensions.filter { $0 != 1 }
    let wanted = extents.filter { $0 != 1 }
    let isOne = found.count == size && Array(trimmed) == wanted
    let isSeveral = found.shape.rank > 1 && found.shape.dimensions.dropFirst().filter { $0 != 1 } == wanted
    guard found.count > 0, isOne || isSeveral, found.count.isMultiple(of: size) else {
      throw GeneratorError.wrongLatents(path: path, expected: extents, found: found.shape)
    }
    let latents = found.reshaped(to: Shape([found.count / size] + extents))
    try latents.requireFinite("the latents in '\(path)'")
    return latents
  }

  /// As many samples as the file fixes; the last one stands in for those that lack.
  package func filled(_ inputs: Tensor) -> Tensor {
    let lacking = batch - inputs.shape[0]
    guard lacking > 0 else { return inputs }
    let last = inputs.sample(inputs.shape[0] - 1)
    return .stacked([inputs] + Array(repeating: last, count: lacking))
  }

  /// Pictures as the network takes them: N×C×H×W in 0…1.
  ///
  /// - Throws: ``GeneratorError/takesLatents(model:shape:)``, ``ImageError``.
  public func input(pictureAt path: String) throws -> Tensor {
    if case .latents(let extents) = source {
      throw GeneratorError.takesLatents(model: model.source.specification, shape: extents)
    }
    return try model.input(pictureAt: path)
  }
}
