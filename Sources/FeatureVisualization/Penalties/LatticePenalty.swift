import GinghamLattices
import GinghamSignals
import GinghamTensors

/// The signed lattice energy itself: the share of a picture's fine detail that repeats with a period, Var_p(μ_p)/Var,
/// mean over the channels, 0…1. What is penalised is exactly what is measured: ``SignedLatticeEnergy`` of the map
/// high-passed by a ``TriangleFilter``.
public struct LatticePenalty: PicturePenalty, Hashable {
  /// In pixels.
  public let period: Int
  /// Deviation of the detail, in units of 0…1, at which its share counts half; fainter detail counts less: the price is
  /// Var_p(μ_p)/(Var + faintest²). A share does not depend on contrast, so that without this the noise at a start would
  /// weigh as much as a picture, and its derivative a hundred times more.
  public let faintest: Double

  /// With the properties of the same names.
  public init(period: Int, faintest: Double = 0) {
    self.period = period
    self.faintest = faintest
  }

  /// What is the same in every step, made once.
  public func planned(for size: PictureSize) throws -> any PicturePenalty { try Planned(self, size) }

  /// Prices of N×C×H×W, one a picture; weight times their slopes are taken from `gradient`.
  public func evaluate(_ pictures: Tensor, weight: Float, subtractingFrom gradient: inout Tensor) throws -> [Float] {
    try Planned(self, pictures.pictureSize).evaluate(pictures, weight: weight, subtractingFrom: &gradient)
  }

  /// The high-pass of one size.
  private struct Planned: PicturePenalty {
    private let period: Int
    private let faintest: Double
    private let smoothing: SeparableMap
    private let interior: WindowMap

    init(_ penalty: LatticePenalty, _ size: PictureSize) throws {
      (period, faintest) = (penalty.period, penalty.faintest)
      guard period >= 2 else {
        throw VisualizationError.contradiction("a lattice penalty has a period of 2 or more, not \(period)")
      }
      let border = PictureLattice.filterPeriod(for: period)
      let (height, width) = (size.height - 2 * border, size.width - 2 * border)
      guard height >= 2 * period, width >= 2 * period else {
        throw VisualizationError.contradiction(
          "the lattice penalty of period \(period) needs pictures of at least \(2 * (border + period)) pixels a side")
      }
      smoothing = SeparableMap.filter(
        height: size.height, width: size.width, taps: FilterTaps.triangle(border), border: .zero)
      interior = WindowMap(
        inputSize: size, outputSize: PictureSize(height: height, width: width), top: border, left: border)
    }

    func evaluate(_ pictures: Tensor, weight: Float, subtractingFrom gradient: inout Tensor) -> [Float] {
      let loop = PenaltyLoop(pictures.shape)
      var detail = interior(pictures)
      detail.add(interior(smoothing(pictures)), times: -1)
      let (slopes, values) = shares(detail, factor: weight / Float(loop.channels))
      let spread = interior.adjoint(slopes)
      gradient.add(spread, times: -1)
      gradient.add(smoothing.adjoint(spread))
      return (0..<loop.pictures).map { picture in
        values[(picture * loop.channels)..<((picture + 1) * loop.channels)].reduce(0, +) * weight / Float(loop.channels)
      }
    }

    /// Share of each map, and its derivative times `factor`: 2((μ_p − μ) − share·(f − μ))/(N·(Var + faintest²)).
    private func shares(_ maps: Tensor, factor: Float) -> (slopes: Tensor, values: [Float]) {
      let size = maps.pictureSize
      let (rows, columns) = (size.height / period * period, size.width / period * period)
      let lattice = Lattice(unchecked: period)
      let (phases, count) = (period * period, Double(rows * columns))
      var values: [Float] = []
      let slopes = maps.withUnsafeBufferPointer { source in
        Tensor(maps.shape) { target in
          target.update(repeating: 0)
          for start in stride(from: 0, to: source.count, by: size.area) {
            var sums = [Double](repeating: 0, count: phases)
            var squares = 0.0
            lattice.forEachPixel(rows: rows, columns: columns, pitch: size.width, from: start) { index, phase in
              sums[phase] += Double(source[index])
              squares += Double(source[index]) * Double(source[index])
            }
            let mean = sums.reduce(0, +) / count
            let variance = squares / count - mean * mean
            guard variance > 1e-12 * max(mean * mean, 1e-12) else {
              values.append(0)
              continue
            }
            let divisor = variance + faintest * faintest
            let offsets = sums.map { $0 * Double(phases) / count - mean }
            let share = offsets.reduce(0) { $0 + $1 * $1 } / Double(phases) / divisor
            values.append(Float(share))
            let scale = Double(factor) * 2 / (count * divisor)
            lattice.forEachPixel(rows: rows, columns: columns, pitch: size.width, from: start) { index, phase in
              target[index] = Float(scale * (offsets[phase] - share * (Double(source[index]) - mean)))
            }
          }
        }
      }
      return (slopes, values)
    }
  }
}

/// ``LatticePenalty`` as recipes name it.
public struct LatticePrice: PenaltyPart {
  /// What settings, manifests and findings call it.
  public static let name = "lattice"
  /// In a line of the help text.
  public static let summary = "fine detail that repeats with a period; without one the network's"

  /// `nil`: the network's.
  public var period: Int?

  /// With the property of the same name.
  public init(period: Int? = nil) {
    self.period = period
  }

  private static let settings: [RecipeSetting<LatticePrice>] = [
    RecipeSetting("period", \.period, unset: PeriodText.network, help: "The lattice's side in pixels.")
  ]

  /// From what a recipe says behind its name.
  ///
  /// - Throws: ``DocumentError`` where that is not of its kind.
  public init(reading value: PartValue) throws { self = try value.settings(Self.settings, of: LatticePrice()) }
  /// As a recipe has it behind the name; `nil` where the name is all.
  public var printedValue: String? { Self.settings.printed(self) }

  /// With the net's lattice where none is named.
  public func resolved(period: Int) -> Self { Self(period: self.period ?? period) }

  /// The price itself.
  public func penalty() throws -> any PicturePenalty {
    guard let period else { throw VisualizationError.contradiction("the lattice penalty has no period") }
    return LatticePenalty(period: period, faintest: 0.05)
  }
}

extension PenaltyKind {
  /// Fine detail that repeats with a period; `nil`: the network's.
  public static func lattice(period: Int? = nil) -> Self { Self(LatticePrice(period: period)) }
}
