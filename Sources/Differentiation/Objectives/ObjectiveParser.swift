import GinghamNetworks
import GinghamTensors

/// Reads objectives as users write them: `top`, `class:281`, `class:"Egyptian cat"`, `channel:LAYER:97`,
/// `neuron:LAYER:97[:Y,X]`, `layer:LAYER`, `direction:LAYER:file.npy`, the shorthand `LAYER:97`, and sums of these such
/// as `0.5*mixed4a:97 + layer:mixed3b - class:3`. Signs and stars count as arithmetic only with spaces around the sign
/// and a number before the star, as layer names may hold both.
public struct ObjectiveParser {
  /// Names of the classes in the network's order, where known.
  public var classNames: [String]
  /// Reads a direction from a file.
  public var readDirection: (String) throws -> [Float]
  /// Kinds beside those above, such as `diversity`: each makes an objective of what stands behind its colon.
  public var moreKinds: [String: (String) throws -> any Objective] = [:]

  /// With the properties of the same names.
  public init(classNames: [String] = [], readDirection: @escaping (String) throws -> [Float]) {
    self.classNames = classNames
    self.readDirection = readDirection
  }

  /// - Throws: ``ObjectiveError`` and what `readDirection` throws.
  public func parse(_ text: String) throws -> any Objective {
    let terms = try splitTerms(text).map { sign, body -> (weight: Float, objective: any Objective) in
      let (factor, rest) = splitFactor(body)
      return (sign * factor, try parseTerm(rest, whole: text))
    }
    if terms.count == 1, terms[0].weight == 1 { return terms[0].objective }
    return WeightedSum(terms)
  }

  /// Splits at ` + ` and ` - ` outside quotes.
  private func splitTerms(_ text: String) throws -> [(sign: Float, body: String)] {
    var terms: [(Float, String)] = []
    var sign: Float = 1
    var body = ""
    var isQuoted = false
    var rest = Substring(text)
    while let character = rest.first {
      if character == "\"" { isQuoted.toggle() }
      if !isQuoted, rest.hasPrefix(" + ") || rest.hasPrefix(" - ") {
        terms.append((sign, body))
        sign = rest.hasPrefix(" - ") ? -1 : 1
        body = ""
        rest = rest.dropFirst(3)
      } else {
        body.append(character)
        rest = rest.dropFirst()
      }
    }
    terms.append((sign, body))
    let trimmed = terms.map { ($0.0, trim($0.1)) }
    guard !isQuoted else { throw ObjectiveError.syntax(text: text, reason: "a quote is not closed") }
    guard !trimmed.contains(where: { $0.1.isEmpty }) else {
      throw ObjectiveError.syntax(text: text, reason: "a term is empty")
    }
    // A sign right at the front belongs to the first term.
    return trimmed.map { sign, body in
      body.hasPrefix("-") ? (-sign, trim(String(body.dropFirst()))) : (sign, body)
    }
  }

  private func splitFactor(_ term: String) -> (Float, String) {
    let parts = term.split(separator: "*", maxSplits: 1).map { trim(String($0)) }
    guard parts.count == 2, let factor = Float(parts[0]) else { return (1, term) }
    return (factor, parts[1])
  }

  private func parseTerm(_ term: String, whole: String) throws -> any Objective {
    func failure(_ reason: String) -> ObjectiveError { .syntax(text: whole, reason: reason) }
    if term == "top" { return ClassObjective(.top) }
    guard let colon = term.firstIndex(of: ":") else {
      throw failure("'\(term)' needs a kind and a layer, such as channel:LAYER:97, or 'top'")
    }
    let kind = String(term[..<colon])
    let rest = String(term[term.index(after: colon)...])
    switch kind {
    case "class": return ClassObjective(.index(try classIndex(rest)))
    case "layer":
      guard !rest.isEmpty else { throw failure("the layer's name is missing") }
      return LayerObjective(layer: rest)
    case "channel":
      let (layer, channel) = try splitChannel(rest, whole: whole)
      return ChannelObjective(layer: layer, channel: channel)
    case "neuron": return try parseNeuron(rest, whole: whole)
    case "direction":
      guard let last = rest.lastIndex(of: ":"), last != rest.startIndex else {
        throw failure("a direction is written direction:LAYER:file.npy")
      }
      let direction = try readDirection(String(rest[rest.index(after: last)...]))
      return DirectionObjective(layer: String(rest[..<last]), direction: direction)
    default:
      if let make = moreKinds[kind] { return try make(rest) }
      let (layer, channel) = try splitChannel(term, whole: whole)
      return ChannelObjective(layer: layer, channel: channel)
    }
  }

  private func parseNeuron(_ rest: String, whole: String) throws -> any Objective {
    if let last = rest.lastIndex(of: ":") {
      let position = rest[rest.index(after: last)...].split(separator: ",").map { Int(trim(String($0))) }
      if position.count == 2, let y = position[0], let x = position[1] {
        let (layer, channel) = try splitChannel(String(rest[..<last]), whole: whole)
        return NeuronObjective(layer: layer, channel: channel, position: (y, x))
      }
    }
    let (layer, channel) = try splitChannel(rest, whole: whole)
    return NeuronObjective(layer: layer, channel: channel)
  }

  private func splitChannel(_ text: String, whole: String) throws -> (layer: String, channel: Int) {
    guard let last = text.lastIndex(of: ":"), last != text.startIndex,
      let channel = Int(trim(String(text[text.index(after: last)...])))
    else { throw ObjectiveError.syntax(text: whole, reason: "'\(text)' should end in a layer and a channel, LAYER:97") }
    return (String(text[..<last]), channel)
  }

  private func classIndex(_ text: String) throws -> Int {
    if let index = Int(text) { return index }
    let name = trim(text).trimmingQuotes().asClassName
    // A class often has several names, separated by commas: any of them will do.
    let match = classNames.firstIndex { entry in
      entry.asClassName == name || entry.split(separator: ",").contains { String($0).asClassName == name }
    }
    guard let match else {
      throw ObjectiveError.unknownClass(
        name: text.trimmingQuotes(), nearest: NearestNames.nearest(to: name, among: classNames))
    }
    return match
  }
}

private func trim(_ text: String) -> String {
  String(text.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
}

extension String {
  /// As names are compared: lists of them differ in capitals, and in what stands between words.
  fileprivate var asClassName: String {
    lowercased().split { $0 == " " || $0 == "_" || $0 == "-" }.joined(separator: " ")
  }

  fileprivate func trimmingQuotes() -> String {
    count >= 2 && hasPrefix("\"") && hasSuffix("\"") ? String(dropFirst().dropLast()) : self
  }
}
