import GinghamModels
import GinghamNetworks
import GinghamTensors

/// The layers that a run looks at, each with numbers of its units.
struct UnitSelection {
  /// A layer once, in the order of the net or as they were named.
  let layers: [(name: String, units: [Int])]

  /// - Parameters:
  ///   - names: of layers; `nil`: those of all convolutions that have units in the range.
  ///   - range: of units; `nil`: all.
  ///   - size: at which the net is bound.
  /// - Throws: ``NetworkError`` where a layer is unknown, ``ObjectiveError`` for units that a named layer has not.
  init(
    of model: Model, in table: LayerTable, named names: [String]?, within range: ClosedRange<Int>?, size: PictureSize
  )
    throws
  {
    var seen: Set<String> = []
    let all = names ?? table.layers.filter { $0.operation == "convolution" }.map(\.name)
    layers = try all.filter { seen.insert($0).inserted }.map { name in
      let within = names == nil ? nil : range
      let units = try model.channels(of: name, within: within, size: size)
      return (name, names == nil ? units.filter { range?.contains($0) ?? true } : units)
    }.filter { !$0.1.isEmpty }
  }

  /// Of all layers together.
  var count: Int { layers.reduce(0) { $0 + $1.units.count } }
}
