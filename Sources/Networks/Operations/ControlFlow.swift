/// Nodes of their own scope: the body of a branch or a loop. They may read any value of the network around them.
public struct Subgraph: Hashable, Sendable {
  /// What the body is given each time.
  public var inputs: [ValueID]
  /// Values that it makes, in its own numbering.
  public var outputs: [ValueID]
  /// In topological order.
  public var nodes: [Node]

  /// With the properties of the same names.
  public init(inputs: [ValueID], outputs: [ValueID], nodes: [Node]) {
    self.inputs = inputs
    self.outputs = outputs
    self.nodes = nodes
  }
}

/// One of two bodies, by a truth value that must be known once shapes are (ONNX If). Inputs: the condition, then what
/// the bodies read from outside.
public struct Branch: Hashable, Sendable {
  /// What runs where the condition holds.
  public var whenTrue: Subgraph
  /// What runs where it does not.
  public var whenFalse: Subgraph

  /// With the properties of the same names.
  public init(whenTrue: Subgraph, whenFalse: Subgraph) {
    self.whenTrue = whenTrue
    self.whenFalse = whenFalse
  }
}

/// A body repeated a number of times that must be known once shapes are (ONNX Loop and Scan).
///
/// Inputs: the largest number of turns, the first condition (each may be absent), the states, the sequences, then what
/// the body reads from outside. The body takes the turn's number and condition (where ``isCounted``), the states and
/// one slice of each sequence; it gives the next condition (where ``isCounted``), the next states, and one slice of each
/// collected output. Outputs: the last states, then the collected slices joined along their axes.
public struct Loop: Hashable, Sendable {
  /// What is repeated.
  public var body: Subgraph
  /// Values that each round hands to the next.
  public var states: Int
  /// Loop counts and tests, Scan runs over its sequences.
  public var isCounted: Bool
  /// Inputs and outputs that are walked along an axis.
  public var sequences: [SequenceAxis]
  /// Of each collected output; a Loop joins along a new first axis.
  public var collected: [SequenceAxis]

  /// An axis that is walked along.
  public struct SequenceAxis: Hashable, Sendable {
    /// The axis, from 0; negative ones count from the last.
    public var axis: Int
    /// Whether from its end.
    public var isReversed: Bool

    /// With the properties of the same names.
    public init(axis: Int = 0, isReversed: Bool = false) {
      self.axis = axis
      self.isReversed = isReversed
    }
  }

  /// With the properties of the same names.
  public init(
    body: Subgraph, states: Int, isCounted: Bool = true, sequences: [SequenceAxis] = [], collected: [SequenceAxis]
  ) {
    self.body = body
    self.states = states
    self.isCounted = isCounted
    self.sequences = sequences
    self.collected = collected
  }
}

extension Node {
  /// The node with other values in place of those that `names` lists, in the bodies it holds, too.
  func renamed(_ names: [ValueID: ValueID]) -> Node {
    func renamed(_ value: ValueID) -> ValueID { names[value] ?? value }
    var node = self
    node.inputs = inputs.map { $0.map(renamed) }
    node.outputs = outputs.map(renamed)
    switch operation {
    case .branch(let branch):
      node.operation = .branch(
        Branch(whenTrue: branch.whenTrue.renamed(names), whenFalse: branch.whenFalse.renamed(names)))
    case .loop(var loop):
      loop.body = loop.body.renamed(names)
      node.operation = .loop(loop)
    default: break
    }
    return node
  }
}

extension Subgraph {
  func renamed(_ names: [ValueID: ValueID]) -> Subgraph {
    Subgraph(
      inputs: inputs.map { names[$0] ?? $0 }, outputs: outputs.map { names[$0] ?? $0 },
      nodes: nodes.map { $0.renamed(names) })
  }

  /// Every value that comes into being inside, bodies of bodies included.
  var produced: [ValueID] { inputs + nodes.flatMap(\.produced) }
}

extension Node {
  /// The bodies that the node may run.
  private var bodies: [Subgraph] {
    switch operation {
    case .branch(let branch): [branch.whenTrue, branch.whenFalse]
    case .loop(let loop): [loop.body]
    default: []
    }
  }

  /// The node's outputs, and every value that comes into being inside it.
  var produced: [ValueID] { outputs + bodies.flatMap(\.produced) }

  /// The nodes inside, bodies of bodies included, and then the node itself.
  var withBodies: [Node] { bodies.flatMap(\.nodes).flatMap(\.withBodies) + [self] }
}
