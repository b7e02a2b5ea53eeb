import GinghamNetworks
import GinghamTensors

/// A pair of networks with random weights that differ in one thing: whether kernels divide by their strides.
///
/// A trained network has no trained twin without uneven overlap, and enlarging a trained kernel would need training
/// again. So the pair keeps the graph of the user's network and gives both members random weights (He et al. 2015, drawn
/// from the same seed by name): one with the kernels as they are, one with every kernel of a strided convolution or pool
/// enlarged to the next multiple of its stride, padded so that shapes stay. What the pair shows is due to geometry alone;
/// what training makes of it, it cannot show.
public struct EvenTwin: Sendable {
  /// The network's graph with random weights.
  public let uneven: Network
  /// The same with even kernels; `nil` where every kernel already divides by its stride.
  public let even: Network?
  /// Layers whose kernels were enlarged, by name.
  public let enlarged: [String]

  /// The twin of a net, with random weights of `seed`.
  ///
  /// - Throws: ``NetworkError`` where the net cannot be rewritten.
  public init(of network: Network, seed: UInt64) {
    uneven = network.withRandomWeights(seed: seed)
    var twin = network
    enlarged = twin.enlargeKernels()
    even = enlarged.isEmpty ? nil : twin.withRandomWeights(seed: seed)
  }
}

extension Window {
  /// The window with each kernel side enlarged to the next multiple of its stride; `nil` where all sides are multiples
  /// already, or where a dilation leaves phases out that no enlargement brings back.
  var enlargedToStride: Window? {
    let sides = kernel.indices.map { (kernel[$0] + strides[$0] - 1) / strides[$0] * strides[$0] }
    guard sides != kernel, dilations.allSatisfy({ $0 == 1 }) else { return nil }
    var window = self
    window.kernel = sides
    if case .explicit(let before, let after) = padding {
      let extra = sides.indices.map { sides[$0] - kernel[$0] }
      window.padding = .explicit(
        before: zip(before, extra).map { $0 + $1 / 2 }, after: zip(after, extra).map { $0 + $1 - $1 / 2 })
    }
    return window
  }
}

extension Network {
  /// Enlarges what can be; names the layers. Weights are made again by ``withRandomWeights(seed:)``.
  fileprivate mutating func enlargeKernels() -> [String] {
    var enlarged: [String] = []
    for index in nodes.indices {
      switch nodes[index].operation {
      case .convolution(var convolution):
        guard let window = convolution.window.enlargedToStride, nodes[index].inputs.count > 1,
          let weight = nodes[index].inputs[1], let old = constants[weight]
        else { continue }
        convolution.window = window
        nodes[index].operation = .convolution(convolution)
        let shape = Shape(Array(old.shape.dimensions.prefix(2)) + window.kernel)
        constants[weight] = .float(Tensor(shape))
      case .maxPool(var pool):
        guard let window = pool.window.enlargedToStride else { continue }
        pool.window = window
        nodes[index].operation = .maxPool(pool)
      case .averagePool(var pool):
        guard let window = pool.window.enlargedToStride else { continue }
        pool.window = window
        nodes[index].operation = .averagePool(pool)
      default: continue
      }
      enlarged.append(nodes[index].name)
    }
    return enlarged
  }
}

extension PhaseStudy {
  /// What random weights say: the first-order advantage of the strongest phase in the network's graph, and in the same
  /// with even kernels, over pictures and seeds.
  ///
  /// - Parameters:
  ///   - pictures: their number, and what reads one: 1×C×H×W.
  ///   - seeds: pairs of networks, from `seed` on.
  ///   - classifier: makes one of a network, for batches of `batch` pictures.
  /// - Returns: `nil` where nothing could be measured.
  /// - Throws: ``ProbingError``, and what reading and the engine throw.
  public func evenTwin(
    of network: Network, pictures: (count: Int, read: (Int) throws -> Tensor), seeds: Int = 3, seed: UInt64,
    batch: Int, classifier: (Network) throws -> Classifier
  ) throws -> EvenTwinFindings? {
    func advantages(_ network: Network) throws -> [Double] {
      let classifier = try classifier(network)
      let measurements = try (0..<pictures.count).map { index in
        let picture = try pictures.read(index)
        let repeated = Tensor.stacked((0..<batch).map { _ in picture })
        let label = try classifier.predictions(of: repeated)[0]
        return try firstOrder(picture, label: label, against: classifier, batch: batch)
      }
      return PhaseStudyFindings.topAdvantages(measurements)
    }
    var (uneven, even, enlarged): ([Double], [Double], [String]) = ([], [], [])
    for number in 0..<seeds {
      let twin = EvenTwin(of: network, seed: seed &+ UInt64(number))
      enlarged = twin.enlarged
      uneven += try advantages(twin.uneven)
      if let network = twin.even { even += try advantages(network) }
    }
    guard let estimate = Estimate(uneven, seed: seed) else { return nil }
    return EvenTwinFindings(enlarged: enlarged, seeds: seeds, uneven: estimate, even: Estimate(even, seed: seed))
  }
}
