import GinghamNetworks
import GinghamTensors

/// A weight between two units.
struct UnitLink: Encodable, Hashable {
  /// Of the unit at the other end.
  var layer: String
  var unit: Int
  /// Root of the sum of the squares of the kernel between both, with the sign of its sum.
  var weight: Float
}

/// The strongest weights between the units of convolutions that read each other, whatever passes channels on as they are
/// in between: rectifiers, pools, concatenations, sums.
///
/// Batch normalizations are folded into the convolution in front, so that a weight counts what reaches the next one.
struct UnitLinks {
  /// By layer and unit, strongest first.
  private(set) var reads: [String: [[UnitLink]]] = [:]
  private(set) var writes: [String: [[UnitLink]]] = [:]
  /// Of layers that pass channels on as they are: the unit that each is; `nil` of one in which several meet.
  private(set) var origins: [String: [Origin?]] = [:]
  /// Of convolutions, normalizations folded in: a filter a unit.
  private(set) var kernels: [String: Tensor] = [:]

  /// A unit of a convolution.
  struct Origin: Encodable, Hashable {
    var layer: String
    var unit: Int
  }

  /// The strongest units in front of one; empty of all that is no convolution.
  func reads(of layer: String, _ unit: Int) -> [UnitLink] { Self.at(unit, of: reads[layer]) }
  /// The strongest units behind one.
  func writes(of layer: String, _ unit: Int) -> [UnitLink] { Self.at(unit, of: writes[layer]) }
  private static func at(_ unit: Int, of units: [[UnitLink]]?) -> [UnitLink] {
    units.flatMap { $0.indices.contains(unit) ? $0[unit] : nil } ?? []
  }

  /// Links that are kept on either side.
  static let most = 6
  /// Units that may stand behind one channel: a sum of many branches names no more.
  private static let mostSources = 4

  /// - Parameter network: bound, not simplified.
  init(of network: BoundNetwork) {
    let targets = network.outputs.filter { network.shapes[$0] != nil }
    let network = network.simplified(targets: targets)
    /// Units behind each channel of a value.
    var sources: [ValueID: [[Origin]]] = [:]
    for node in network.nodes {
      guard let output = node.outputs.first, let shape = network.shapes[output], shape.rank == 4 else { continue }
      if case .convolution(let convolution) = node.operation {
        if let input = node.inputs.first ?? nil, let weights = node.inputs.count > 1 ? node.inputs[1] : nil,
          let kernels = network.constants[weights]?.tensor
        {
          self.kernels[node.name] = kernels
          if let behind = sources[input] { link(node.name, kernels, groups: convolution.groups, behind) }
        }
        sources[output] = (0..<shape[1]).map { [Origin(layer: node.name, unit: $0)] }
      } else if let passed = Self.passed(by: node, shape, network, sources) {
        sources[output] = passed
        origins[node.name] = passed.map { $0.count == 1 ? $0[0] : nil }
      }
    }
  }

  /// What stands behind the channels of a node that leaves them what they are; `nil` of all others.
  private static func passed(
    by node: Node, _ shape: Shape, _ network: BoundNetwork, _ sources: [ValueID: [[Origin]]]
  ) -> [[Origin]]? {
    let inputs = node.inputs.compactMap { $0 }.filter { network.constants[$0] == nil }
    switch node.operation {
    case .concatenate(let axis) where axis == 1 || axis == -3:
      return inputs.flatMap { input in
        sources[input] ?? [[Origin]](repeating: [], count: network.shapes[input].map { $0.rank == 4 ? $0[1] : 0 } ?? 0)
      }.ifCount(is: shape[1])
    case .pointwise, .parametricReLU, .elementwise, .maxPool, .averagePool, .batchNormalization, .pad, .resize,
      .identity, .dropout, .cast, .quantize, .dynamicQuantize, .localResponseNormalization, .instanceNormalization:
      let found = inputs.compactMap { sources[$0]?.ifCount(is: shape[1]) }
      guard let first = found.first else { return nil }
      return found.dropFirst().reduce(first) { joined, next in
        zip(joined, next).map { one, other in Array((one + other.filter { !one.contains($0) }).prefix(mostSources)) }
      }
    default: return nil
    }
  }

  private mutating func link(_ layer: String, _ kernels: Tensor, groups: Int, _ behind: [[Origin]]) {
    let (outputs, inputs) = (kernels.shape[0], kernels.shape[1])
    let taps = kernels.count / max(outputs * inputs, 1)
    guard groups > 0, behind.count == inputs * groups, outputs.isMultiple(of: groups) else { return }
    var found = [[UnitLink]](repeating: [], count: outputs)
    kernels.withUnsafeBufferPointer { kernels in
      for output in 0..<outputs {
        let group = output / (outputs / groups)
        var links: [UnitLink] = []
        for input in 0..<inputs {
          let kernel = kernels[((output * inputs + input) * taps)..<((output * inputs + input + 1) * taps)]
          let (sum, squares) = kernel.reduce(into: (Float(0), Float(0))) { $0 = ($0.0 + $1, $0.1 + $1 * $1) }
          let weight = sum < 0 ? -squares.squareRoot() : squares.squareRoot()
          for source in behind[group * inputs + input] where weight != 0 {
            links.append(UnitLink(layer: source.layer, unit: source.unit, weight: weight))
            let back = UnitLink(layer: layer, unit: output, weight: weight)
            writes[source.layer, default: []].grow(to: source.unit + 1)
            writes[source.layer]?[source.unit].append(back)
          }
        }
        found[output] = Self.strongest(links)
      }
    }
    for source in Set(behind.joined().map(\.layer)) {
      // Readers are many: what cannot be among the strongest is forgotten at once.
      writes[source] = writes[source]?.map(Self.strongest)
    }
    reads[layer] = found
  }

  private static func strongest(_ links: [UnitLink]) -> [UnitLink] {
    Array(
      links.sorted {
        (abs($1.weight), $0.layer, $0.unit) < (abs($0.weight), $1.layer, $1.unit)
      }.prefix(most))
  }
}

extension [[UnitLink]] {
  fileprivate mutating func grow(to count: Int) {
    if self.count < count { append(contentsOf: repeatElement([], count: count - self.count)) }
  }
}

extension Array {
  fileprivate func ifCount(is count: Int) -> Self? { self.count == count ? self : nil }
}
