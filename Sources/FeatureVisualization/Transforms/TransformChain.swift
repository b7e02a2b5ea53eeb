import GinghamTensors

/// Transforms in order, and at their end the middle of what came out, cut or framed in grey to the size that the network
/// takes.
public struct TransformChain: Hashable, Sendable {
  public var transforms: [PictureTransform]

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
    for transform in transforms { try transform.validate() }
    // The smallest a picture can get on its way decides.
    let smallest = TransformChain(
      transforms.map { transform in
        if case .scale(let factors) = transform { return .scale([factors.min() ?? 1]) }
        return transform
      })
    _ = try smallest.drawn(for: size, in: DrawContext(seed: 0, step: 0, steps: 1, target: target))
  }
}

extension PictureTransform {
  fileprivate func validate() throws {
    func require(_ condition: Bool, _ value: String, _ expected: String) throws {
      guard condition else {
        throw VisualizationError.badValue(setting: "the transform \(name)", value: value, expected: expected)
      }
    }
    switch self {
    case .pad(let pixels), .jitter(let pixels), .roll(let pixels):
      try require((0...4096).contains(pixels), "\(pixels)", "pixels from 0 to 4096")
    case .latticeJitter(let period):
      try require((1...128).contains(period ?? 1), "\(period ?? 1)", "a period from 1 to 128")
    case .scale(let factors):
      try require(
        !factors.isEmpty && factors.allSatisfy { (0.05...20).contains($0) }, "\(factors)",
        "a list of factors from 0.05 to 20")
    case .rotate(let angles):
      try require(
        !angles.isEmpty && angles.allSatisfy { (-360...360).contains($0) }, "\(angles)",
        "a list of angles from -360 to 360 degrees")
    case .randomCrop(let crop):
      let shares = [crop.from, crop.to, crop.smallest, crop.largest]
      try require(
        shares.allSatisfy { $0 > 0 && $0 <= 1 } && crop.smallest <= crop.largest && (0...1).contains(crop.spread),
        "\(shares)", "shares above 0 and up to 1, the smallest first")
    case .blur(let sigma):
      try require(sigma > 0 && sigma <= 100, "\(sigma)", "a deviation above 0 and up to 100 pixels")
    case .flip: break
    case .noise(let deviation): try require((0...10).contains(deviation), "\(deviation)", "a deviation from 0 to 10")
    }
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
