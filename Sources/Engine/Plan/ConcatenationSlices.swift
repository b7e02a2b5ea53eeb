import GinghamNetworks
import GinghamTensors

/// Concatenation without copies: for one picture in channel blocks, a range of channels is contiguous, so that
/// producers write straight into the joined value, and gradients flow back through its slices in place.
///
/// Chains that grow by concatenating again what was concatenated before (DenseNet, Huang et al. 2017) share one root.
struct ConcatenationSlices {
  struct Slice {
    let root: ValueID
    let channel: Int
    var rootChannels: Int
  }

  private var slices: [ValueID: Slice] = [:]
  /// Concatenations whose result and inputs all stand in place.
  private(set) var inPlace: Set<ValueID> = []

  static let none = ConcatenationSlices()

  private init() {}

  init(_ network: BoundNetwork, structure: Structure, block: Int) {
    for node in network.nodes.reversed() {
      guard case .concatenate(let axis) = node.operation, node.outputs.count == 1 else { continue }
      let output = node.outputs[0]
      let inputs = node.inputs.compactMap { $0 }
      guard let shape = network.shapes[output], Layout.canBlock(shape), shape[0] == 1,
        axis == 1 || axis == 1 - shape.rank,
        Set(inputs).count == inputs.count, !structure.observed.contains(output),
        inputs.allSatisfy({ value in
          network.constants[value] == nil && !structure.observed.contains(value)
            && network.shapes[value].map { $0[1].isMultiple(of: block) } ?? false
        })
      else { continue }
      place(output, of: inputs.map { ($0, network.shapes[$0]?[1] ?? 0) }, channels: shape[1])
    }
  }

  private mutating func place(_ output: ValueID, of inputs: [(value: ValueID, channels: Int)], channels: Int) {
    let existing = slices[output] ?? slices[inputs[0].value]
    let start = existing ?? Slice(root: output, channel: 0, rootChannels: channels)
    guard start.channel + channels <= start.rootChannels else { return }
    var wanted: [(ValueID, Slice)] = [(output, start)]
    var channel = start.channel
    for input in inputs {
      wanted.append((input.value, Slice(root: start.root, channel: channel, rootChannels: start.rootChannels)))
      channel += input.channels
    }
    // Everything must be free or already where it would go, and new members must not overlap foreign ones.
    var newcomers = 0
    for (value, slice) in wanted {
      guard let known = slices[value] else {
        newcomers += value == output ? 0 : 1
        continue
      }
      guard known.root == slice.root, known.channel == slice.channel else { return }
    }
    if slices[output] == nil, existing != nil, newcomers > 0 { return }
    for (value, slice) in wanted where slices[value] == nil { slices[value] = slice }
    inPlace.insert(output)
  }

  subscript(value: ValueID) -> Slice? { slices[value] }
}
