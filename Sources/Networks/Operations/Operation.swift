import GinghamTensors

/// What a node computes. One case an operator family, one attribute struct a case.
///
/// Attributes that a file may also compute (a reshape's target, the bounds of a slice) are optional: `nil` says that
/// the value comes in as an input. Binding a network to its input shape fills them in and drops those inputs, so that
/// engines see fixed attributes only.
public enum Operation: Hashable, Sendable {
  // Windows. Inputs: x, weight, optional bias. Weights are (out, in/groups, k…) and (in, out/groups, k…).
  case convolution(Convolution)
  case transposedConvolution(TransposedConvolution)
  case maxPool(MaxPool)
  case averagePool(AveragePool)

  // Pointwise.
  case pointwise(Pointwise)
  /// x, slope (broadcast against x).
  case parametricReLU
  /// Any number of inputs, broadcast against each other.
  case elementwise(Elementwise)
  /// condition, a, b: a where the condition is not zero, b elsewhere.
  case select
  case pixelNormalization(PixelNormalization)

  // Normalization. Inputs: x, scale, bias (and mean, variance for batch normalization).
  case batchNormalization(epsilon: Float)
  case instanceNormalization(epsilon: Float)
  /// Over `axis` and every axis behind it.
  case layerNormalization(axis: Int, epsilon: Float)
  /// Scale and bias are a channel's (opset 21) where they have C elements, a group's (opset 18) where they have G.
  case groupNormalization(groups: Int, epsilon: Float)
  case localResponseNormalization(LocalResponseNormalization)

  // Reductions and dense algebra.
  case reduce(Reduction)
  case matrixMultiply
  /// a, b, optional c.
  case generalMatrixMultiply(GeneralMatrixMultiply)
  case softmax(Softmax)

  // Moving elements.
  case concatenate(axis: Int)
  case split(Split)
  case slice(Slice)
  case pad(Pad)
  /// `nil` reverses the axes.
  case transpose(permutation: [Int]?)
  case reshape(Reshape)
  case flatten(axis: Int)
  case squeeze(axes: [Int]?)
  case unsqueeze(axes: [Int]?)
  /// x, indices: the slices of x along `axis` that the indices name.
  case gather(axis: Int)
  case expand(shape: [Int]?)
  /// A list as it lies along an axis of the second input; one number for all, or as many axes, stay as they are.
  case align(axis: Int)
  case tile(repeats: [Int]?)
  case resize(Resize)
  case depthToSpace(blockSize: Int, order: DepthOrder)
  case spaceToDepth(blockSize: Int)

  // Elements chosen by indices that are data. Inputs: x, indices (and updates for scattering).
  /// Element by element along `axis`, on all other axes at the index's own place.
  case gatherElements(axis: Int)
  /// The last axis of the indices names slices of x, behind `batchAxes` axes that both share.
  case gatherSlices(batchAxes: Int)
  case scatterElements(axis: Int, Scattering)
  case scatterSlices(Scattering)
  case gridSample(GridSample)
  case regionAlign(RegionAlign)

  // Order along an axis.
  case cumulativeSum(CumulativeSum)
  /// Outputs: the elements, and their places.
  case topK(TopK)
  case extremePlace(ExtremePlace)

  // Nothing at inference.
  case identity
  case dropout
  case cast(ElementType)

  // Rounding to quantised types and back.
  case quantize(Quantization)
  /// x to 8 bits without a sign, with a scale and zero point of its own range: y, scale, zero point.
  case dynamicQuantize

  /// Of the matrices in the last two axes.
  case determinant

  // Shapes as data: folded when the network is bound.
  case shapeOf(start: Int, end: Int?)
  case sizeOf
  /// A tensor of the shape its input lists, filled with `value`.
  case constantOfShape(value: Double, type: ElementType)
  case range
  /// Places of the elements that are not zero, an axis a row. Known of constants only.
  case nonZero
  case unique(Unique)
  case random(RandomFill)

  // Bodies, brought into line when the network is bound.
  case branch(Branch)
  case loop(Loop)

  /// What Gingham cannot do: binding it fails.
  case missing(MissingOperator)
}

/// Cross-correlation with kernels O×I/G×k…, and a bias.
public struct Convolution: Hashable, Sendable {
  /// Where the taps stand.
  public var window: Window
  /// Channels are convolved in so many groups.
  public var groups: Int

  /// With the properties of the same names.
  public init(_ window: Window, groups: Int = 1) {
    self.window = window
    self.groups = groups
  }
}

/// The transpose of a convolution, with kernels I×O/G×k…
public struct TransposedConvolution: Hashable, Sendable {
  /// Where the taps stand.
  public var window: Window
  /// Channels are convolved in so many groups.
  public var groups: Int
  /// Rows and columns added at the end; `nil`: none, or as the output's size wants.
  public var outputPadding: [Int]?
  /// Overrides the padding (ONNX `output_shape`).
  public var outputSize: [Int]?

  /// With the properties of the same names.
  public init(_ window: Window, groups: Int = 1, outputPadding: [Int]? = nil, outputSize: [Int]? = nil) {
    self.window = window
    self.groups = groups
    self.outputPadding = outputPadding
    self.outputSize = outputSize
  }
}

/// The largest of each window.
public struct MaxPool: Hashable, Sendable {
  /// Where the taps stand.
  public var window: Window

  /// With the property of the same name.
  public init(_ window: Window) {
    self.window = window
  }
}

/// The mean of each window.
public struct AveragePool: Hashable, Sendable {
  /// Where the taps stand.
  public var window: Window
  /// Whether zeros beyond the border count.
  public var countsPadding: Bool
  /// Extents that come out whatever goes in, as PyTorch's `AdaptiveAvgPool` has them; the window is open then. Binding
  /// replaces such a pool by what it is at the extents at hand.
  public var adaptiveSize: [Int]?

  /// With the properties of the same names.
  public init(_ window: Window, countsPadding: Bool) {
    self.window = window
    self.countsPadding = countsPadding
  }

  /// With the property of the same name.
  public init(adaptiveSize: [Int]) {
    window = Window(kernel: [], strides: [])
    countsPadding = true
    self.adaptiveSize = adaptiveSize
  }
}

/// y = ((a + bias)^−β) · x with a the mean square over `size` neighbouring channels times α (Krizhevsky et al. 2012).
public struct LocalResponseNormalization: Hashable, Sendable {
  /// Channels that are summed over.
  public var size: Int
  /// Factor of the sum, over ``size``.
  public var alpha: Float
  /// Exponent of the divisor.
  public var beta: Float
  /// Summand of the divisor.
  public var bias: Float

  /// With the properties of the same names.
  public init(size: Int, alpha: Float = 1e-4, beta: Float = 0.75, bias: Float = 1) {
    self.size = size
    self.alpha = alpha
    self.beta = beta
    self.bias = bias
  }
}

/// Axes become one number.
public struct Reduction: Hashable, Sendable {
  /// What they become.
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    case mean, sum, sumOfSquares, product, maximum, minimum, l1, l2, logSum, logSumExp
  }

  /// Which axes.
  public enum Axes: Hashable, Sendable {
    case all
    /// Every axis behind batch and channel: global pooling.
    case spatial
    case listed([Int])
    /// Read from the second input; where that is absent or empty, all axes, or none where `emptyMeansNone`.
    case fromInput(emptyMeansNone: Bool)
  }

  /// What they become.
  public var kind: Kind
  /// Which axes.
  public var axes: Axes
  /// Whether they stay, with an extent of one.
  public var keepsDimensions: Bool

  /// With the properties of the same names.
  public init(_ kind: Kind, axes: Axes, keepsDimensions: Bool = true) {
    self.kind = kind
    self.axes = axes
    self.keepsDimensions = keepsDimensions
  }
}

/// y = alpha · A·B + beta · C, with A and B transposed where told.
///
/// A that is not transposed may have axes in front of its rows, as a dense layer on N×T×C tokens has: every one of them
/// counts as rows, and y keeps them.
public struct GeneralMatrixMultiply: Hashable, Sendable {
  /// Factor of the product.
  public var alpha: Float
  /// Factor of the summand.
  public var beta: Float
  /// Whether the first matrix is transposed.
  public var transposesA: Bool
  /// Whether the second matrix is transposed.
  public var transposesB: Bool

  /// With the properties of the same names.
  public init(alpha: Float = 1, beta: Float = 1, transposesA: Bool = false, transposesB: Bool = false) {
    self.alpha = alpha
    self.beta = beta
    self.transposesA = transposesA
    self.transposesB = transposesB
  }
}

/// Exponentials over their sum.
public struct Softmax: Hashable, Sendable {
  /// The axis, from 0; negative ones count from the last.
  public var axis: Int
  /// Whether the logarithm is meant.
  public var isLogarithmic: Bool
  /// ONNX up to opset 12: the input is seen as a matrix split before `axis`, and rows are normalised.
  public var flattensBehindAxis: Bool

  /// With the properties of the same names.
  public init(axis: Int, isLogarithmic: Bool = false, flattensBehindAxis: Bool = false) {
    self.axis = axis
    self.isLogarithmic = isLogarithmic
    self.flattensBehindAxis = flattensBehindAxis
  }
}

/// Parts along an axis.
public struct Split: Hashable, Sendable {
  /// The axis, from 0; negative ones count from the last.
  public var axis: Int
  /// `nil`: equal parts, one an output (the last may be smaller), or read from the second input.
  public var sizes: [Int]?

  /// With the properties of the same names.
  public init(axis: Int, sizes: [Int]? = nil) {
    self.axis = axis
    self.sizes = sizes
  }
}

/// One entry an axis named in `axes`. After binding: one entry for every axis, `starts` and `ends` inside the extent
/// and counted from its front, `axes` equal to 0, 1, 2 …; an `end` of −1 with a negative step reaches element 0.
public struct Slice: Hashable, Sendable {
  /// First elements; `nil`: of an input.
  public var starts: [Int]?
  /// Elements behind the last; `nil`: of an input.
  public var ends: [Int]?
  /// Axes; `nil`: the first ones, or of an input.
  public var axes: [Int]?
  /// Steps; `nil`: one, or of an input.
  public var steps: [Int]?

  /// With the properties of the same names.
  public init(starts: [Int]? = nil, ends: [Int]? = nil, axes: [Int]? = nil, steps: [Int]? = nil) {
    self.starts = starts
    self.ends = ends
    self.axes = axes
    self.steps = steps
  }
}

/// Elements beyond the border.
public struct Pad: Hashable, Sendable {
  /// What stands there.
  public enum Mode: String, Hashable, Sendable {
    case constant, reflect, edge, wrap

    /// What is read beyond the ends of an axis; a constant stands in for zero.
    public var border: Border {
      switch self {
      case .constant: .zero
      case .reflect: .reflect
      case .edge: .replicate
      case .wrap: .wrap
      }
    }
  }

  /// What stands there.
  public var mode: Mode
  /// Elements added before and behind every axis; negative ones crop. `nil`: read from the second input.
  public var before: [Int]?
  /// Elements behind each axis; `nil`: of an input.
  public var after: [Int]?
  /// Of the mode `constant`.
  public var value: Float

  /// With the properties of the same names.
  public init(mode: Mode, before: [Int]? = nil, after: [Int]? = nil, value: Float = 0) {
    self.mode = mode
    self.before = before
    self.after = after
    self.value = value
  }
}

/// The same elements under another shape.
public struct Reshape: Hashable, Sendable {
  /// May hold one −1 and, unless `allowsZero`, zeros that copy the input's extent. `nil`: the second input.
  public var shape: [Int]?
  /// Whether a 0 means an empty axis, not the old extent.
  public var allowsZero: Bool

  /// With the properties of the same names.
  public init(shape: [Int]? = nil, allowsZero: Bool = false) {
    self.shape = shape
    self.allowsZero = allowsZero
  }
}

/// Which of the channel axis' factors counts the blocks: depth–column–row or column–row–depth.
public enum DepthOrder: String, Hashable, Sendable {
  case depthFirst, columnFirst
}

/// What turns a stored pixel in 0…1 into what the network was trained on, differentiated through:
/// output channel c is scale[c] · x[source[c]] + shift[c].
public struct PixelNormalization: Hashable, Sendable {
  /// The channel of the input that each channel takes.
  public var source: [Int]
  /// A factor a channel.
  public var scale: [Float]
  /// A summand a channel.
  public var shift: [Float]

  /// With the properties of the same names.
  public init(source: [Int], scale: [Float], shift: [Float]) {
    self.source = source
    self.scale = scale
    self.shift = shift
  }

  /// (x − mean)/deviation a channel, both in units of 0…1.
  public init(mean: [Float], deviation: [Float]) {
    source = Array(mean.indices)
    scale = deviation.map { 1 / $0 }
    shift = zip(mean, deviation).map { -$0 / $1 }
  }
}
