import GinghamDifferentiation
import GinghamFeatureVisualization
import GinghamModels
import GinghamNetworks
import GinghamTensors

extension Model {
  /// Reads objectives, those of feature visualization among them: `diversity:LAYER`, `cosine:LAYER:file.npy[:POWER]`,
  /// `direction-neuron:LAYER:file.npy[:Y,X]`, `caricature:LAYER:picture`, `inversion:LAYER:picture`.
  ///
  /// - Parameters:
  ///   - batch: pictures made together, which diversity compares.
  ///   - size: what the network is shown.
  func visualizationParser(
    batch: Int, size: PictureSize, differentiator: any Differentiator
  ) -> ObjectiveParser {
    var parser = objectiveParser()
    let readDirection = parser.readDirection
    parser.moreKinds["diversity"] = { layer in
      guard !layer.isEmpty else { throw Self.unreadable("diversity:", "the layer's name is missing") }
      return DiversityObjective(layer: layer, pictures: batch)
    }
    parser.moreKinds["cosine"] = { text in
      var parts = Self.parts(text)
      var power = 2.0
      if parts.count > 2, let last = parts.last, let number = Double(last) {
        power = number
        parts.removeLast()
      }
      guard parts.count >= 2, let file = parts.popLast() else {
        throw Self.unreadable("cosine:" + text, "a cosine is written cosine:LAYER:file.npy[:POWER]")
      }
      return CosineDirectionObjective(
        layer: parts.joined(separator: ":"), direction: try readDirection(file), power: power)
    }
    parser.moreKinds["direction-neuron"] = { text in
      var parts = Self.parts(text)
      var position = CosineDirectionObjective.Position.centre
      let place = (parts.last ?? "").split(separator: ",").map { Int($0) }
      if parts.count > 2, place.count == 2, let y = place[0], let x = place[1] {
        position = .at(y: y, x: x)
        parts.removeLast()
      }
      guard parts.count >= 2, let file = parts.popLast() else {
        throw Self.unreadable(
          "direction-neuron:" + text, "it is written direction-neuron:LAYER:file.npy[:Y,X]")
      }
      return CosineDirectionObjective(
        layer: parts.joined(separator: ":"), direction: try readDirection(file), power: 0, position: position)
    }
    for (name, kind) in [("caricature", ReferenceObjective.Kind.caricature), ("inversion", .inversion)] {
      parser.moreKinds[name] = { text in
        var parts = Self.parts(text)
        guard parts.count >= 2, let file = parts.popLast() else {
          throw Self.unreadable(name + ":" + text, "it is written \(name):LAYER:picture.png")
        }
        let layer = parts.joined(separator: ":")
        return ReferenceObjective(
          kind, layer: layer,
          reference: try activation(of: layer, pictureAt: file, size: size, differentiator: differentiator))
      }
    }
    return parser
  }

  private static func unreadable(_ text: String, _ reason: String) -> ObjectiveError {
    .syntax(text: text, reason: reason)
  }

  private static func parts(_ text: String) -> [String] {
    text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
  }

  private func activation(
    of layer: String, pictureAt path: String, size: PictureSize, differentiator: any Differentiator
  ) throws -> Tensor {
    let picture = try PictureFolder.picture(path, channels: channels ?? 3)
    let input = picture.reshaped(to: Shape([1] + picture.shape.dimensions))
      .fitted(
        height: size.height, width: size.width, shorterSide: max(size.height, size.width), kernel: .bilinear)
    return try differentiator.plan(
      PlanRequest(inputShapes: [input.shape], targets: [network.value(ofLayer: layer)], gradients: [], readsMaps: true)
    ).forward([input])[0]
  }

  /// The same model for pictures of another size.
  func sized(_ size: PictureSize) -> Model {
    sized(height: size.height, width: size.width)
  }

  /// What is visualized where no size is given: that of the network's pictures, where it takes any size rounded down to a
  /// multiple of 32, as odd strides of 227 pixels serve nobody and primes have slow Fourier transforms.
  var pictureSize: PictureSize {
    let isOpen = network.inputs.first.map { $0.shape.count == 4 && $0.shape[2] == nil && $0.shape[3] == nil } ?? false
    func rounded(_ side: Int) -> Int { isOpen && side >= 64 ? side / 32 * 32 : side }
    return PictureSize(height: rounded(preprocessing.height), width: rounded(preprocessing.width))
  }
}
