import Foundation
import Gingham

/// Learns the form of values from what they write into an encoder: the code that writes files is the only place where
/// their keys stand.
final class SchemaRecorder {
  /// Of types that write objects, by name.
  private(set) var definitions: [String: Schema] = [:]
  /// Of types that write texts, by name.
  private var written: [String: Schema] = [:]

  /// Settles what was said of types before a value of them was seen, or without one.
  func settle(_ schema: inout Schema) {
    for name in schema.references where definitions[name] == nil {
      schema.references.remove(name)
      if let text = written[name] { schema.merge(text) }
    }
    schema.elements = schema.elements.map { Schema.Box(settled($0.schema)) }
    schema.values = schema.values.map { Schema.Box(settled($0.schema)) }
    schema.members = schema.members?.mapValues { Schema.Member(schema: settled($0.schema), isRequired: $0.isRequired) }
  }

  private func settled(_ schema: Schema) -> Schema {
    var schema = schema
    settle(&schema)
    return schema
  }

  /// Settles all definitions.
  func settle() { for name in definitions.keys { definitions[name] = definitions[name].map(settled) } }

  /// The schema of a value, which refers to the definitions.
  ///
  /// - Throws: what encoding does.
  func schema<Value: Encodable>(of value: Value) throws -> Schema {
    switch value {
    case is JSONValue: return .anything
    case is Bool: return .boolean
    case is String: return .text
    case is Double, is Float: return .number
    case is any FixedWidthInteger: return .integer
    default: break
    }
    let encoder = SchemaEncoder(self)
    try value.encode(to: encoder)
    var schema = encoder.place.schema
    if let words = Self.words(of: Value.self), schema.isText { schema = Schema(words: words) }
    if let empty = Value.self as? any Sequential.Type, schema.elements == nil {
      schema.elements = Schema.Box(self.schema(ofAbsent: empty.element))
    }
    if let table = Value.self as? any Tabular.Type {
      var element = self.schema(ofAbsent: table.element)
      for member in schema.members ?? [:] { element.merge(member.value.schema) }
      return Schema(values: Schema.Box(element))
    }
    let name = Self.name(of: Value.self)
    guard schema.members != nil, !(Value.self is any Wrapping.Type) else {
      if schema.isText { written[name] = schema }
      return schema
    }
    var known = definitions[name] ?? Schema()
    known.merge(schema)
    definitions[name] = known
    return Schema(references: [name])
  }

  /// What can be said of a type of which there is no value.
  func schema(ofAbsent type: Any.Type) -> Schema {
    switch type {
    case is Bool.Type: return .boolean
    case is String.Type: return .text
    case is Double.Type, is Float.Type: return .number
    case is any FixedWidthInteger.Type: return .integer
    case is JSONValue.Type: return .anything
    case let list as any Sequential.Type: return Schema(elements: Schema.Box(schema(ofAbsent: list.element)))
    case let table as any Tabular.Type: return Schema(values: Schema.Box(schema(ofAbsent: table.element)))
    case let wrapping as any Wrapping.Type:
      var schema = schema(ofAbsent: wrapping.element)
      schema.isNull = true
      return schema
    default:
      if let words = Self.words(of: type) { return Schema(words: words) }
      // Another value may show what it is.
      return Schema(references: [Self.name(of: type)])
    }
  }

  private static func words(of type: Any.Type) -> Set<String>? {
    guard let type = type as? any CaseIterable.Type else { return nil }
    func all<Words: CaseIterable>(_ type: Words.Type) -> [String?] {
      type.allCases.map { ($0 as? any RawRepresentable)?.rawValue as? String }
    }
    return (all(type) as? [String]).map(Set.init)
  }

  /// Without the modules, and without the places of private types, which differ from build to build.
  private static func name(of type: Any.Type) -> String {
    String(reflecting: type).replacing(/\(unknown context at [^)]*\)\./, with: "")
      .replacing(/Gingham[A-Za-z]*\./, with: "").replacing(/Swift\./, with: "")
      .replacing(/[^A-Za-z0-9.]+/, with: "-")
  }
}

private protocol Sequential { static var element: Any.Type { get } }
extension Array: Sequential { static var element: Any.Type { Element.self } }
extension Set: Sequential { static var element: Any.Type { Element.self } }
private protocol Tabular { static var element: Any.Type { get } }
extension Dictionary: Tabular where Key == String { static var element: Any.Type { Value.self } }
private protocol Wrapping { static var element: Any.Type { get } }
extension Optional: Wrapping { static var element: Any.Type { Wrapped.self } }

/// An encoder that writes nothing and keeps the form of what it is given.
private final class SchemaEncoder: Encoder {
  /// Where the form of one value grows.
  final class Place { var schema = Schema() }

  let recorder: SchemaRecorder
  let place: Place
  let codingPath: [any CodingKey] = []
  let userInfo: [CodingUserInfoKey: Any] = [:]

  init(_ recorder: SchemaRecorder, place: Place = Place()) {
    self.recorder = recorder
    self.place = place
  }

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    place.schema.members = place.schema.members ?? [:]
    return KeyedEncodingContainer(Keyed<Key>(encoder: self))
  }

  func unkeyedContainer() -> any UnkeyedEncodingContainer { Listed(encoder: self) }
  func singleValueContainer() -> any SingleValueEncodingContainer { Single(encoder: self) }

  /// A key as the encoder of files writes it.
  static func written(_ key: any CodingKey) throws -> String {
    struct Keyed: Encodable {
      let key: any CodingKey
      struct Name: CodingKey {
        let stringValue: String
        let intValue: Int? = nil
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
      }
      func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Name.self)
        try container.encode(0, forKey: Name(stringValue: key.stringValue))
      }
    }
    let object = try JSONSerialization.jsonObject(with: Keyed(key: key).json()) as? [String: Int]
    return object?.keys.first ?? key.stringValue
  }

  struct Keyed<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let encoder: SchemaEncoder
    let codingPath: [any CodingKey] = []

    private func set(_ key: Key, _ schema: Schema, isRequired: Bool = true) throws {
      let name = try SchemaEncoder.written(key)
      var member = encoder.place.schema.members?[name] ?? .init(schema: Schema(), isRequired: isRequired)
      member.schema.merge(schema)
      encoder.place.schema.members?[name] = member
    }

    private func optional<T: Encodable>(_ value: T?, _ key: Key) throws {
      let schema = try value.map(encoder.recorder.schema) ?? encoder.recorder.schema(ofAbsent: T.self)
      try set(key, schema, isRequired: false)
    }

    func encodeNil(forKey key: Key) throws { try set(key, Schema(isNull: true)) }
    func encode<T: Encodable>(_ value: T, forKey key: Key) throws { try set(key, encoder.recorder.schema(of: value)) }
    func encodeIfPresent<T: Encodable>(_ value: T?, forKey key: Key) throws { try optional(value, key) }
    func encodeIfPresent(_ value: Bool?, forKey key: Key) throws { try optional(value, key) }
    func encodeIfPresent(_ value: String?, forKey key: Key) throws { try optional(value, key) }
    func encodeIfPresent(_ value: Double?, forKey key: Key) throws { try optional(value, key) }
    func encodeIfPresent(_ value: Float?, forKey key: Key) throws { try optional(value, key) }
    func encodeIfPresent(_ value: Int?, forKey key: Key) throws { try optional(value, key) }
    func encodeIfPresent(_ value: UInt64?, forKey key: Key) throws { try optional(value, key) }

    func nestedContainer<Nested: CodingKey>(
      keyedBy keyType: Nested.Type, forKey key: Key
    ) -> KeyedEncodingContainer<Nested> { SchemaEncoder.unwritten("nested containers") }
    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
      SchemaEncoder.unwritten("nested containers")
    }
    func superEncoder() -> any Encoder { SchemaEncoder.unwritten("a class above") }
    func superEncoder(forKey key: Key) -> any Encoder { SchemaEncoder.unwritten("a class above") }
  }

  /// The protocols ask for these, and no findings use them: one that did would have no schema. They can neither throw nor
  /// return nothing, so the test run ends.
  private static func unwritten(_ what: String) -> Never { fatalError("no findings write \(what)") }

  struct Listed: UnkeyedEncodingContainer {
    let encoder: SchemaEncoder
    let codingPath: [any CodingKey] = []
    var count = 0

    init(encoder: SchemaEncoder) { self.encoder = encoder }

    private mutating func add(_ schema: Schema) {
      count += 1
      encoder.place.schema.merge(Schema(elements: Schema.Box(schema)))
    }

    mutating func encodeNil() throws { add(Schema(isNull: true)) }
    mutating func encode<T: Encodable>(_ value: T) throws { add(try encoder.recorder.schema(of: value)) }
    mutating func nestedContainer<Nested: CodingKey>(keyedBy keyType: Nested.Type) -> KeyedEncodingContainer<Nested> {
      SchemaEncoder.unwritten("nested containers")
    }
    mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
      SchemaEncoder.unwritten("nested containers")
    }
    mutating func superEncoder() -> any Encoder { SchemaEncoder.unwritten("a class above") }
  }

  struct Single: SingleValueEncodingContainer {
    let encoder: SchemaEncoder
    let codingPath: [any CodingKey] = []

    func encodeNil() throws { encoder.place.schema.isNull = true }
    func encode<T: Encodable>(_ value: T) throws { encoder.place.schema.merge(try encoder.recorder.schema(of: value)) }
  }
}
