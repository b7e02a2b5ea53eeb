import Foundation
import Testing

@testable import Gingham
@testable import GinghamVerbs

/// Schemas of all that runs write, made of runs.
struct SchemaRecording {
  private let recorder = SchemaRecorder()
  /// Of files of findings, by the type's name.
  private var findings: [String: Schema] = [:]
  private var manifest = Schema()
  /// Of the settings of each run, which a manifest has as `parameters`.
  private var parameters: [String: Schema] = [:]

  /// Performs a run, and learns from its findings and settings.
  ///
  /// - Returns: the name of its file of findings.
  mutating func record<R: Run>(
    _ run: R, _ command: [String], into folder: String, engine: EngineChoice
  ) throws -> String {
    let context = RunContext(engine: engine, team: ThreadTeam(threads: 2))
    let result = try run.perform(in: context, command: ["gingham"] + command, writingTo: folder).result
    let document = FindingsDocument(findings: result.findings.timeless, remarks: result.noticed)
    try add(document, to: &findings["\(R.Findings.self)", default: Schema()])
    let manifest = try run.record.manifest(command: command, context: context, started: Date())
    try add(manifest, to: &self.manifest)
    try learn(run.record, settled: result.settled)
    return R.Findings.fileName
  }

  private func add(_ document: some Encodable, to schema: inout Schema) throws {
    let found = try recorder.schema(of: document)
    for name in found.references { schema.merge(recorder.definitions[name] ?? Schema()) }
    schema.merge(Schema(members: found.members))
  }

  /// Settings that are not set stand in the manifest as null, and so do those that the run settles until it has.
  private mutating func learn(_ record: RunRecord, settled: [String: JSONValue]) throws {
    let name = "\(type(of: record.settings))"
    var schema = Schema()
    try add(record.settings, to: &schema)
    var members = schema.members ?? [:]
    for (key, member) in members where !member.isRequired { members[key]?.schema.isNull = true }
    for case let (label?, _) in Mirror(reflecting: record.settings).children where members[label.snakeCased] == nil {
      members[label.snakeCased] = .init(schema: Schema(isNull: true), isRequired: true)
    }
    for key in members.keys { members[key]?.isRequired = true }
    for key in settled.keys {
      members[key] = .init(schema: .anything, isRequired: members[key] != nil)
    }
    parameters[name, default: Schema(members: members)].merge(Schema(members: members))
  }

  /// To be called when all runs are recorded.
  mutating func settle() {
    recorder.settle()
    for name in findings.keys { recorder.settle(&findings[name, default: Schema()]) }
    for name in parameters.keys { recorder.settle(&parameters[name, default: Schema()]) }
    recorder.settle(&manifest)
  }

  /// Keys of which no run has shown more than that they exist.
  var unseen: [String] {
    // A document's own keys are those of the type that it is made of.
    let types = recorder.definitions.filter { !$0.key.hasPrefix("FindingsDocument") }
    let all = findings.merging(types) { $1 }.merging(["Manifest": manifest]) { $1 }
    return all.flatMap { name, schema in schema.unseen.map { "\(name).\($0)" } }.sorted()
  }

  /// Whole documents, by the type's name.
  var documents: [String: JSONValue] {
    var documents: [String: JSONValue] = [:]
    for (name, schema) in findings { documents[name] = document(of: schema, name: name, definitions: [:]) }
    var manifest = manifest
    manifest.members?["parameters"]?.schema = Schema(references: Set(parameters.keys))
    documents["Manifest"] = document(of: manifest, name: "Manifest", definitions: parameters)
    return documents
  }

  private func document(of schema: Schema, name: String, definitions own: [String: Schema]) -> JSONValue {
    let known = recorder.definitions.merging(own) { $1 }
    var schema = schema
    let id = "urn:gingham:\(name):\(SchemaName.version)"
    schema.members?["schema"]?.schema = Schema(words: [id])
    var definitions: [String: JSONValue] = [:]
    var waiting = schema.allReferences
    while let next = waiting.popFirst() {
      guard definitions[next] == nil, let definition = known[next] else { continue }
      definitions[next] = definition.json
      waiting.formUnion(definition.allReferences)
    }
    guard case .object(var rules) = schema.json else { return false }
    rules["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    rules["$id"] = .string(id)
    if !definitions.isEmpty { rules["$defs"] = .object(definitions) }
    return .object(rules)
  }
}
