import GinghamLattices
import GinghamNetworks
import GinghamTensors

/// How a learned upsampling layer paints a constant: the sum of each filter's taps on each phase of its stride.
///
/// A constant input paints an even output exactly where a filter's phase sums are equal (Kiya's condition; Kinoshita & Kiya
/// 2020). Kernels that the stride divides have as many taps on each phase, but nothing makes their sums equal: with input
/// means μ_c the grid on output channel o is Σ_c μ_c·S_co(p), whatever the kernel's size.
public struct PhaseSums: Hashable, Sendable {
  /// Strides along rows and columns.
  public let strides: [Int]
  /// Channels of the input.
  public let inputs: Int
  /// Channels of the output.
  public let outputs: Int
  /// Taps on each phase, row-major.
  public let tapCounts: [Int]
  /// inputs × outputs × phases; zero between groups.
  private let sums: [Double]
  /// The mean weight of each filter, inputs × outputs.
  private let means: [Double]

  /// Phases of the output.
  public var phaseCount: Int { strides[0] * strides[1] }

  /// Of a transposed convolution.
  ///
  /// - Parameters:
  ///   - weight: in × out/groups × kH × kW.
  ///   - limits: inputs times outputs times phases are ``Resource/positions``.
  /// - Throws: ``ArtifactError/badArgument(_:)`` where weight and window disagree, ``ResourceLimitError``.
  public init(weight: Tensor, window: Window, groups: Int = 1, limits: ResourceLimits = ResourceLimits()) throws {
    let shape = weight.shape
    guard shape.rank == 4, Array(shape.dimensions.dropFirst(2)) == window.kernel, window.strides.count == 2, groups > 0,
      shape[0].isMultiple(of: groups), shape.elementCount > 0
    else { throw ArtifactError.badArgument("weights of \(shape) do not fit a window of \(window.kernel)") }
    let table = Shape([shape[0], shape[1], groups] + window.strides)
    try Budget(limits).spend(table.checkedElementCount ?? .max, on: .positions)
    let phase = KernelPhases.phases(of: window)
    let (inputs, perGroup, taps) = (shape[0], shape[1], phase.count)
    let (outputs, inputsPerGroup) = (perGroup * groups, inputs / groups)
    let phases = window.strides[0] * window.strides[1]
    var sums = [Double](repeating: 0, count: inputs * outputs * phases)
    var means = [Double](repeating: 0, count: inputs * outputs)
    weight.withUnsafeBufferPointer { values in
      for input in 0..<inputs {
        for place in 0..<perGroup {
          let filter = input * outputs + input / inputsPerGroup * perGroup + place
          for tap in 0..<taps {
            let value = Double(values[(input * perGroup + place) * taps + tap])
            sums[filter * phases + phase[tap]] += value
            means[filter] += value / Double(taps)
          }
        }
      }
    }
    (strides, self.inputs, self.outputs) = (window.strides, inputs, outputs)
    tapCounts = phase.reduce(into: [Int](repeating: 0, count: phases)) { $0[$1] += 1 }
    (self.sums, self.means) = (sums, means)
  }

  /// The grid that a constant input paints: for each output channel one value a phase, row-major.
  ///
  /// - Parameter means: of the input's channels.
  public func painted(by means: [Double]) -> [[Double]] {
    grid(means) { filter, phase in sums[filter * phaseCount + phase] }
  }

  /// The same if every tap carried its filter's mean weight: what the architecture's overlap alone makes of it.
  public func paintedByOverlap(_ means: [Double]) -> [[Double]] {
    grid(means) { filter, phase in self.means[filter] * Double(tapCounts[phase]) }
  }

  private func grid(_ means: [Double], _ weight: (_ filter: Int, _ phase: Int) -> Double) -> [[Double]] {
    precondition(means.count == inputs, "\(means.count) means for \(inputs) channels")
    return (0..<outputs).map { output in
      (0..<phaseCount).map { phase in
        (0..<inputs).reduce(0) { $0 + means[$1] * weight($1 * outputs + output, phase) }
      }
    }
  }

  /// Mean over the filters of the spread of the phase sums over their mean magnitude.
  public var meanDeviation: Double {
    var (total, count) = (0.0, 0.0)
    for filter in 0..<(inputs * outputs) {
      let values = sums[(filter * phaseCount)..<((filter + 1) * phaseCount)]
      let magnitude = values.reduce(0) { $0 + abs($1) } / Double(phaseCount)
      guard magnitude > 0 else { continue }
      let mean = values.reduce(0, +) / Double(phaseCount)
      let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(phaseCount)
      total += variance.squareRoot() / magnitude
      count += 1
    }
    return count > 0 ? total / count : 0
  }
}
