/// What a file can ask for without holding it: a hundred bytes may describe a value of a billion elements, or a graph
/// that doubles itself forty times.
public enum Resource: Hashable, Sendable, CaseIterable {
  /// Elements of any one value.
  case elements
  /// Elements that are computed before the network runs, of all values together: what shape subgraphs and folded
  /// weights are made of.
  case computedElements
  /// Operators of a graph, each call of a function counted as one.
  case nodes
  /// Parts of a file that become objects in memory: messages of a protocol buffer, values of a pickle.
  case parts
  /// Bytes of any one name.
  case nameLength
  /// Bytes of all names together.
  case names
  /// Positions of all the maps that a prediction works out, and how often it goes to one.
  case positions, visits
  /// Multiply-adds, or what takes as long, of one pass through a network.
  case work

  /// More than any network for pictures was seen to need, and little enough to be counted out within a second or two.
  var usual: Int {
    switch self {
    case .elements: 1 << 31
    case .computedElements: 1 << 24
    case .nodes: 1 << 17
    case .parts: 1 << 21
    case .nameLength: 1 << 12
    case .names: 1 << 25
    case .positions: 1 << 26
    case .visits: 1 << 30
    // Half an hour on two cores; a batch of 64 through the largest classifiers takes a tenth of it.
    case .work: 1 << 46
    }
  }

  /// However far the limit is raised: so many elements times the largest stride or block still fit an `Int`.
  var most: Int {
    switch self {
    case .elements: 1 << 36
    // They are made at once: two gigabytes of integers.
    case .computedElements: 1 << 28
    case .nodes, .parts, .nameLength, .names, .positions, .visits: 1 << 40
    case .work: 1 << 60
    }
  }
}

extension Resource: CustomStringConvertible {
  /// As texts for people have it.
  public var description: String {
    switch self {
    case .elements: "elements in one value"
    case .computedElements: "elements computed before the network runs"
    case .nodes: "operators"
    case .parts: "parts"
    case .nameLength: "bytes in one name"
    case .names: "bytes of names"
    case .positions: "positions in the maps of a prediction"
    case .visits: "steps of a prediction"
    case .work: "multiply-adds of one pass"
    }
  }
}
