import Gingham

/// Holds values against a schema document, as far as the documents of this project go (JSON Schema, draft 2020-12).
struct SchemaValidation {
  let document: JSONValue

  /// What does not fit, each with its place; none: the value keeps to the schema.
  func complaints(about value: JSONValue) -> [String] { complaints(value, document, at: "") }

  private func complaints(_ value: JSONValue, _ schema: JSONValue, at place: String) -> [String] {
    guard case .object(let rules) = schema else { return schema == false ? ["\(place): nothing may stand here"] : [] }
    var found: [String] = []
    for (rule, content) in rules {
      switch (rule, content) {
      case ("$ref", .string(let name)):
        guard let definition = document["$defs"]?[String(name.dropFirst("#/$defs/".count))] else {
          found.append("\(place): the schema has no \(name)")
          continue
        }
        found += complaints(value, definition, at: place)
      case ("type", .string(let type)):
        if !value.isOf(type) { found.append("\(place): no \(type)") }
      case ("enum", .array(let values)):
        if !values.contains(value) { found.append("\(place): \(value) is none of \(values)") }
      case ("anyOf", .array(let choices)):
        let all = choices.map { complaints(value, $0, at: place) }
        // Of the choices, the nearest explains best what is wrong.
        if !all.contains(where: \.isEmpty) {
          found += all.max { ($0.first?.count ?? 0) < ($1.first?.count ?? 0) } ?? []
        }
      case ("items", _):
        guard case .array(let elements) = value else { continue }
        for (index, element) in elements.enumerated() {
          found += complaints(element, content, at: "\(place)/\(index)")
        }
      case ("required", .array(let keys)):
        for case .string(let key) in keys where value[key] == nil { found.append("\(place): '\(key)' is missing") }
      case ("properties", .object(let properties)):
        for (key, property) in properties {
          found += value[key].map { complaints($0, property, at: "\(place)/\(key)") } ?? []
        }
      case ("additionalProperties", _):
        guard case .object(let members) = value else { continue }
        let known = rules["properties"]
        for (key, member) in members where known?[key] == nil {
          found +=
            content == false
            ? ["\(place): unknown key '\(key)'"] : complaints(member, content, at: "\(place)/\(key)")
        }
      case ("$schema", _), ("$id", _), ("$defs", _), ("title", _): break
      default: found.append("\(place): the schema has a rule '\(rule)' that is not understood")
      }
    }
    return found
  }
}

extension JSONValue {
  subscript(key: String) -> JSONValue? {
    if case .object(let members) = self { members[key] } else { nil }
  }

  fileprivate func isOf(_ type: String) -> Bool {
    switch (self, type) {
    case (.null, "null"), (.boolean, "boolean"), (.integer, "integer"), (.integer, "number"), (.number, "number"),
      (.string, "string"), (.array, "array"), (.object, "object"):
      true
    default: false
    }
  }
}
