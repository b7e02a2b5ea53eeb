import GinghamLattices
import GinghamModels
import GinghamNetworks
import GinghamPrediction
import GinghamSignals

extension Model {
  /// How evenly a generator paints, or how even the gradient at a classifier's pixels is, and the multiply-adds of a
  /// picture.
  ///
  /// - Parameter blur: kernel of one more convolution behind each enlarging layer, or taps of a binomial blur pool in
  ///   place of each strided layer's stride; 1: none.
  /// - Throws: ``NetworkError``, ``ArtifactError`` where nothing can be predicted.
  public func evenness(
    blur: Int, options: PredictionOptions
  ) throws -> (unevenness: Unevenness, multiplyAdds: Int) {
    let network = try bound()
    let layers: [StridedLayer]
    let unevenness: Unevenness
    if try Generator.isGenerator(self) {
      let prediction = try PicturePrediction(network, output: Generator(self).output, options: options)
      layers = blur > 1 ? prediction.upsamplingLayers : []
      unevenness = try prediction.unevenness(
        with: Dictionary(layers.map { ($0.value, .convolutionNearerPixels(kernel: blur)) }) { first, _ in first })
    } else {
      let prediction = try GradientPrediction(
        network, target: self.network.value(ofLayer: "output"), options: options)
      layers = blur > 1 ? prediction.stridedLayers.filter { !$0.isPool } : []
      let taps = FilterTaps.binomial(blur).map(Double.init)
      unevenness = try prediction.unevenness(
        with: Dictionary(layers.map { ($0.value, .blurPool(taps: taps)) }) { first, _ in first })
    }
    let blurs = layers.reduce(0) { $0 + blur * blur * (network.shapes[$1.value]?.elementCount ?? 0) }
    return (unevenness, network.layerStatistics.multiplyAdds + blurs)
  }
}
