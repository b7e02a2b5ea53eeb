import GinghamDifferentiation
import GinghamNetworks

/// Makes the kernel of one node at its bound shapes, in the arithmetic of `Scalar`.
///
/// Weights arrive as buffers at run time like any other input; only what steers the computation (the indices of a
/// gather) is read from `network.constants` here.
///
/// - Throws: ``EngineError/unsupported(operation:node:why:)`` where the node cannot carry pixels or is not fully bound.
package func makeKernel<Scalar: ReferenceScalar>(
  _ node: Node, in network: BoundNetwork, rules: BackwardRules, as scalar: Scalar.Type
) throws -> any Kernel<Scalar> {
  let request = try KernelRequest(node, in: network, rules: rules)
  // Named scalars, so that the compiler specialises every kernel for them.
  let specialized: Any? =
    switch scalar {
    case is Float.Type: try request.kernel(as: Float.self)
    case is Double.Type: try request.kernel(as: Double.self)
    default: nil
    }
  if let kernel = specialized as? AnyKernel<Scalar> { return kernel }
  return try request.kernel(as: Scalar.self)
}

extension KernelRequest {
  /// The one list of kernels.
  func kernel<Scalar: ReferenceScalar>(as scalar: Scalar.Type) throws -> AnyKernel<Scalar> {
    let kernel: AnyKernel<Scalar> = try exactKernel()
    for output in node.outputs {
      if let taps = rules.smoothing[output] { return AnyKernel(try SmoothedKernel<Scalar>(kernel, taps: taps, self)) }
    }
    return kernel
  }

  private func exactKernel<Scalar: ReferenceScalar>() throws -> AnyKernel<Scalar> {
    switch node.operation {
    case .convolution(let convolution): AnyKernel(try ConvolutionKernel<Scalar>(convolution, self))
    case .transposedConvolution(let convolution):
      AnyKernel(try TransposedConvolutionKernel<Scalar>(convolution, self))
    case .maxPool(let pool): AnyKernel(try MaxPoolKernel<Scalar>(pool, self))
    case .averagePool(let pool): AnyKernel(try AveragePoolKernel<Scalar>(pool, self))

    case .pointwise(let function): pointwise(function)
    case .parametricReLU: AnyKernel(try parametricReLU() as BinaryKernel<Scalar>)
    case .elementwise(let function): try elementwise(function)
    case .select: AnyKernel(try SelectKernel<Scalar>(self))
    case .pixelNormalization(let attributes): AnyKernel(try PixelNormalizationKernel<Scalar>(attributes, self))

    case .batchNormalization(let epsilon): AnyKernel(try BatchNormalizationKernel<Scalar>(epsilon: epsilon, self))
    case .instanceNormalization(let epsilon):
      AnyKernel(try GroupNormalizationKernel<Scalar>(groups: nil, epsilon: epsilon, self))
    case .layerNormalization(let axis, let epsilon):
      AnyKernel(try GroupNormalizationKernel<Scalar>(axis: axis, epsilon: epsilon, self))
    case .groupNormalization(let groups, let epsilon):
      AnyKernel(try GroupNormalizationKernel<Scalar>(groups: groups, epsilon: epsilon, self))
    case .localResponseNormalization(let attributes):
      AnyKernel(try LocalResponseNormalizationKernel<Scalar>(attributes, self))

    case .reduce(let reduction): AnyKernel(try ReductionKernel<Scalar>(reduction, self))
    case .matrixMultiply: AnyKernel(try MatrixProductKernel<Scalar>(self))
    case .generalMatrixMultiply(let attributes): AnyKernel(try GeneralMatrixProductKernel<Scalar>(attributes, self))
    case .softmax(let softmax): AnyKernel(try SoftmaxKernel<Scalar>(softmax, self))

    case .concatenate(let axis): AnyKernel(try ConcatenationKernel<Scalar>(axis: axis, self))
    case .split(let split): AnyKernel(try SplitKernel<Scalar>(axis: split.axis, self))
    case .slice(let slice): AnyKernel(try self.slice(slice) as ViewKernel<Scalar>)
    case .pad(let pad): AnyKernel(try self.pad(pad) as ViewKernel<Scalar>)
    case .transpose(let permutation): AnyKernel(try transpose(permutation) as ViewKernel<Scalar>)
    case .gather(let axis):
      constant(1) == nil
        ? AnyKernel(try IndexedGatherKernel<Scalar>(self)) : AnyKernel(try gather(axis: axis) as ViewKernel<Scalar>)
    case .gatherElements, .gatherSlices: AnyKernel(try IndexedGatherKernel<Scalar>(self))
    case .scatterElements(_, let scattering), .scatterSlices(let scattering):
      AnyKernel(try IndexedScatterKernel<Scalar>(scattering, self))
    case .gridSample(let sample): AnyKernel(try GridSampleKernel<Scalar>(sample, self))
    case .regionAlign(let align): AnyKernel(try RegionAlignKernel<Scalar>(align, self))
    case .cumulativeSum(let sum): AnyKernel(try CumulativeSumKernel<Scalar>(sum, self))
    case .topK(let top): AnyKernel(try TopKKernel<Scalar>(top, self))
    case .extremePlace(let place): AnyKernel(try ExtremePlaceKernel<Scalar>(place, self))
    case .quantize(let quantization): AnyKernel(try QuantizationKernel<Scalar>(quantization, self))
    case .dynamicQuantize: AnyKernel(DynamicQuantizationKernel<Scalar>())
    case .determinant: AnyKernel(try DeterminantKernel<Scalar>(self))
    case .expand: AnyKernel(try expand() as ViewKernel<Scalar>)
    case .tile: AnyKernel(try tile() as ViewKernel<Scalar>)
    case .depthToSpace(let block, let order): AnyKernel(try depthToSpace(block, order: order) as ViewKernel<Scalar>)
    case .spaceToDepth(let block): AnyKernel(try spaceToDepth(block) as ViewKernel<Scalar>)
    case .resize(let resize): AnyKernel(try ResizeKernel<Scalar>(resize, self))

    case .identity, .dropout, .reshape, .flatten, .squeeze, .unsqueeze: AnyKernel(try copy() as CopyKernel<Scalar>)
    case .cast(let type): try cast(to: type)

    case .align, .shapeOf, .sizeOf, .constantOfShape, .range, .nonZero, .unique, .random, .branch, .loop, .missing:
      throw unsupported("it was not folded when the network was bound")
    }
  }
}
