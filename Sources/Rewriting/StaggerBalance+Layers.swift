import GinghamLattices
import GinghamNetworks
import GinghamTensors

/// What the channels of a layer carry on the phases of the lattice that is coarser in the layer, row-major Q×Q, by
/// channel: the mean power of gradients behind a layer that reads its input, the means and powers in front of one that
/// paints.
public struct ChannelPhases: Sendable {
  /// Of the lattice, in elements of the map; 1: one mean a channel.
  public let period: Int
  /// Channel by channel: Q×Q sums of values and of squares over maps.
  private var sums: [[Double]]
  private var squares: [[Double]]
  private var maps = 0

  /// - Parameter period: phases a side.
  public init(channels: Int, period: Int) {
    self.period = period
    sums = [[Double]](repeating: [Double](repeating: 0, count: period * period), count: channels)
    squares = sums
  }

  /// Channels so far.
  public var channels: Int { sums.count }

  /// Adds a map 1×C×H×W, cropped to whole lattices.
  ///
  /// - Throws: ``ArtifactError/tooSmall(height:width:needed:why:)`` below one period a side,
  ///   ``ArtifactError/badArgument(_:)`` for another number of channels.
  public mutating func add(_ map: Tensor) throws {
    let planes = try Plane.planes(of: map)
    guard planes.count == sums.count else {
      throw ArtifactError.badArgument("\(planes.count) channels where \(sums.count) are gathered")
    }
    let lattice = Lattice(unchecked: period)
    for (channel, plane) in planes.enumerated() {
      let (mean, square) = (
        try PhaseTable(means: plane, lattice: lattice), try PhaseTable(means: plane.squared, lattice: lattice)
      )
      for phase in mean.values.indices {
        sums[channel][phase] += mean.values[phase]
        squares[channel][phase] += square.values[phase]
      }
    }
    maps += 1
  }

  /// Of a channel, over maps and the pixels of each phase.
  func mean(_ channel: Int) -> [Double] { sums[channel].map { $0 / Double(max(maps, 1)) } }

  /// The same of the squares.
  func power(_ channel: Int) -> [Double] { squares[channel].map { $0 / Double(max(maps, 1)) } }
}

extension StaggerBalance {
  /// For a layer that reads its input: what the gradients behind it send back to the phases in front of it, channel by
  /// channel. Each output channel spreads its power over its taps by their squares; a pool over all of its window.
  ///
  /// - Parameters:
  ///   - behind: gradients at the layer's output.
  ///   - weight: out × in/groups × kH × kW; `nil` for pools.
  public init?(reading window: Window, weight: Tensor?, behind: ChannelPhases) {
    guard window.kernel.count == 2, window.strides[0] == window.strides[1] else { return nil }
    let (stride, area) = (window.strides[0], window.kernel[0] * window.kernel[1])
    let period = behind.period * stride
    guard weight.map({ $0.shape.rank == 4 && $0.shape[0] == behind.channels }) ?? true else { return nil }
    let patterns = (0..<behind.channels).map { channel in
      var taps = [Double](repeating: 1 / Double(area), count: area)
      if let weight {
        let row = weight.shape[1] * area
        taps = [Double](repeating: 0, count: area)
        weight.withUnsafeBufferPointer { values in
          for index in 0..<row {
            let tap = Double(values[channel * row + index])
            taps[index % area] += tap * tap
          }
        }
      }
      return Self.spread(behind.power(channel), taps, window, period: behind.period)
    }
    self.init(patterns: patterns, period: period, strides: window.strides)
  }

  /// For a transposed convolution: what it paints on the phases of its output, input channel by input channel. A table an
  /// output channel for the mean, in units of the output's deviation, and one for the power of all, in units of its mean:
  /// a rectifier behind makes a mean of an uneven power.
  ///
  /// - Parameters:
  ///   - weight: in × out/groups × kH × kW.
  ///   - front: the layer's input.
  public init?(painting window: Window, groups: Int, weight: Tensor, front: ChannelPhases) {
    guard window.kernel.count == 2, window.strides[0] == window.strides[1], weight.shape.rank == 4,
      weight.shape[0] == front.channels, groups > 0, front.channels.isMultiple(of: groups)
    else { return nil }
    let (stride, area) = (window.strides[0], window.kernel[0] * window.kernel[1])
    let period = front.period * stride
    let (inner, phases) = (weight.shape[1], period * period)
    let outputs = inner * groups
    // Beyond this the tables of many channels cost more than they tell: the power alone is balanced.
    let balancesMeans = front.channels * outputs * phases <= 1 << 25
    var power = [[Double]]()
    var means = [[Double]]()
    for channel in 0..<front.channels {
      let (mean, square) = (front.mean(channel), front.power(channel))
      let variance = zip(mean, square).map { max(0, $1 - $0 * $0) }
      let filters = (0..<inner).map { filter in
        weight.withUnsafeBufferPointer { values in
          (0..<area).map { Double(values[(channel * inner + filter) * area + $0]) }
        }
      }
      let squares = (0..<area).map { tap in filters.reduce(0) { $0 + $1[tap] * $1[tap] } }
      power.append(Self.spread(variance, squares, window, period: front.period))
      guard balancesMeans else { continue }
      var tables = [Double](repeating: 0, count: outputs * phases)
      let first = channel / (front.channels / groups) * inner
      for (filter, taps) in filters.enumerated() {
        let table = Self.spread(mean, taps, window, period: front.period)
        for index in table.indices { tables[(first + filter) * phases + index] = table[index] }
      }
      means.append(tables)
    }
    let total = power.reduce(0) { $0 + $1.reduce(0, +) } / Double(phases)
    guard total > 0 else { return nil }
    let deviation = total.squareRoot()
    self.init(
      patterns: power.indices.map { channel in
        (balancesMeans ? means[channel].map { $0 / deviation } : []) + power[channel].map { $0 / total }
      }, period: period, strides: window.strides)
  }

  /// What each of Q×Q phases gives to the phases of Q·stride that its taps reach.
  private static func spread(
    _ amounts: [Double], _ taps: [Double], _ window: Window, period: Int
  ) -> [Double] {
    let side = period * window.strides[0]
    var table = [Double](repeating: 0, count: side * side)
    for row in 0..<period {
      for column in 0..<period {
        let amount = amounts[row * period + column]
        for y in 0..<window.kernel[0] {
          let target = (row * window.strides[0] + y * window.dilations[0]) % side * side
          for x in 0..<window.kernel[1] {
            table[target + (column * window.strides[1] + x * window.dilations[1]) % side] +=
              amount * taps[y * window.kernel[1] + x]
          }
        }
      }
    }
    return table
  }
}
