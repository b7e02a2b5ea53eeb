import GinghamNetworks
import GinghamTensors

/// A node's attributes by name, read with the type the operator's definition gives them.
struct Attributes {
  private let values: [String: AttributeMessage.Value]
  private let malformed: (String) -> FormatError

  init(_ node: NodeMessage, path: String) throws {
    let location = "node '\(node.label)' (\(node.operatorType))"
    let malformed = { @Sendable (reason: String) in
      FormatError.malformed(path: path, location: location, reason: reason)
    }
    var values: [String: AttributeMessage.Value] = [:]
    for attribute in node.attributes {
      guard values.updateValue(attribute.value, forKey: attribute.name) == nil else {
        throw malformed("attribute '\(attribute.name)' is given twice")
      }
    }
    self.values = values
    self.malformed = malformed
  }

  func has(_ name: String) -> Bool { values[name] != nil }

  func int(_ name: String) throws -> Int? {
    switch values[name] {
    case nil: return nil
    case .int(let value): return value
    default: throw malformed("attribute '\(name)' should be an integer")
    }
  }

  /// An integer that must lie in a range: axes, counts and sizes are checked before anyone calculates with them.
  func int(_ name: String, in range: ClosedRange<Int>) throws -> Int? {
    guard let value = try int(name) else { return nil }
    guard range.contains(value) else {
      throw malformed("attribute '\(name)' is \(value), outside \(range.lowerBound)…\(range.upperBound)")
    }
    return value
  }

  func flag(_ name: String) throws -> Bool? {
    try int(name).map { $0 != 0 }
  }

  func axis(_ name: String = "axis") throws -> Int? {
    try int(name, in: Self.axes)
  }

  func axes(_ name: String = "axes") throws -> [Int]? {
    try ints(name, in: Self.axes)
  }

  func float(_ name: String) throws -> Float? {
    switch values[name] {
    case nil: return nil
    case .float(let value): return value
    default: throw malformed("attribute '\(name)' should be a float")
    }
  }

  func string(_ name: String) throws -> String? {
    switch values[name] {
    case nil: return nil
    case .string(let value): return value
    default: throw malformed("attribute '\(name)' should be a string")
    }
  }

  func ints(_ name: String) throws -> [Int]? {
    switch values[name] {
    case nil: return nil
    case .ints(let list): return list
    default: throw malformed("attribute '\(name)' should be a list of integers")
    }
  }

  func ints(_ name: String, in range: ClosedRange<Int>) throws -> [Int]? {
    guard let list = try ints(name) else { return nil }
    guard let outlier = list.first(where: { !range.contains($0) }) else { return list }
    throw malformed("attribute '\(name)' holds \(outlier), outside \(range.lowerBound)…\(range.upperBound)")
  }

  func floats(_ name: String) throws -> [Float]? {
    switch values[name] {
    case nil: return nil
    case .floats(let list): return list
    default: throw malformed("attribute '\(name)' should be a list of floats")
    }
  }

  func strings(_ name: String) throws -> [String]? {
    switch values[name] {
    case nil: return nil
    case .strings(let list): return list
    default: throw malformed("attribute '\(name)' should be a list of strings")
    }
  }

  func tensor(_ name: String) throws -> TensorMessage? {
    switch values[name] {
    case nil: return nil
    case .tensor(let tensor): return tensor
    default: throw malformed("attribute '\(name)' should be a tensor")
    }
  }

  func graph(_ name: String) throws -> GraphMessage? {
    switch values[name] {
    case nil: return nil
    case .graph(let graph): return graph
    default: throw malformed("attribute '\(name)' should be a graph")
    }
  }

  func required<Value>(_ name: String, _ value: Value?) throws -> Value {
    guard let value else { throw malformed("attribute '\(name)' is missing") }
    return value
  }

  /// No tensor of a picture network comes near as many axes.
  static let axes = -64...63
}
