import Dispatch
import GinghamSignals
import GinghamTensors

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Half spectra of real maps, each frequency scaled by 1/f^decay, so that a step of the optimizer changes all scales of
/// a natural picture alike (Olah, Mordvintsev & Schubert 2017, "Feature visualization").
///
/// maps = irfft2(parameters · √(HW)/max(f, 1/max(H, W))^decay)/4 with the inverse normalised by 1/(HW); parameters are
/// N×C×H×(W/2+1)×2, real and imaginary part. Odd widths come out exactly, not cropped from the next even one.
public struct FourierParameterization: SpatialParameterization {
  public let shape: Shape
  public let decay: Double
  /// Standard deviation of real and imaginary parts at the start.
  public var deviation: Float

  public let parameterShape: Shape
  private let transform: FourierTransform
  /// H×(W/2+1), the constant ¼ included.
  private let scale: [Float]

  public init(shape: Shape, decay: Double = 1, deviation: Float = 0.01) {
    self.shape = shape
    self.decay = decay
    self.deviation = deviation
    let (height, width) = (shape[2], shape[3])
    transform = FourierTransform(height: height, width: width)
    let half = transform.halfWidth
    parameterShape = [shape[0], shape[1], height, half, 2]
    let lowest = 1 / Double(max(height, width))
    scale = (0..<(height * half)).map { index in
      let frequency = Self.frequency(row: index / half, column: index % half, height: height, width: width)
      return Float(Double(height * width).squareRoot() / pow(max(frequency, lowest), decay) / 4)
    }
  }

  /// Cycles a pixel of an element of a half spectrum.
  static func frequency(row: Int, column: Int, height: Int, width: Int) -> Double {
    let fy = Double(2 * row > height ? row - height : row) / Double(height)
    let fx = Double(column) / Double(width)
    return (fy * fy + fx * fx).squareRoot()
  }

  public func initial(seed: UInt64) -> Tensor { normal(seed: seed, deviation: deviation) }

  public func maps(_ parameters: Tensor) -> Tensor {
    transform.concurrently(scaled(parameters, by: scale), result: shape) { $0.inverse($1) }
  }

  public func gradient(_ cotangent: Tensor, at parameters: Tensor) -> Tensor {
    scaled(transform.concurrently(cotangent, result: parameterShape) { $0.inverseAdjoint($1) }, by: scale)
  }

  public func parameters(for maps: Tensor) -> Tensor {
    scaled(transform.forward(maps), by: scale.map { 1 / $0 })
  }

  private func scaled(_ spectra: Tensor, by factors: [Float]) -> Tensor {
    spectra.withUnsafeBufferPointer { source in
      factors.withUnsafeBufferPointer { factors in
        Tensor(spectra.shape) { target in
          for start in stride(from: 0, to: source.count, by: 2 * factors.count) {
            for index in factors.indices {
              target[start + 2 * index] = source[start + 2 * index] * factors[index]
              target[start + 2 * index + 1] = source[start + 2 * index + 1] * factors[index]
            }
          }
        }
      }
    }
  }
}

extension FourierTransform {
  /// `body` on each map or spectrum of a batch N×C×…, several at a time. Results do not depend on how many.
  func concurrently(_ batch: Tensor, result shape: Shape, _ body: @Sendable (FourierTransform, Tensor) -> Tensor)
    -> Tensor
  {
    let maps = batch.shape[0] * batch.shape[1]
    let single = Shape([1] + batch.shape.dimensions.dropFirst(2))
    let flat = batch.reshaped(to: Shape([maps] + batch.shape.dimensions.dropFirst(2)))
    guard maps > 1 else { return body(self, flat.reshaped(to: single)).reshaped(to: shape) }
    return Tensor(shape) { target in
      let count = target.count / maps
      let destination = SharedFloats(target)
      DispatchQueue.concurrentPerform(iterations: maps) { map in
        body(self, flat.sample(map).reshaped(to: single)).withUnsafeBufferPointer { source in
          destination.write(source, at: map * count)
        }
      }
    }
  }
}

/// Memory that several threads write, each its own stretch.
struct SharedFloats: @unchecked Sendable {
  private let base: UnsafeMutablePointer<Float>?

  init(_ buffer: UnsafeMutableBufferPointer<Float>) {
    base = buffer.baseAddress
  }

  func write(_ source: UnsafeBufferPointer<Float>, at offset: Int) {
    guard let base, let start = source.baseAddress else { return }
    (base + offset).update(from: start, count: source.count)
  }

  func stretch(_ range: Range<Int>) -> UnsafeMutableBufferPointer<Float> {
    UnsafeMutableBufferPointer(start: base.map { $0 + range.lowerBound }, count: range.count)
  }
}
