import GinghamAudio
import GinghamDifferentiation
import GinghamEngine
import GinghamImaging
import GinghamNetworks
import GinghamReferenceEngine
import GinghamSignals
import GinghamTensors

/// A loaded network together with how pictures become its input.
public struct Model: Sendable {
  /// What it was made of.
  public let source: ModelSource
  /// The net that plans are made of.
  public let network: Network
  /// How pictures are brought to the net's size.
  public let preprocessing: Preprocessing
  /// Empty where nobody knows them.
  public let classNames: ClassNames
  /// What was chosen where the file leaves a choice that nobody made.
  public let notes: [String]

  /// A network that was not read from a file: `source` then only names it.
  public init(
    source: ModelSource, network: Network, preprocessing: Preprocessing, classNames: ClassNames, notes: [String] = []
  ) {
    self.source = source
    self.network = network
    self.preprocessing = preprocessing
    self.classNames = classNames
    self.notes = notes
  }

  /// Channels of the pictures it takes; `nil` where the file leaves that open.
  public var channels: Int? {
    guard let shape = network.inputs.first?.shape, shape.count == 4 else { return nil }
    return shape[1]
  }

  /// N×C×H×W of a batch of inputs, or N×… where the network takes no pictures.
  public func inputShape(batch: Int) -> Shape {
    if let latents = source.latentShape { return Shape([batch] + latents) }
    if let shape = network.inputs.first?.shape, shape.count > 1, shape.count != 4 {
      let extents = shape.dropFirst().compactMap { $0 }
      if extents.count + 1 == shape.count { return Shape([batch] + extents) }
    }
    return [batch, channels ?? 3, preprocessing.height, preprocessing.width]
  }

  /// The network at the size of its pictures, at the batch of its file where it takes no other.
  ///
  /// - Parameter targets: what is wanted; layers that lead to none of these need not fit the size. `nil`: everything.
  /// - Throws: ``NetworkError``.
  public func bound(batch: Int = 1, leadingTo targets: [ValueID]? = nil) throws -> BoundNetwork {
    guard let input = network.inputs.first else { throw ModelError.notPictures([]) }
    let name = network.name(of: input.value)
    do {
      return try network.bound(to: [name: inputShape(batch: batch)], leadingTo: targets)
    } catch let error as NetworkError {
      guard let example = input.shape.first ?? nil, example > 0, example != batch,
        let bound = try? network.bound(to: [name: inputShape(batch: example)], leadingTo: targets)
      else { throw error }
      return bound
    }
  }

  /// The same model with its graph changed.
  public func with(_ network: Network) -> Model {
    Model(source: source, network: network, preprocessing: preprocessing, classNames: classNames, notes: notes)
  }

  /// - Throws: ``ModelError/takesSignals(_:)`` for networks over signals.
  public func requirePictures() throws {
    guard network.isOneDimensional, let input = network.withoutRows.inputs.first else { return }
    throw ModelError.takesSignals(input.shape.map { $0.map(String.init) ?? "?" })
  }

  /// The same model with inputs in 0…1: signals, which swing around 0, swing around ½. Pictures are so anyway.
  public var inUnitRange: Model {
    guard network.isOneDimensional, let channels else { return self }
    var network = network
    let half = [Float](repeating: 0.5, count: channels)
    network.normalize(PixelNormalization(mean: half, deviation: half))
    return with(network)
  }

  /// The same model for pictures of another size.
  public func sized(height: Int, width: Int) -> Model {
    var preprocessing = preprocessing
    (preprocessing.height, preprocessing.width) = (height, width)
    return Model(source: source, network: network, preprocessing: preprocessing, classNames: classNames, notes: notes)
  }

  /// The SHA-256 of the file; `nil` for random nets.
  public func digest() throws -> String? { try source.digest() }

  /// A picture as the network sees it: 1×C×H×W in 0…1.
  ///
  /// - Throws: ``ImageError``, ``ModelError/wrongChannels(expected:found:path:)``.
  public func input(pictureAt path: String) throws -> Tensor {
    if network.isOneDimensional { return try input(soundAt: path) }
    return path.lowercased().hasSuffix(".npy")
      ? try input(arrayAt: path) : try input(Picture(contentsOf: path), path: path)
  }

  /// A sound as a network over signals sees it, 1×C×1×L in −1…1: its first samples, with silence behind where there are
  /// too few. Arrays are L, C×L, 1×C×L or 1×C×1×L.
  ///
  /// - Throws: ``FormatError``, ``ModelError/wrongChannels(expected:found:path:)``.
  private func input(soundAt path: String) throws -> Tensor {
    let channels = try pictureChannels()
    var samples: Tensor
    if path.lowercased().hasSuffix(".npy") {
      samples = try Tensor(npy: path)
      try samples.requireFinite("'\(path)'")
      var extents = samples.shape.dimensions
      if extents.count > 2, extents[0] == 1 { extents.removeFirst() }
      if extents.count == 3, extents[1] == 1 { extents.remove(at: 1) }
      if extents.count == 1 { extents.insert(1, at: 0) }
      guard extents.count == 2, samples.count > 0 else {
        throw ModelError.wrongChannels(expected: channels, found: 0, path: path)
      }
      samples = samples.reshaped(to: Shape(extents))
    } else {
      let sound = try Sound(wav: path)
      samples = channels == 1 ? sound.mono : sound.samples
    }
    guard samples.shape[0] == channels else {
      throw ModelError.wrongChannels(expected: channels, found: samples.shape[0], path: path)
    }
    let (length, wanted) = (samples.shape[1], preprocessing.width)
    return samples.withUnsafeBufferPointer { source in
      Tensor([1, channels, 1, wanted]) { target in
        for index in target.indices {
          let (channel, place) = (index / wanted, index % wanted)
          target[index] = place < length ? source[channel * length + place] : 0
        }
      }
    }
  }

  /// Numbers of a `.npy` file, for pictures that no picture file holds: C×H×W, 1×C×H×W or H×W×C, or H×W of one channel.
  /// They go in as they are where the size is the network's.
  private func input(arrayAt path: String) throws -> Tensor {
    let channels = try pictureChannels()
    let array = try Tensor(npy: path)
    var extents = array.shape.dimensions
    if extents.count == 4, extents[0] == 1 { extents.removeFirst() }
    if extents.count == 2, channels == 1 { extents.insert(1, at: 0) }
    guard extents.count == 3, extents.allSatisfy({ $0 > 0 }), extents[0] == channels || extents[2] == channels else {
      throw ModelError.wrongChannels(
        expected: channels, found: extents.count == 3 ? min(extents[0], extents[2]) : 0, path: path)
    }
    try array.requireFinite("'\(path)'")
    let pixels = extents[0] == channels ? array.reshaped(to: Shape([1] + extents)) : array.channelsFirst(extents)
    guard (pixels.shape[2], pixels.shape[3]) != (preprocessing.height, preprocessing.width) else { return pixels }
    return fitted(pixels)
  }

  private func pictureChannels() throws -> Int {
    if let shape = network.inputs.first?.shape, shape.count != 4 {
      throw ModelError.notPictures(shape.map { $0.map(String.init) ?? "?" })
    }
    return channels ?? 3
  }

  private func fitted(_ pixels: Tensor) -> Tensor {
    pixels.fitted(
      height: preprocessing.height, width: preprocessing.width, shorterSide: preprocessing.shorterSide,
      kernel: preprocessing.interpolation.kernel)
  }

  /// What becomes of a picture of this size before the network sees it; `nil` where it goes in as it is.
  public func fittingRemark(pictureOf height: Int, by width: Int) -> String? {
    let size = "\(preprocessing.height)×\(preprocessing.width)"
    guard preprocessing.scales(height, width) || (height, width) != (preprocessing.height, preprocessing.width) else {
      return nil
    }
    guard let side = preprocessing.shorterSide else { return "pictures are stretched to the net's \(size)" }
    return "pictures are scaled to a shorter side of \(side), and the net sees the \(size) in the middle"
  }

  /// Reads objectives for this network.
  public func objectiveParser() -> ObjectiveParser {
    ObjectiveParser(classNames: classNames.names) { try Tensor(npy: $0).scalars }
  }

  /// A decoded picture as the network sees it: 1×C×H×W in 0…1.
  ///
  /// - Parameter path: where it came from, for errors.
  /// - Throws: ``ModelError/notPictures(_:)``, ``ModelError/wrongChannels(expected:found:path:)``.
  public func input(_ picture: Picture, path: String) throws -> Tensor {
    let channels = try pictureChannels()
    let pixels: Tensor
    switch channels {
    case 1: pixels = picture.grey.batch
    case 3: pixels = picture.rgb.batch
    default:
      guard picture.channels == channels else {
        throw ModelError.wrongChannels(expected: channels, found: picture.channels, path: path)
      }
      pixels = picture.batch
    }
    let fitted = fitted(pixels)
    let isScaled = preprocessing.scales(picture.height, picture.width)
    // Scaled pictures have 8 bits in the pipelines that networks are trained with: negative bicubic weights are cut off
    // at black and white, and the rest is rounded. Pictures of the right size keep the bits they have.
    return isScaled ? fitted.map { (min(max($0, 0), 1) * 255).rounded() / 255 } : fitted
  }
}

extension Tensor {
  /// 1×C×H×W of H×W×C.
  fileprivate func channelsFirst(_ extents: [Int]) -> Tensor {
    let (area, channels) = (extents[0] * extents[1], extents[2])
    return withUnsafeBufferPointer { source in
      Tensor([1, channels, extents[0], extents[1]]) { target in
        for channel in 0..<channels {
          for place in 0..<area { target[channel * area + place] = source[place * channels + channel] }
        }
      }
    }
  }
}

extension Preprocessing.Interpolation {
  fileprivate var kernel: ResamplingKernel {
    switch self {
    case .nearest: .nearest
    case .bilinear: .bilinear
    case .bicubic: .bicubic
    }
  }
}

extension Preprocessing {
  /// Of scaled pictures, before the centre is cut out; `nil` where both sides are stretched.
  fileprivate var shorterSide: Int? {
    switch fit {
    case .shorterSide(let pixels): pixels
    case .stretch: nil
    }
  }

  fileprivate func scales(_ height: Int, _ width: Int) -> Bool {
    shorterSide.map { $0 != min(height, width) } ?? ((height, width) != (self.height, self.width))
  }
}
