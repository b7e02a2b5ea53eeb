import GinghamLattices
import GinghamNetworks
import GinghamTensors

/// How often a stack of transposed convolutions paints each position: the article's demos in numbers. Read the other
/// way round, the same counts say how often a stack of strided convolutions reads each pixel, the layer nearest the
/// pixels standing last.
public struct OverlapDemo: Hashable, Sendable {
  /// From the latent to the picture.
  public let layers: [DeconvolutionLayer]
  /// Positions that the stack starts from.
  public let inputCount: Int
  /// Counts behind each layer along one axis.
  public let counts: [[Int]]

  /// Positions a stack may paint: enough for any real one.
  static let longest = 1 << 20

  /// - Throws: ``ArtifactError/badNotation(text:why:)`` where a layer paints nothing or more than a million positions.
  public init(layers: [DeconvolutionLayer], inputs inputCount: Int = 8) throws {
    guard inputCount > 0, inputCount <= OverlapDemo.longest else {
      throw ArtifactError.badArgument("a demo starts from 1…\(OverlapDemo.longest) inputs, not \(inputCount)")
    }
    guard !layers.isEmpty else { throw ArtifactError.badNotation(text: "", why: "there is no layer") }
    self.layers = layers
    self.inputCount = inputCount
    var line = [Int](repeating: 1, count: inputCount)
    var counts: [[Int]] = []
    for layer in layers {
      let geometry = try layer.geometry(input: line.count)
      guard geometry.input <= OverlapDemo.longest else {
        throw ArtifactError.badNotation(text: "\(layer)", why: "it paints more than \(OverlapDemo.longest) positions")
      }
      var painted = [Int](repeating: 0, count: geometry.input)
      for position in line.indices {
        for tap in geometry.taps(ofOutput: position) {
          let target = position * layer.stride + tap * layer.dilation - layer.padding
          let (sum, overflow) = painted[target].addingReportingOverflow(line[position])
          guard !overflow else { throw ArtifactError.badNotation(text: "\(layer)", why: "its counts overflow") }
          painted[target] = sum
        }
      }
      line = painted
      counts.append(line)
    }
    self.counts = counts
  }

  /// Stacks written as `3/2,3/2`: commas join the layers of a stack, semicolons part stacks that are to be compared.
  ///
  /// - Throws: ``ArtifactError/badNotation(text:why:)``.
  public static func demos(parsing text: String, inputs: Int = 8) throws -> [OverlapDemo] {
    try text.split(separator: ";", omittingEmptySubsequences: false).map { stack in
      let layers = try stack.split(separator: ",", omittingEmptySubsequences: false).map {
        try DeconvolutionLayer(parsing: $0)
      }
      return try OverlapDemo(layers: layers, inputs: inputs)
    }
  }

  /// Counts behind the last layer.
  public var line: [Int] { counts.last ?? [] }

  /// Counts of the two-dimensional demo behind the last layer: the products of the two axes.
  public var plane: [[Int]] { line.map { row in line.map { row &* $0 } } }

  /// One tile of the counts behind each layer far from all borders, Π strides long.
  public var interior: [[Int]] {
    var line = [1]
    return layers.map { layer in
      let tile = line.count * layer.stride
      guard tile <= OverlapDemo.longest else { return [] }
      var painted = [Int](repeating: 0, count: tile)
      for position in line.indices {
        for tap in 0..<layer.kernel {
          painted[wrapped(position * layer.stride + tap * layer.dilation - layer.padding, tile)] &+=
            line[position]
        }
      }
      line = painted
      return painted
    }
  }

  /// CV² of the interior along one axis behind the last layer, exactly; `nil` where it does not fit an `Int`.
  public var unevenness: Fraction? {
    guard let tile = interior.last, !tile.isEmpty else { return nil }
    var (sum, squares) = (0, 0)
    for count in tile {
      let (square, overflow) = count.multipliedReportingOverflow(by: count)
      let (next, second) = squares.addingReportingOverflow(square)
      guard !overflow, !second else { return nil }
      squares = next
      sum += count
    }
    let (square, overflow) = sum.multipliedReportingOverflow(by: sum)
    let (scaled, second) = squares.multipliedReportingOverflow(by: tile.count)
    return overflow || second ? nil : Fraction(scaled - square, square)
  }

  /// CV² of the two-dimensional interior: (1 + the axis')² − 1.
  public var planeUnevenness: Fraction? { unevenness?.onBothAxes }

  /// Strongest over weakest interior count along one axis; `nil` where a position is never painted. The
  /// two-dimensional one is its square.
  public var maxMin: Fraction? {
    guard let tile = interior.last, let high = tile.max(), let low = tile.min() else { return nil }
    return Fraction(high, low)
  }
}

extension OverlapDemo {
  /// The side of the stack's lattice: how soon the counts far from the borders repeat, at least 1.
  public var latticeSide: Int {
    // A tile of which shorter parts repeat has a shorter lattice.
    let tile = interior.last ?? []
    return (1...max(tile.count, 1)).first { length in
      tile.count.isMultiple(of: length) && tile.indices.allSatisfy { tile[$0] == tile[$0 % length] }
    } ?? 1
  }

  /// The unevenness of the two-dimensional interior, by band; the lattice is as long as the product of the strides.
  ///
  /// - Throws: ``ArtifactError/badNotation(text:why:)`` for lattices above 1024 positions.
  public func interiorUnevenness() throws -> Unevenness {
    var line = interior.last ?? []
    guard !line.isEmpty, line.count <= 1024 else {
      throw ArtifactError.badNotation(
        text: layers.map(\.description).joined(separator: ","), why: "its lattice is longer than 1024 positions")
    }
    if line.count == 1 { line += line }
    let products = line.flatMap { row in line.map { Double(row) * Double($0) } }
    return Unevenness(of: PhaseTable(lattice: try Lattice(period: line.count), values: products))
  }

  /// Of one channel in two dimensions; the largest number where they are more than it.
  public var multiplyAdds: Int {
    var sum = 0
    for (count, layer) in zip([inputCount] + counts.map(\.count), layers) {
      let axis = count.multipliedReportingOverflow(by: layer.kernel)
      let plane = axis.partialValue.multipliedReportingOverflow(by: axis.partialValue)
      let next = sum.addingReportingOverflow(plane.partialValue)
      guard !axis.overflow, !plane.overflow, !next.overflow else { return .max }
      sum = next.partialValue
    }
    return sum
  }
}
