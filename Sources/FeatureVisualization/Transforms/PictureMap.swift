import GinghamSignals
import GinghamTensors

/// One drawn transform of pictures of one size: affine, with the exact adjoint of its linear part.
public protocol PictureMap: Sendable {
  var inputSize: PictureSize { get }
  var outputSize: PictureSize { get }

  /// …×H×W to …×H′×W′.
  func mapped(_ picture: Tensor, on team: ThreadTeam) -> Tensor

  /// What a gradient at the result, …×H′×W′, is at the picture, …×H×W.
  func adjoint(_ gradient: Tensor, on team: ThreadTeam) -> Tensor

  /// This map behind another one as a single one that gives the same, where there is one.
  func following(_ first: any PictureMap) -> (any PictureMap)?
}

extension PictureMap {
  func callAsFunction(_ picture: Tensor) -> Tensor { mapped(picture, on: .alone) }
  func adjoint(_ gradient: Tensor) -> Tensor { adjoint(gradient, on: .alone) }
  func following(_ first: any PictureMap) -> (any PictureMap)? { nil }
}

extension Tensor {
  var pictureSize: PictureSize { PictureSize(height: shape[shape.rank - 2], width: shape[shape.rank - 1]) }

  func shape(with size: PictureSize) -> Shape {
    Shape(shape.dimensions.dropLast(2) + [size.height, size.width])
  }
}

/// The part of a picture that begins at a pixel, with a constant beyond the edges: cropping and padding in one.
struct WindowMap: PictureMap {
  let inputSize: PictureSize
  let outputSize: PictureSize
  /// Of the result's first pixel in the picture; negative where it lies outside.
  let top: Int
  let left: Int
  var fill: Float = 0.5

  /// The middle of a picture, or the picture in the middle of something larger.
  static func centred(_ inputSize: PictureSize, in outputSize: PictureSize, fill: Float = 0.5) -> WindowMap {
    func offset(_ input: Int, _ output: Int) -> Int {
      input >= output ? (input - output) / 2 : -((output - input) / 2)
    }
    return WindowMap(
      inputSize: inputSize, outputSize: outputSize, top: offset(inputSize.height, outputSize.height),
      left: offset(inputSize.width, outputSize.width), fill: fill)
  }

  func mapped(_ picture: Tensor, on team: ThreadTeam) -> Tensor {
    picture.withUnsafeBufferPointer { source in
      Tensor(picture.shape(with: outputSize)) { target in
        let isInside =
          top >= 0 && left >= 0 && top + outputSize.height <= inputSize.height
          && left + outputSize.width <= inputSize.width
        if !isInside { target.update(repeating: fill) }
        forEachRow(maps: picture.count / inputSize.area) { inner, outer, count in
          for x in 0..<count { target[outer + x] = source[inner + x] }
        }
      }
    }
  }

  func adjoint(_ gradient: Tensor, on team: ThreadTeam) -> Tensor {
    gradient.withUnsafeBufferPointer { source in
      Tensor(gradient.shape(with: inputSize)) { target in
        target.update(repeating: 0)
        forEachRow(maps: gradient.count / outputSize.area) { inner, outer, count in
          for x in 0..<count { target[inner + x] = source[outer + x] }
        }
      }
    }
  }

  var separable: SeparableMap {
    SeparableMap(
      vertical: .window(of: inputSize.height, offset: top, size: outputSize.height),
      horizontal: .window(of: inputSize.width, offset: left, size: outputSize.width))
  }

  func following(_ first: any PictureMap) -> (any PictureMap)? {
    switch first {
    case let first as WindowMap where first.fill == fill:
      ResampledMap(map: separable.following(first.separable), fill: fill)
    case let first as ResampledMap where first.fill == fill:
      ResampledMap(map: separable.following(first.map), fill: fill)
    case let first as RotationMap where first.fill == fill: first.seen(through: self)
    default: nil
    }
  }

  /// The rows that picture and result share: where they begin in each, and how long they are.
  private func forEachRow(maps: Int, _ body: (_ inner: Int, _ outer: Int, _ count: Int) -> Void) {
    let rows = max(0, -top)..<max(max(0, -top), min(outputSize.height, inputSize.height - top))
    let columns = max(0, -left)..<max(max(0, -left), min(outputSize.width, inputSize.width - left))
    guard !columns.isEmpty else { return }
    for map in 0..<maps {
      for y in rows {
        body(
          (map * inputSize.height + y + top) * inputSize.width + columns.lowerBound + left,
          (map * outputSize.height + y) * outputSize.width + columns.lowerBound, columns.count)
      }
    }
  }
}

/// The picture moved over a torus.
struct RollMap: PictureMap {
  let inputSize: PictureSize
  let rows: Int
  let columns: Int

  var outputSize: PictureSize { inputSize }
  func mapped(_ picture: Tensor, on team: ThreadTeam) -> Tensor { picture.rolled(by: (rows, columns)) }
  func adjoint(_ gradient: Tensor, on team: ThreadTeam) -> Tensor { gradient.rolled(by: (-rows, -columns)) }
}

/// A resampling or a filter that treats rows and columns alike. Its weights add up to one, so that a constant stays.
struct ResampledMap: PictureMap {
  let map: SeparableMap
  /// What windows in front of it and behind it show beyond the edges.
  var fill: Float = 0.5

  var inputSize: PictureSize { PictureSize(height: map.vertical.input, width: map.horizontal.input) }
  var outputSize: PictureSize { PictureSize(height: map.vertical.output, width: map.horizontal.output) }
  func mapped(_ picture: Tensor, on team: ThreadTeam) -> Tensor { map(picture, fill: fill, on: team) }
  func adjoint(_ gradient: Tensor, on team: ThreadTeam) -> Tensor { map.adjoint(gradient, on: team) }

  func following(_ first: any PictureMap) -> (any PictureMap)? {
    guard let window = first as? WindowMap, window.fill == fill else { return nil }
    return ResampledMap(map: map.following(window.separable), fill: fill)
  }
}

/// Left and right exchanged.
struct FlipMap: PictureMap {
  let inputSize: PictureSize

  var outputSize: PictureSize { inputSize }

  func mapped(_ picture: Tensor, on team: ThreadTeam) -> Tensor {
    let width = inputSize.width
    return picture.withUnsafeBufferPointer { source in
      Tensor(picture.shape) { target in
        for start in stride(from: 0, to: source.count, by: width) {
          for x in 0..<width { target[start + x] = source[start + width - 1 - x] }
        }
      }
    }
  }

  func adjoint(_ gradient: Tensor, on team: ThreadTeam) -> Tensor { mapped(gradient, on: team) }
}

/// Something added that does not depend on the picture.
struct ShiftMap: PictureMap {
  let inputSize: PictureSize
  let addend: @Sendable (Shape) -> Tensor

  var outputSize: PictureSize { inputSize }

  func mapped(_ picture: Tensor, on team: ThreadTeam) -> Tensor {
    var sum = addend(picture.shape)
    sum.add(picture)
    return sum
  }

  func adjoint(_ gradient: Tensor, on team: ThreadTeam) -> Tensor { gradient }
}

/// Maps one after the other.
struct ComposedMap: PictureMap {
  let inputSize: PictureSize
  let maps: [any PictureMap]

  init(inputSize: PictureSize, maps: [any PictureMap]) {
    self.inputSize = inputSize
    self.maps = maps
  }

  /// Neighbours that one map can stand for are one.
  init(inputSize: PictureSize, joining maps: [any PictureMap]) {
    var joined: [any PictureMap] = []
    for map in maps {
      if let composed = map as? ComposedMap, composed.maps.isEmpty { continue }
      if let last = joined.last, let both = map.following(last) {
        joined[joined.count - 1] = both
      } else {
        joined.append(map)
      }
    }
    self.init(inputSize: inputSize, maps: joined)
  }

  var outputSize: PictureSize { maps.last?.outputSize ?? inputSize }
  func mapped(_ picture: Tensor, on team: ThreadTeam) -> Tensor { maps.reduce(picture) { $1.mapped($0, on: team) } }
  func adjoint(_ gradient: Tensor, on team: ThreadTeam) -> Tensor {
    maps.reversed().reduce(gradient) { $1.adjoint($0, on: team) }
  }
}
