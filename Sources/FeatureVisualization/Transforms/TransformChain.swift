import GinghamTensors

/// Transforms in order, and at their end the middle of what came out, cut or framed in grey to the size that the network
/// takes.
public struct TransformChain: Hashable, Sendable {
  /// In the order in which a picture meets them.
  public var transforms: [PictureTransform]

  /// With the property of the same name.
  public init(_ transforms: [PictureTransform]) {
    self.transforms = transforms
  }

  /// One random instance of the whole chain.
  ///
  /// - Throws: ``VisualizationError/transformTooLarge(transform:size:why:)``.
  public func drawn(for size: PictureSize, in context: DrawContext) throws -> any PictureMap {
    var maps: [any PictureMap] = []
    var current = size
    for (place, transform) in transforms.enumerated() {
      let map = try transform.drawn(for: current, place: place, in: context)
      maps.append(map)
      current = map.outputSize
    }
    if current != context.target { maps.append(WindowMap.centred(current, in: context.target)) }
    return ComposedMap(inputSize: size, joining: maps)
  }

  /// - Throws: ``VisualizationError/badValue(setting:value:expected:)``, and
  ///   ``VisualizationError/transformTooLarge(transform:size:why:)`` where some draw would not fit.
  public func validate(for size: PictureSize, target: PictureSize) throws {
    for transform in transforms { try transform.part.validate() }
    // The smallest a picture can get on its way decides.
    let context = DrawContext(seed: 0, step: 0, steps: 1, target: target)
    _ = try TransformChain(transforms.map(\.shrinkingMost)).drawn(for: size, in: context)
  }
}

/// One step's instances of a chain: `draws` for each picture of a batch, draw by draw.
struct DrawnBatch {
  let maps: [any PictureMap]
  let pictures: Int
  private let team: ThreadTeam

  init(
    _ chain: TransformChain, for size: PictureSize, pictures: Int, in context: DrawContext, on team: ThreadTeam = .alone
  ) throws {
    self.pictures = pictures
    self.team = team
    maps = try (0..<(pictures * context.draws)).map { index in
      var place = context
      place.draw = index / pictures
      place.picture = index % pictures
      return try chain.drawn(for: size, in: place)
    }
  }

  /// B×C×H×W to (draws·B)×C×H′×W′.
  func callAsFunction(_ batch: Tensor) -> Tensor {
    if maps.count == 1 { return maps[0].mapped(batch, on: team) }
    return gathered(maps.count) { maps[$0](batch.sample($0 % pictures)) }
  }

  /// The mean over the draws of the adjoints: (draws·B)×C×H′×W′ to B×C×H×W.
  func adjoint(_ gradient: Tensor) -> Tensor {
    if maps.count == 1 { return maps[0].adjoint(gradient, on: team) }
    let all = gathered(maps.count) { maps[$0].adjoint(gradient.sample($0)) }
    let draws = maps.count / pictures
    guard draws > 1 else { return all }
    var shape = all.shape
    shape[0] = pictures
    let factor = 1 / Float(draws)
    return all.withUnsafeBufferPointer { source in
      Tensor(shape) { target in
        target.update(repeating: 0)
        for draw in 0..<draws {
          let start = draw * target.count
          for index in target.indices { target[index] += factor * source[start + index] }
        }
      }
    }
  }

  /// The results of a function for each map, several at a time, one behind the other.
  private func gathered(_ count: Int, _ body: (Int) -> Tensor) -> Tensor {
    let first = body(0)
    var shape = first.shape
    shape[0] = count
    return Tensor(shape) { target in
      let write = { (result: Tensor, index: Int) in
        result.withUnsafeBufferPointer { source in
          _ = UnsafeMutableBufferPointer(rebasing: target[(index * first.count)..<((index + 1) * first.count)])
            .update(from: source)
        }
      }
      write(first, 0)
      team.share(count - 1) { indices in
        for index in indices { write(body(index + 1), index + 1) }
      }
    }
  }
}
