import GinghamSignals
import GinghamTensors

/// A picture in memory: C×H×W samples, 0 black and 1 full intensity, encoded as sRGB.
///
/// One channel is grey, two are grey and alpha, three are red, green, blue, four have alpha behind them. Alpha is not
/// multiplied into the colours. Values outside 0…1 are kept here and clipped where the picture is written.
public struct Picture: Sendable, Equatable {
  /// C×H×W in 0…1, as encoded; a last channel of two or four is alpha.
  public let pixels: Tensor

  /// - Parameter pixels: C×H×W or 1×C×H×W with C in 1…4.
  /// - Throws: ``ImageError/undrawable(_:)`` for any other shape, or where there is no pixel.
  public init(_ pixels: Tensor) throws {
    let shape =
      pixels.shape.rank == 4 && pixels.shape[0] == 1 ? Shape(Array(pixels.shape.dimensions[1...])) : pixels.shape
    guard shape.rank == 3, (1...4).contains(shape[0]), shape.elementCount > 0 else {
      throw ImageError.undrawable("a picture is C×H×W with 1 to 4 channels, not \(pixels.shape)")
    }
    self.pixels = pixels.reshaped(to: shape)
  }

  init(unchecked pixels: Tensor) {
    self.pixels = pixels
  }

  /// One to four: grey, grey and alpha, colour, colour and alpha.
  public var channels: Int { pixels.shape[0] }
  /// In pixels.
  public var height: Int { pixels.shape[1] }
  /// In pixels.
  public var width: Int { pixels.shape[2] }

  /// The picture as a batch of one, 1×C×H×W.
  public var batch: Tensor { pixels.reshaped(to: Shape([1] + pixels.shape.dimensions)) }

  /// Whether the last channel is alpha.
  public var hasAlpha: Bool { channels.isMultiple(of: 2) }

  /// Colours as they are stored, whatever their transparency.
  public var withoutAlpha: Picture {
    hasAlpha ? Picture(unchecked: pixels.slice(axis: 0, 0..<(channels - 1))) : self
  }

  /// Red, green and blue: grey is repeated, alpha dropped. 3×H×W.
  public var rgb: Picture {
    switch channels {
    case 3: return self
    case 4: return withoutAlpha
    default:
      let grey = pixels.slice(axis: 0, 0..<1)
      return Picture(unchecked: .stacked([grey, grey, grey]))
    }
  }

  /// The luma of ITU-R BT.601, 0.299 R + 0.587 G + 0.114 B; alpha dropped. 1×H×W.
  public var grey: Picture {
    guard channels >= 3 else { return Picture(unchecked: pixels.slice(axis: 0, 0..<1)) }
    let area = height * width
    return pixels.withUnsafeBufferPointer { source in
      Picture(
        unchecked: Tensor([1, height, width]) { target in
          for index in 0..<area {
            target[index] = 0.299 * source[index] + 0.587 * source[area + index] + 0.114 * source[2 * area + index]
          }
        })
    }
  }

  /// The picture over a white page. 1×H×W or 3×H×W.
  public var overWhite: Picture {
    guard hasAlpha else { return self }
    let (colours, area) = (channels - 1, height * width)
    return pixels.withUnsafeBufferPointer { source in
      Picture(
        unchecked: Tensor([colours, height, width]) { target in
          for index in target.indices {
            let alpha = source[colours * area + index % area]
            target[index] = source[index] * alpha + (1 - alpha)
          }
        })
    }
  }

  /// Scaled to `height`×`width` and clipped to 0…1.
  public func resized(height: Int, width: Int, kernel: ResamplingKernel = .bilinear) -> Picture {
    Picture(unchecked: pixels.resized(height: height, width: width, kernel: kernel).clippedToUnit)
  }
}

extension Tensor {
  /// The elements clipped to 0…1.
  var clippedToUnit: Tensor { map { min(max($0, 0), 1) } }
}
