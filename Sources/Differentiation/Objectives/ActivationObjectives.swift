import GinghamTensors

/// The mean of one channel over all positions.
public struct ChannelObjective: Objective {
  /// A layer of the net, by its name.
  public var layer: String
  /// From 0.
  public var channel: Int
  /// Names of the layers that it reads.
  public var layers: [String] { [layer] }
  /// Channels of each layer that count; plans leave the others out.
  public var channelsRead: [String: Range<Int>] { [layer: .only(channel)] }

  /// With the properties of the same names.
  public init(layer: String, channel: Int) {
    self.layer = layer
    self.channel = channel
  }

  /// Values and cotangents, as ``Objective/evaluate(_:addingTo:weight:)`` asks for them.
  public func evaluate(
    _ activations: [Tensor], addingTo cotangents: inout [Tensor], weight: Float
  ) throws -> [Float] {
    let view = try ChannelView(activations[0].shape, layer: layer)
    try view.check(channel: channel, layer: layer)
    let share = weight / Float(view.positions)
    return activations[0].withUnsafeBufferPointer { values in
      cotangents[0].withUnsafeMutableBufferPointer { gradient in
        (0..<view.batch).map { sample in
          let start = view.start(sample, channel)
          var sum = 0.0
          for index in start..<(start + view.positions) {
            sum += Double(values[index])
            gradient[index] += share
          }
          return Float(sum / Double(view.positions)) * weight
        }
      }
    }
  }
}

/// One channel at one position; the centre (H/2, W/2) where none is given.
public struct NeuronObjective: Objective {
  /// A layer of the net, by its name.
  public var layer: String
  /// From 0.
  public var channel: Int
  /// Row and column of the map; `nil`: its centre.
  public var position: (y: Int, x: Int)?
  /// Names of the layers that it reads.
  public var layers: [String] { [layer] }
  /// Channels of each layer that count; plans leave the others out.
  public var channelsRead: [String: Range<Int>] { [layer: .only(channel)] }

  /// With the properties of the same names.
  public init(layer: String, channel: Int, position: (y: Int, x: Int)? = nil) {
    self.layer = layer
    self.channel = channel
    self.position = position
  }

  /// Values and cotangents, as ``Objective/evaluate(_:addingTo:weight:)`` asks for them.
  public func evaluate(
    _ activations: [Tensor], addingTo cotangents: inout [Tensor], weight: Float
  ) throws -> [Float] {
    let view = try ChannelView(activations[0].shape, layer: layer)
    try view.check(channel: channel, layer: layer)
    let (y, x) = position ?? (view.height / 2, view.width / 2)
    guard (0..<view.height).contains(y), (0..<view.width).contains(x) else {
      throw ObjectiveError.positionOutOfRange(y: y, x: x, layer: layer, height: view.height, width: view.width)
    }
    let indices = (0..<view.batch).map { view.start($0, channel) + y * view.width + x }
    cotangents[0].withUnsafeMutableBufferPointer { gradient in
      for index in indices { gradient[index] += weight }
    }
    return activations[0].withUnsafeBufferPointer { values in indices.map { weight * values[$0] } }
  }
}

/// ½‖a‖² of a whole layer: what DeepDream ascends (Mordvintsev, Olah & Tyka 2015).
public struct LayerObjective: Objective {
  /// A layer of the net, by its name.
  public var layer: String
  /// Names of the layers that it reads.
  public var layers: [String] { [layer] }

  /// With the property of the same name.
  public init(layer: String) {
    self.layer = layer
  }

  /// Values and cotangents, as ``Objective/evaluate(_:addingTo:weight:)`` asks for them.
  public func evaluate(
    _ activations: [Tensor], addingTo cotangents: inout [Tensor], weight: Float
  ) throws -> [Float] {
    let batch = activations[0].shape.dimensions.first ?? 1
    let count = activations[0].count / max(batch, 1)
    return activations[0].withUnsafeBufferPointer { values in
      cotangents[0].withUnsafeMutableBufferPointer { gradient in
        (0..<batch).map { sample in
          var sum = 0.0
          for index in (sample * count)..<((sample + 1) * count) {
            sum += Double(values[index]) * Double(values[index])
            gradient[index] += weight * values[index]
          }
          return weight * Float(sum / 2)
        }
      }
    }
  }
}

/// The mean over positions of ⟨a, v⟩ with a fixed direction v of C numbers.
public struct DirectionObjective: Objective {
  /// A layer of the net, by its name.
  public var layer: String
  /// A number a channel.
  public var direction: [Float]
  /// Names of the layers that it reads.
  public var layers: [String] { [layer] }

  /// With the properties of the same names.
  public init(layer: String, direction: [Float]) {
    self.layer = layer
    self.direction = direction
  }

  /// Values and cotangents, as ``Objective/evaluate(_:addingTo:weight:)`` asks for them.
  public func evaluate(
    _ activations: [Tensor], addingTo cotangents: inout [Tensor], weight: Float
  ) throws -> [Float] {
    let view = try ChannelView(activations[0].shape, layer: layer)
    guard direction.count == view.channels else {
      throw ObjectiveError.wrongDirection(layer: layer, expected: view.channels, found: direction.count)
    }
    var values = [Float](repeating: 0, count: view.batch)
    for (channel, component) in direction.enumerated() where component != 0 {
      let part = ChannelObjective(layer: layer, channel: channel)
      let means = try part.evaluate(activations, addingTo: &cotangents, weight: weight * component)
      for sample in values.indices { values[sample] += means[sample] }
    }
    return values
  }
}

/// A weighted sum of objectives, which may read the same or different layers.
public struct WeightedSum: Objective {
  /// Objectives and their weights.
  public var terms: [(weight: Float, objective: any Objective)]
  /// Of all terms, each once.
  public let layers: [String]

  /// With the property of the same name.
  public init(_ terms: [(weight: Float, objective: any Objective)]) {
    self.terms = terms
    var seen: Set<String> = []
    layers = terms.flatMap(\.objective.layers).filter { seen.insert($0).inserted }
  }

  /// Channels of each layer that count; plans leave the others out.
  public var channelsRead: [String: Range<Int>] {
    var found: [String: Range<Int>] = [:]
    for layer in layers {
      let ranges = terms.filter { $0.objective.layers.contains(layer) }.map { $0.objective.channelsRead[layer] }
      guard !ranges.contains(nil), let first = ranges.compactMap({ $0?.lowerBound }).min(),
        let end = ranges.compactMap({ $0?.upperBound }).max()
      else { continue }
      found[layer] = first..<end
    }
    return found
  }

  /// Values and cotangents, as ``Objective/evaluate(_:addingTo:weight:)`` asks for them.
  public func evaluate(
    _ activations: [Tensor], addingTo cotangents: inout [Tensor], weight: Float
  ) throws -> [Float] {
    var total: [Float] = []
    for term in terms {
      let places = term.objective.layers.compactMap(layers.firstIndex)
      var parts = places.map { cotangents[$0] }
      // Handing the tensors over, not sharing them, lets the term write in place.
      for place in places { cotangents[place] = Tensor([0]) }
      let values = try term.objective.evaluate(
        places.map { activations[$0] }, addingTo: &parts, weight: weight * term.weight)
      for (place, part) in zip(places, parts) { cotangents[place] = part }
      total = total.isEmpty ? values : zip(total, values).map(+)
    }
    return total
  }

  /// With every choice made that depends on the activations.
  public func settled(by activations: [Tensor]) -> any Objective {
    WeightedSum(
      terms.map { term in
        let places = term.objective.layers.compactMap(layers.firstIndex)
        return (term.weight, term.objective.settled(by: places.map { activations[$0] }))
      })
  }
}
