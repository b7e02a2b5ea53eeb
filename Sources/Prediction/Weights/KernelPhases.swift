import GinghamLattices
import GinghamNetworks
import GinghamTensors

/// What the actual weights of a strided or upsampling layer do with its lattice: no data needed.
///
/// Comparing with the overlap of equal weights shows what training has learned: to compensate the lattice or to
/// amplify it.
public struct KernelPhases: Hashable, Sendable {
  /// Strides along rows and columns.
  public let strides: [Int]
  /// Power of all filters on each phase, rows × columns: E_p = Σ_{t ≡ p} |W_t|². Exact for a gradient that arrives
  /// white.
  public let powers: Plane
  /// The same if every tap carried the mean power: the overlap of the architecture.
  public let overlaps: Plane
  /// Spread of the phase sums of each (in, out) filter over its mean magnitude, std_p/mean_p|·|: 0 where a constant
  /// passes evenly. Filters without any weight are left out.
  public let sumDeviations: [Double]

  /// - Parameters:
  ///   - weight: out × in/groups × kH × kW, or in × out/groups × kH × kW of a transposed convolution.
  ///   - window: the layer's window.
  /// - Throws: ``ArtifactError/badArgument(_:)`` where weight and window disagree.
  public init(weight: Tensor, window: Window) throws {
    let shape = weight.shape
    guard shape.rank == window.kernel.count + 2, Array(shape.dimensions.dropFirst(2)) == window.kernel,
      (1...2).contains(window.kernel.count), window.strides.allSatisfy({ (1...1024).contains($0) })
    else { throw ArtifactError.badArgument("weights of \(shape) do not fit a window of \(window.kernel)") }
    guard weight.isFinite else { throw ArtifactError.notFinite(what: "a weight of \(shape)") }
    let strides = [Int](repeating: 1, count: 2 - window.kernel.count) + window.strides
    let phase = KernelPhases.phases(of: window)
    let taps = phase.count
    self.strides = strides
    var powers = Plane(height: strides[0], width: strides[1])
    var counts = powers
    var deviations: [Double] = []
    let phases = strides[0] * strides[1]
    for tap in 0..<taps { counts.values[phase[tap]] += 1 }
    weight.withUnsafeBufferPointer { values in
      // Phases without taps sum to zero, and a stride may have a million of them.
      let reached = Set(phase).sorted()
      var sums = [Double](repeating: 0, count: phases)
      for filter in 0..<(taps > 0 ? values.count / taps : 0) {
        for phase in reached { sums[phase] = 0 }
        for tap in 0..<taps {
          let value = Double(values[filter * taps + tap])
          powers.values[phase[tap]] += value * value
          sums[phase[tap]] += value
        }
        let (sum, magnitude) = reached.reduce((0.0, 0.0)) { ($0.0 + sums[$1], $0.1 + abs(sums[$1])) }
        guard magnitude > 0 else { continue }
        let mean = sum / Double(phases)
        let squares = reached.reduce(0.0) { $0 + (sums[$1] - mean) * (sums[$1] - mean) }
        let variance = (squares + Double(phases - reached.count) * mean * mean) / Double(phases)
        deviations.append(variance.squareRoot() / (magnitude / Double(phases)))
      }
    }
    let mean = powers.values.reduce(0, +) / Double(max(taps, 1))
    self.powers = powers
    overlaps = Plane(height: strides[0], width: strides[1], values: counts.values.map { $0 * mean })
    sumDeviations = deviations
  }

  /// The phase of the stride's lattice that each tap of a window falls on, row-major along both.
  package static func phases(of window: Window) -> [Int] {
    let pad = 2 - window.kernel.count
    let kernel = [Int](repeating: 1, count: pad) + window.kernel
    let strides = [Int](repeating: 1, count: pad) + window.strides
    let dilations = [Int](repeating: 1, count: pad) + window.dilations
    var before = [0, 0]
    if case .explicit(let padding, _) = window.padding { before = [Int](repeating: 0, count: pad) + padding }
    return (0..<(kernel[0] * kernel[1])).map { tap in
      let row = wrapped(tap / kernel[1] * dilations[0] - before[0], strides[0])
      let column = wrapped(tap % kernel[1] * dilations[1] - before[1], strides[1])
      return row * strides[1] + column
    }
  }

  /// CV² of the learned phase powers.
  public var learned: Double { KernelPhases.unevenness(powers) }

  /// CV² of the architecture's overlap.
  public var architectural: Double { KernelPhases.unevenness(overlaps) }

  /// Learned over architectural: below 1 the weights compensate, above 1 they amplify; `nil` where the architecture is
  /// even.
  public var ratio: Double? { architectural > 1e-12 ? learned / architectural : nil }

  /// Over the pairs of channels.
  public var meanSumDeviation: Double { sumDeviations.mean }

  /// What weights do with the lattice of their layer.
  public enum Effect: String, Hashable, Sendable, Encodable {
    case compensates, amplifies, follows
  }

  /// Within a tenth of the architecture's own unevenness, and a thousandth of the power, weights change nothing.
  public var effect: Effect {
    let slack = max(0.1 * architectural, 1e-3)
    return learned > architectural + slack
      ? .amplifies : learned < architectural - slack ? .compensates : .follows
  }

  private static func unevenness(_ plane: Plane) -> Double {
    let mean = plane.mean
    return mean > 0 ? plane.variance / (mean * mean) : 0
  }
}

extension BoundNetwork {
  /// Phase statistics of every convolution and transposed convolution with a stride above 1, by the value it
  /// produces; a convolution in front of a depth-to-space counts by the transposed convolution it amounts to.
  ///
  /// - Throws: ``ArtifactError/limit(network:_:)`` where strides have more phases than a file may ask for, and as
  ///   ``KernelPhases/init(weight:window:)`` does.
  public func kernelPhases() throws -> [ValueID: KernelPhases] {
    var found: [ValueID: KernelPhases] = [:]
    let budget = Budget(limits)
    func phases(_ weight: Tensor, _ window: Window) throws -> KernelPhases {
      do {
        try budget.spend(window.phaseCount ?? .max, on: .positions)
      } catch {
        throw ArtifactError.limit(network: name, error)
      }
      return try KernelPhases(weight: weight, window: window)
    }
    for node in nodes {
      guard node.inputs.count > 1, let weight = node.inputs[1].flatMap({ constants[$0]?.tensor }),
        let output = node.outputs.first
      else { continue }
      switch node.operation {
      case .convolution(let convolution) where convolution.window.strides.contains { $0 > 1 }:
        found[output] = try phases(weight, convolution.window)
      case .transposedConvolution(let convolution) where convolution.window.strides.contains { $0 > 1 }:
        found[output] = try phases(weight, convolution.window)
      case .convolution(let convolution) where convolution.window.strides.allSatisfy { $0 == 1 }:
        guard weight.shape.rank == 4, convolution.window.dilations == [1, 1],
          let (block, order) = depthToSpace(reading: output)
        else { continue }
        found[output] = try phases(
          weight.subPixelKernel(block: block, order: order),
          Window(kernel: convolution.window.kernel.map { $0 * block }, strides: [block, block]))
      default: continue
      }
    }
    return found
  }

  /// Of layers that enlarge by their own weights, by name: the spread of the phase sums over their mean magnitude.
  ///
  /// - Throws: as ``kernelPhases()`` does.
  public var phaseSumDeviations: [String: Double] {
    get throws {
      let phases = try kernelPhases()
      return nodes.reduce(into: [:]) { deviations, node in
        if case .convolution(let layer) = node.operation, layer.window.strides.contains(where: { $0 > 1 }) { return }
        if let found = node.outputs.first.flatMap({ phases[$0] }) { deviations[node.name] = found.meanSumDeviation }
      }
    }
  }

  private func depthToSpace(reading value: ValueID) -> (Int, DepthOrder)? {
    for node in nodes where node.inputs.first == value {
      if case .depthToSpace(let block, let order) = node.operation { return (block, order) }
    }
    return nil
  }
}

extension Window {
  /// Phases of the stride's lattice; `nil` where they are too many to be counted.
  var phaseCount: Int? { Shape(strides).checkedVolume }
}

extension Tensor {
  /// The transposed convolution a sub-pixel convolution amounts to: (C·b²) × in × kH × kW becomes
  /// in × C × (b·kH) × (b·kW).
  package func subPixelKernel(block: Int, order: DepthOrder) -> Tensor {
    let (filters, inputs, height, width) = (shape[0], shape[1], shape[2], shape[3])
    let channels = filters / (block * block)
    var result = Tensor([inputs, channels, height * block, width * block])
    withUnsafeBufferPointer { source in
      result.withUnsafeMutableBufferPointer { target in
        for channel in 0..<channels {
          for phase in 0..<(block * block) {
            let filter = order == .columnFirst ? channel * block * block + phase : phase * channels + channel
            for input in 0..<inputs {
              for y in 0..<height {
                for x in 0..<width {
                  let row = phase / block + block * (height - 1 - y)
                  let column = phase % block + block * (width - 1 - x)
                  target[((input * channels + channel) * height * block + row) * width * block + column] =
                    source[((filter * inputs + input) * height + y) * width + x]
                }
              }
            }
          }
        }
      }
    }
    return result
  }
}
