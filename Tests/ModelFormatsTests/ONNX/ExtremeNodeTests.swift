import GinghamNetworks
import GinghamTensors
import Testing

@testable import GinghamModelFormats

/// Every operator that can be read, with attributes and inputs drawn from what breaks arithmetic: each file is refused by
/// a typed error, or loaded and bound. New operators are drawn as soon as the table has them.
@Suite struct ExtremeNodeTests {
  /// A number for each draw, so that every run tries the same files.
  private struct Draws {
    private let sequence: BitSequence
    private var count = 0

    init(_ name: String) { sequence = BitSequence(seed: 7, name: name) }

    mutating func below(_ bound: Int) -> Int {
      count += 1
      return sequence.integer(count, below: bound)
    }

    mutating func one<Element>(of elements: [Element]) -> Element { elements[below(elements.count)] }
  }

  private static let integers = [
    0, 1, 2, 3, 4, -1, -2, -4, 64, -65, 1 << 24, (1 << 24) + 1, 1 << 31, 1 << 40, 1 << 62, .max, .min, 7, 13,
  ]
  private static let floats: [Float] = [0, 1, -1, 2, 0.5, .nan, .infinity, -.infinity, 0x1p-149, 1e-30, 3e38, -3e38]
  private static let words = [
    "", "NOTSET", "SAME_UPPER", "SAME_LOWER", "VALID", "constant", "reflect", "edge", "wrap", "nearest", "linear",
    "cubic",
    "align_corners", "asymmetric", "tf_crop_and_resize", "half_pixel_symmetric", "pytorch_half_pixel", "floor", "ceil",
    "round_prefer_ceil", "not_larger", "not_smaller", "DCR", "CRD", "tanh", "none", "sum", "add", "mul",
    "forward", "reverse", "bidirectional",
  ]
  /// Attributes of the standard operators by the type their definitions give them.
  private static let names: [(kind: Kind, names: [String])] = [
    (
      .integer,
      [
        "axis", "group", "blocksize", "num_groups", "size", "start", "end", "to", "keepdims", "ceil_mode",
        "exclude_outside", "antialias", "transA", "transB", "num_outputs", "noop_with_empty_axes", "allowzero",
        "count_include_pad", "training_mode", "spatial", "fmod", "batch_dims", "exclusive", "reverse", "largest",
        "sorted",
        "align_corners", "stash_type", "p", "upper", "k", "saturate", "dtype", "select_last_index", "value_int",
        "storage_order", "detect_negative", "detect_positive", "across_channels", "hidden_size", "layout",
        "linear_before_reset", "input_forget",
      ]
    ),
    (
      .list,
      [
        "axes", "kernel_shape", "strides", "dilations", "pads", "output_shape", "output_padding", "perm", "split",
        "starts", "ends", "repeats", "shape", "value_ints", "block_shape",
      ]
    ),
    (
      .float,
      [
        "alpha", "beta", "gamma", "epsilon", "bias", "lambd", "min", "max", "value", "value_float", "cubic_coeff_a",
        "extrapolation_value", "high", "low", "mean", "scale", "spatial_scale", "threshold",
        "clip",
      ]
    ),
    (.floats, ["scales", "value_floats", "activation_alpha", "activation_beta"]),
    (
      .word,
      [
        "mode", "auto_pad", "coordinate_transformation_mode", "nearest_mode", "keep_aspect_ratio_policy", "approximate",
        "padding_mode", "reduction", "equation", "direction", "interpolation_mode",
      ]
    ),
    (.tensor, ["value"]),
  ]

  private enum Kind { case integer, list, float, floats, word, tensor }

  private func attribute(_ kind: Kind, _ draws: inout Draws) -> ModelSketch.Attribute {
    switch kind {
    case .integer: .int(draws.one(of: Self.integers))
    case .list: .ints((0..<draws.below(6)).map { _ in draws.one(of: Self.integers) })
    case .float: .float(draws.one(of: Self.floats))
    case .floats: .floats((0..<draws.below(6)).map { _ in draws.one(of: Self.floats) })
    case .word: .string(draws.one(of: Self.words))
    case .tensor: .tensor(.int64s([draws.one(of: Self.integers)]))
    }
  }

  private func tensor(_ name: String, _ draws: inout Draws) -> ModelSketch.TensorSketch {
    switch draws.below(7) {
    case 0: return .int64s((0..<draws.below(6)).map { _ in draws.one(of: Self.integers) }, name: name)
    case 1: return .int64s([draws.one(of: Self.integers)], shape: [], name: name)
    case 2: return .floats((0..<draws.below(6)).map { _ in draws.one(of: Self.floats) }, name: name)
    case 3: return .floats([draws.one(of: Self.floats)], shape: [], name: name)
    case 4: return .floats([Float](repeating: 0.5, count: 4), name: name)
    case 5: return .floats([Float](repeating: 0.5, count: 144), shape: [4, 4, 3, 3], name: name)
    default:
      let shape = [draws.one(of: [1, 2]), draws.one(of: [1, 3, 4, 8, 12]), draws.one(of: [1, 3, 4])]
      return .floats([Float](repeating: 0.5, count: shape.reduce(1, *)), shape: shape, name: name)
    }
  }

  private func model(_ type: String, _ draws: inout Draws) -> ModelSketch {
    var model = ModelSketch(operatorSet: draws.one(of: [6, 9, 10, 11, 13, 16, 18, 20, 21, 23]))
    model.inputs = [
      (
        "x", 1,
        draws.one(of: [[1, 4, 8, 8], [1, 4, 8, 8], [2, 3], [0, 4, 8, 8], [1, 4, 0, 8], [5, 2, 3], [8], []])
      )
    ]
    var inputs = [draws.below(8) == 0 ? "c0" : "x"]
    for index in 1..<(1 + draws.below(5)) { inputs.append(draws.one(of: ["c\(index)", "c\(index)", "x", ""])) }
    model.initializers = inputs.filter { $0.hasPrefix("c") }.map { tensor($0, &draws) }
    var attributes: [String: ModelSketch.Attribute] = [:]
    for _ in 0..<draws.below(5) {
      let family = draws.one(of: Self.names)
      attributes[draws.one(of: family.names)] = attribute(family.kind, &draws)
    }
    model.nodes = [
      ModelSketch.NodeSketch(
        type: type, inputs: inputs,
        outputs: draws.one(of: [["y"], ["y"], ["y"], ["y"], ["y", "z"], ["y", "z", "w"], ["", "y"], []]),
        attributes: attributes)
    ]
    model.outputs = ["y"]
    return model
  }

  @Test(arguments: OperatorTable.translators.keys.sorted()) func anyNodeIsBoundOrRefused(_ type: String) throws {
    let folder = TemporaryFolder()
    var draws = Draws(type)
    for _ in 0..<40 {
      do {
        _ = try model(type, &draws).load(in: folder).bound().layerStatistics.multiplyAdds
      } catch is FormatError {
      } catch is NetworkError {
      }
    }
  }
}
