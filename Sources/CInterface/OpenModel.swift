import CGingham
import Foundation
import Gingham
import GinghamCommandLine

/// A net that was opened, with the plans that its last calls were made with. One call at a time is at work in it.
final class OpenModel: @unchecked Sendable {
  let model: Model
  let choice: EngineChoice
  let threads: Int
  private let lock = NSLock()
  private let engine: PlanCache
  /// Passes that can be gone back through, by their numbers.
  private var passes: [UInt64: Pass] = [:]
  private var passesBegun: UInt64 = 0
  /// What was asked for last: attacks ask for the same again and again, and reading words takes as long as a small pass.
  private var understood: (options: [String], settings: GradientSettings)?

  /// Different shapes and targets that calls may alternate between without planning anew.
  private static let plans = 3

  private struct Pass {
    weak var plan: (any GradientPlan)?
  }

  /// - Throws: what ``ModelSource/load()`` throws, ``EngineError``.
  init(_ path: String, options: [String]) throws {
    let (source, choice, team) = try HostedCommand.model(path, options: options)
    model = try source.load()
    self.choice = choice
    threads = team.threads
    engine = PlanCache(try choice.differentiator(for: model.network, team: team), capacity: Self.plans)
  }

  /// - Throws: ``ModelError/wrongChannels(expected:found:path:)``, ``HostedFailure`` in a forked process, and what `body` does.
  private func exclusively<Value>(with input: Tensor? = nil, _ body: () throws -> Value) throws -> Value {
    try HostProcess.enter()
    // What only picks channels out would not notice.
    if let channels = model.channels, let shape = input?.shape, shape.rank == 4, shape[1] != channels {
      throw ModelError.wrongChannels(expected: channels, found: shape[1], path: "input")
    }
    return try lock.withLock(body)
  }

  // MARK: Plans

  private func value(of layer: String?) throws -> ValueID { try model.gradientValue(ofLayer: layer) }

  private func plan(
    _ layers: [String], gradients: [ValueID], for input: Tensor, asMaps: Bool = false
  ) throws -> any GradientPlan {
    guard !layers.isEmpty else { throw HostedFailure(kind: "usage", description: "no layer is named") }
    return try engine.plan(
      PlanRequest(
        inputShapes: [input.shape], targets: try layers.map(model.network.value), gradients: gradients,
        readsMaps: asMaps))
  }

  /// Runs a plan forward, which ends what could be gone back through before.
  private func forward(
    _ plan: any GradientPlan, _ input: Tensor, into activations: UnsafeMutablePointer<gingham_tensor>?
  ) throws {
    passes = passes.filter { $0.value.plan != nil && $0.value.plan !== plan }
    guard activations != nil else {
      _ = try plan.forward([input])
      return
    }
    var places = try Destinations(activations, "activations", shapes: plan.targetShapes)
    try places.fill { try plan.forward([input], into: &$0) }
  }

  private func backward(
    _ plan: any GradientPlan, _ cotangents: UnsafePointer<gingham_tensor>?,
    into gradient: UnsafeMutablePointer<gingham_tensor>?
  ) throws {
    guard let cotangents else { throw CallError.missing("cotangents") }
    let sent = try plan.targetShapes.indices.map { try Tensor(reading: cotangents + $0, "cotangents") }
    for (tensor, shape) in zip(sent, plan.targetShapes) where tensor.shape != shape {
      throw HostedFailure(kind: "usage", description: "a cotangent is \(tensor.shape), the activation is \(shape)")
    }
    var place = try Destinations(gradient, "gradient", shapes: plan.gradientShapes)
    try place.fill { try plan.backward(sent, into: &$0) }
  }

  // MARK: Calls

  func activations(_ layers: [String], of input: Tensor, into places: UnsafeMutablePointer<gingham_tensor>?) throws {
    try exclusively(with: input) {
      guard places != nil else { throw CallError.missing("activations") }
      try forward(plan(layers, gradients: [], for: input), input, into: places)
    }
  }

  /// - Returns: the number of the pass.
  func forward(
    _ layers: [String], at layer: String?, of input: Tensor, into places: UnsafeMutablePointer<gingham_tensor>?
  ) throws -> UInt64 {
    try exclusively(with: input) {
      let plan = try plan(layers, gradients: [value(of: layer)], for: input)
      try forward(plan, input, into: places)
      passesBegun += 1
      passes[passesBegun] = Pass(plan: plan)
      return passesBegun
    }
  }

  func backward(
    _ pass: UInt64, _ cotangents: UnsafePointer<gingham_tensor>?, into gradient: UnsafeMutablePointer<gingham_tensor>?
  ) throws {
    try exclusively {
      guard let plan = passes[pass]?.plan else {
        throw HostedFailure(kind: "stale", description: "the pass \(pass) is not the last one any more")
      }
      try backward(plan, cotangents, into: gradient)
    }
  }

  func vectorJacobianProduct(
    _ layers: [String], at layer: String?, of input: Tensor, _ cotangents: UnsafePointer<gingham_tensor>?,
    activations: UnsafeMutablePointer<gingham_tensor>?, into gradient: UnsafeMutablePointer<gingham_tensor>?
  ) throws {
    try exclusively(with: input) {
      let plan = try plan(layers, gradients: [value(of: layer)], for: input)
      try forward(plan, input, into: activations)
      try backward(plan, cotangents, into: gradient)
    }
  }

  private func settings(_ options: [String]) throws -> GradientSettings {
    if let understood, understood.options == options { return understood.settings }
    let settings = try HostedCommand.gradientSettings(options)
    understood = (options, settings)
    return settings
  }

  func gradient(
    _ options: [String], of input: Tensor, values: UnsafeMutablePointer<Float>?,
    into gradient: UnsafeMutablePointer<gingham_tensor>?
  ) throws {
    try exclusively(with: input) {
      passes = [:]
      let settings = try settings(options)
      let objective = try model.objectiveParser().parse(settings.target)
      let found: [Float]
      if settings.method == .gradient, settings.at == nil {
        let pass = GradientPass(
          try plan(objective.layers, gradients: [value(of: nil)], for: input, asMaps: true))
        try pass.forward([input])
        var place = try Destinations(gradient, "gradient", shapes: pass.plan.gradientShapes)
        var values: [Float] = []
        try place.fill { values = try pass.valuesAndGradients(of: objective, into: &$0) }
        found = values
      } else {
        let attribution = try settings.attributionMethod(for: model.sized(as: input))
          .attribute(input, to: objective, by: engine)
        var place = try Destinations(gradient, "gradient", shapes: [attribution.map.shape])
        try place.fill { $0 = [attribution.map] }
        found = attribution.values
      }
      values?.update(from: found, count: min(found.count, input.shape[0]))
    }
  }
}

extension Model {
  /// The same model for pictures of the size of these.
  fileprivate func sized(as pictures: Tensor) -> Model {
    pictures.shape.rank == 4 ? sized(height: pictures.shape[2], width: pictures.shape[3]) : self
  }
}

/// What there is to know about an open net.
struct ModelDescription: Encodable {
  var model: String
  var digest: String?
  var inputShape: [Int]
  var layers: [LayerTable.Row]
  var missing: String?
  var outputs: [String]
  var classes: [String]
  var backend: String
  var precision: String
  var threads: Int
  var remarks: [String]

  /// - Throws: ``NetworkError`` where the net does not take pictures of its size.
  init(of open: OpenModel) throws {
    let (model, table) = (open.model, try LayerTable(of: open.model))
    self.model = model.source.specification
    digest = try model.digest()
    inputShape = table.inputShape
    layers = table.layers
    missing = table.missing
    outputs = model.network.outputs.map(model.network.name)
    classes = model.classNames.names
    backend = open.choice.backend.rawValue
    precision = open.choice.precisionName
    threads = open.threads
    remarks = model.remarks
  }
}
