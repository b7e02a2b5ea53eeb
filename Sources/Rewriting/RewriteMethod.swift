import GinghamNetworks

/// A way to write a layer anew so that it leaves no grid.
public enum RewriteMethod: String, Hashable, Sendable, Codable, CaseIterable {
  /// A transposed convolution becomes a nearest-neighbour resize and a convolution of stride 1 (Odena, Dumoulin & Olah
  /// 2016), whose kernel is the learned one's least-squares fit.
  case nearest
  /// The same with a linear resize.
  case bilinear
  /// A transposed convolution becomes a convolution for each phase and a depth-to-space: exactly the same output.
  case subpixel
  /// The same with the filters of all phases averaged, as they would start out after ICNR (Aitken et al. 2017).
  case icnr
  /// The kernel of a transposed convolution, or of a convolution in front of a depth-to-space, changes by as little as
  /// makes its phase sums equal (Kiya et al. 2018).
  case equalise
  /// A strided convolution or pool becomes one of stride 1 and a strided blur behind it (Zhang 2019).
  case blurpool
  /// The same with all cut off above the Nyquist frequency of the positions that are kept (Grabinski et al. 2022).
  case lowcut
  /// Each channel of a strided layer, enlarging or not, samples a phase of its own, and their unevenness averages out.
  case stagger
}

/// What a rewrite may be told beside its method.
public struct RewriteOptions: Hashable, Sendable {
  /// What a convolution behind a resize finds beyond the border.
  public enum Border: String, Hashable, Sendable, Codable, CaseIterable {
    /// Nothing, as the transposed convolution did: what the network was trained with.
    case zero
    /// The picture mirrored, or its last pixel repeated where it is too small for that.
    case reflect
  }

  /// What a convolution behind a resize finds beyond the border.
  public var border: Border
  /// Side of the kernel behind a resize; `nil`: the shortest that can paint what the layer painted, with as many taps
  /// for each phase.
  public var kernel: Int?
  /// Of a staggered layer: where each channel samples (of a transposed convolution: where each input channel is painted);
  /// `nil`: dealt out by the channels' numbers.
  public var offsets: [StaggerOffset]?

  /// With the properties of the same names.
  public init(border: Border = .zero, kernel: Int? = nil, offsets: [StaggerOffset]? = nil) {
    self.border = border
    self.kernel = kernel
    self.offsets = offsets
  }
}

/// What was done to a layer.
public struct LayerRewrite: Hashable, Sendable, Encodable {
  /// A layer of the net, by its name.
  public var layer: String
  /// How it was rewritten.
  public internal(set) var method = RewriteMethod.equalise
  /// What the layer was.
  public var from: String
  /// What it is now.
  public var to: String
  /// ‖new − old‖/‖old‖ of the kernels the layer amounts to: the relative error of its output for white noise; 0 where
  /// nothing changes. `nil` for pools, which have no kernel, and where kernels only move.
  public var fitError: Double?
  /// Of a staggered layer: the place of each channel.
  public var offsets: [StaggerOffset]?

  private enum CodingKeys: String, CodingKey {
    case layer, method, from, to, fitError, offsets
  }
}

extension LayerRewrite {
  /// Every key is always there: a pool's error is null.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(layer, forKey: .layer)
    try container.encode(method, forKey: .method)
    try container.encode(from, forKey: .from)
    try container.encode(to, forKey: .to)
    try container.encode(fitError, forKey: .fitError)
    try container.encodeIfPresent(offsets, forKey: .offsets)
  }
}

extension Network {
  /// Writes a layer anew, in place; everything around it, and every shape, stays as it is.
  ///
  /// - Parameter bound: this network at a size of its inputs.
  /// - Throws: ``NetworkError/unknownLayer(name:nearest:)``; ``ArtifactError/unsupported(layer:why:)`` where the method
  ///   does not apply to the layer.
  public mutating func rewrite(
    layer name: String, with method: RewriteMethod, options: RewriteOptions = RewriteOptions(), bound: BoundNetwork
  ) throws -> LayerRewrite {
    let site = try RewriteSite(layer: name, of: self, bound: bound)
    var (network, rewrite) =
      switch method {
      case .nearest: try ResizeConvolution(.nearest, options: options).rewriting(site)
      case .bilinear: try ResizeConvolution(.linear, options: options).rewriting(site)
      case .subpixel: try SubPixelConvolution(averagesPhases: false).rewriting(site)
      case .icnr: try SubPixelConvolution(averagesPhases: true).rewriting(site)
      case .equalise: try EqualPhaseSums().rewriting(site)
      case .blurpool: try BlurPool().rewriting(site)
      case .lowcut: try LowCutPool().rewriting(site)
      case .stagger: try Stagger(offsets: options.offsets).rewriting(site)
      }
    self = network
    rewrite.method = method
    return rewrite
  }

  /// The layers a method applies to, in the network's order: those with a stride above 1 of the kind it rewrites.
  public func layers(for method: RewriteMethod) -> [String] {
    nodes.filter { node in
      switch (node.operation, method) {
      case (.transposedConvolution(let layer), .nearest), (.transposedConvolution(let layer), .bilinear),
        (.transposedConvolution(let layer), .subpixel), (.transposedConvolution(let layer), .icnr),
        (.transposedConvolution(let layer), .equalise), (.transposedConvolution(let layer), .stagger):
        layer.window.strides.contains { $0 > 1 }
      case (.convolution, .icnr), (.convolution, .equalise): isSubPixel(node)
      case (_, .blurpool), (_, .lowcut), (.convolution, .stagger), (.maxPool, .stagger), (.averagePool, .stagger):
        node.operation.downsamplingWindow?.window.strides.contains { $0 > 1 } ?? false
      default: false
      }
    }.map(\.name)
  }

  private func isSubPixel(_ node: Node) -> Bool {
    let readers = nodes.filter { $0.inputs.contains(node.outputs[0]) }
    guard readers.count == 1, case .depthToSpace = readers[0].operation else { return false }
    return true
  }
}
