import GinghamTensors

/// A random shift with the border reflected: phase shuffle (Donahue, McAuley & Puckette 2019), at the input.
///
/// Every lattice behind a stride meets another phase at each step, so that nothing is built up that needs one. The paper
/// shifts the activations of each layer of a network in training; here the network is fixed, and one shift of its input
/// moves the phases of all of its layers together. Signals have one axis to be shifted along, pictures two.
public struct PhaseShuffleTransform: TransformPart {
  /// What settings, manifests and findings call it.
  public static let name = "phase-shuffle"
  /// In a line of the help text.
  public static let summary = "a random shift up to so many samples each way, the border reflected (WaveGAN)"

  /// At most, along each axis; the paper takes 2.
  public var samples: Int

  /// With the property of the same name.
  public init(_ samples: Int) {
    self.samples = samples
  }

  /// From what a recipe says behind its name.
  ///
  /// - Throws: ``DocumentError`` where that is not of its kind.
  public init(reading value: PartValue) throws { samples = try value.integer() }
  /// As a recipe has it behind the name; `nil` where the name is all.
  public var printedValue: String? { samples.printed }

  /// - Throws: ``VisualizationError`` for a setting out of its range.
  public func validate() throws { try require((0...4096).contains(samples), samples, "samples from 0 to 4096") }

  /// The map of one step: drawn anew from `generator`.
  ///
  /// - Throws: ``VisualizationError/transformTooLarge(transform:size:why:)`` where a side is no longer than the shift.
  public func drawn(
    for size: PictureSize, from generator: inout SeededGenerator, place: Int, in context: DrawContext
  ) throws -> any PictureMap {
    guard size.width > samples, size.height > samples || size.height == 1 else {
      throw VisualizationError.transformTooLarge(
        transform: "\(Self.name) \(samples)", size: size, why: "nothing would be left to reflect")
    }
    let rows = size.height == 1 ? 0 : generator.integer(in: -samples...samples)
    return ReflectedShift(inputSize: size, rows: rows, columns: generator.integer(in: -samples...samples))
  }
}

extension PictureTransform {
  /// A random shift up to this many samples each way, the border reflected.
  public static func phaseShuffle(_ samples: Int) -> Self { Self(PhaseShuffleTransform(samples)) }
}

/// The picture moved, with what it leaves open filled by its reflection.
struct ReflectedShift: PictureMap {
  let inputSize: PictureSize
  let rows: Int
  let columns: Int

  var outputSize: PictureSize { inputSize }

  func mapped(_ picture: Tensor, on team: ThreadTeam) -> Tensor {
    picture.withUnsafeBufferPointer { source in
      Tensor(picture.shape) { target in
        forEachPixel(maps: picture.count / inputSize.area) { target[$0] = source[$1] }
      }
    }
  }

  func adjoint(_ gradient: Tensor, on team: ThreadTeam) -> Tensor {
    gradient.withUnsafeBufferPointer { source in
      Tensor(gradient.shape) { target in
        target.update(repeating: 0)
        forEachPixel(maps: gradient.count / inputSize.area) { target[$1] += source[$0] }
      }
    }
  }

  /// Each element of the result with the one it is taken from.
  private func forEachPixel(maps: Int, _ body: (_ result: Int, _ source: Int) -> Void) {
    let (height, width) = (inputSize.height, inputSize.width)
    let across = (0..<width).map { Border.reflect.source(of: $0 - columns, count: width) ?? 0 }
    for map in 0..<maps {
      for y in 0..<height {
        let row = Border.reflect.source(of: y - rows, count: height) ?? 0
        let (line, from) = ((map * height + y) * width, (map * height + row) * width)
        for x in 0..<width { body(line + x, from + across[x]) }
      }
    }
  }
}
