import Foundation
import Gingham

/// The form of JSON values, as a schema (draft 2020-12) can say it; grows by what it sees.
struct Schema: Equatable, Sendable {
  struct Member: Equatable, Sendable {
    var schema: Schema
    /// Whether every value has it.
    var isRequired: Bool
  }

  var isBoolean = false
  var isInteger = false
  var isNumber = false
  var isNull = false
  /// Any text.
  var isText = false
  /// One of these words.
  var words: Set<String> = []
  /// Objects with these keys; `nil`: none was seen.
  var members: [String: Member]?
  /// Objects with any keys, under each of which such a value stands.
  var values: Box?
  /// Of an array.
  var elements: Box?
  /// Definitions that describe it.
  var references: Set<String> = []
  /// Whatever a run's settings hold.
  var isAnything = false

  /// A schema within a schema.
  final class Box: Equatable, Sendable {
    let schema: Schema
    init(_ schema: Schema) { self.schema = schema }
    static func == (a: Box, b: Box) -> Bool { a.schema == b.schema }
  }

  static let nothing = Schema()
  static let text = Schema(isText: true)
  static let integer = Schema(isInteger: true)
  static let number = Schema(isNumber: true)
  static let boolean = Schema(isBoolean: true)
  static let anything = Schema(isAnything: true)

  mutating func merge(_ other: Schema) {
    isBoolean = isBoolean || other.isBoolean
    isInteger = isInteger || other.isInteger
    isNumber = isNumber || other.isNumber
    isNull = isNull || other.isNull
    isText = isText || other.isText
    isAnything = isAnything || other.isAnything
    words.formUnion(other.words)
    references.formUnion(other.references)
    values = Self.merged(values, other.values)
    elements = Self.merged(elements, other.elements)
    guard let more = other.members else { return }
    guard var own = members else {
      members = more
      return
    }
    for key in Set(own.keys).union(more.keys) {
      switch (own[key], more[key]) {
      case (var first?, let second?):
        first.schema.merge(second.schema)
        first.isRequired = first.isRequired && second.isRequired
        own[key] = first
      case (let only?, nil), (nil, let only?): own[key] = Member(schema: only.schema, isRequired: false)
      case (nil, nil): break
      }
    }
    members = own
  }

  private static func merged(_ a: Box?, _ b: Box?) -> Box? {
    guard let a, let b else { return a ?? b }
    var schema = a.schema
    schema.merge(b.schema)
    return Box(schema)
  }

  /// As a schema document has it. Numbers that JSON has no word for are written as text.
  var json: JSONValue {
    if isAnything || self == .nothing { return [:] }
    var choices: [JSONValue] = references.sorted().map { ["$ref": .string("#/$defs/\($0)")] }
    if isBoolean { choices.append(["type": "boolean"]) }
    if isNumber {
      choices += [["type": "number"], ["enum": ["-inf", "inf", "nan"]]]
    } else if isInteger {
      choices.append(["type": "integer"])
    }
    if isText {
      choices.append(["type": "string"])
    } else if !words.isEmpty {
      choices.append(["enum": .array(words.sorted().map(JSONValue.string))])
    }
    if isNull { choices.append(["type": "null"]) }
    if let elements { choices.append(["type": "array", "items": elements.schema.json]) }
    if let values { choices.append(["type": "object", "additionalProperties": values.schema.json]) }
    if let members {
      let required = members.filter(\.value.isRequired).keys.sorted().map(JSONValue.string)
      choices.append([
        "type": "object", "properties": .object(members.mapValues(\.schema.json)), "required": .array(required),
        "additionalProperties": false,
      ])
    }
    return choices.count == 1 ? choices[0] : ["anyOf": .array(choices)]
  }

  /// Of which nothing was seen but a key.
  var unseen: [String] {
    var found = (members ?? [:]).flatMap { key, member in
      member.schema.isUnknown ? [key] : member.schema.unseen.map { key + "." + $0 }
    }
    for box in [values, elements].compactMap({ $0 }) { found += box.schema.isUnknown ? ["[]"] : box.schema.unseen }
    return found
  }

  private var isUnknown: Bool {
    var rest = self
    rest.isNull = false
    return rest == .nothing
  }

  /// The definitions that it and what stands in it lead to.
  var allReferences: Set<String> {
    let within = (members?.values.map(\.schema) ?? []) + [values, elements].compactMap { $0?.schema }
    return within.reduce(references) { $0.union($1.allReferences) }
  }
}
