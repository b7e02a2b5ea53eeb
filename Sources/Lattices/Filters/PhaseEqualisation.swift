import GinghamTensors

/// Divides a gradient by the root of its phase energies, so that all phases are equally strong: exact evenness without
/// blur. The result is a surrogate of the true gradient.
public struct PhaseEqualisation: Hashable, Sendable {
  /// Factor of each phase, S×S: √(mean/E_p), 0 on dead phases. Scaled so that even energies leave a map unchanged.
  public let factors: PhaseTable

  /// - Parameter energies: predicted or measured; phase (0, 0) is that of pixel (0, 0).
  public init(energies: PhaseTable) {
    let strongest = energies.values.max() ?? 0
    let live = energies.values.filter { $0 > 1e-12 * strongest }
    let mean = live.mean
    factors = PhaseTable(
      lattice: energies.lattice,
      values: energies.values.map { $0 > 1e-12 * strongest ? (mean / $0).squareRoot() : 0 })
  }

  /// Every channel of …×H×W.
  public func applied(to gradient: Tensor) -> Tensor {
    let shape = gradient.shape
    guard shape.rank >= 2 else { return gradient }
    let (height, width) = (shape[shape.rank - 2], shape[shape.rank - 1])
    let scale = factors.values.map(Float.init)
    return gradient.withUnsafeBufferPointer { source in
      Tensor(shape) { target in
        for start in stride(from: 0, to: source.count, by: max(height * width, 1)) {
          factors.lattice.forEachPixel(rows: height, columns: width, pitch: width, from: start) { index, phase in
            target[index] = source[index] * scale[phase]
          }
        }
      }
    }
  }
}
