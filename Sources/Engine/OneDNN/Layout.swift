import COneDNN
import GinghamTensors

/// How the elements of a value lie in memory.
enum Form: Hashable {
  /// Row-major, as users see tensors.
  case plain
  /// Channels in blocks of one vector register, the block innermost: N × ⌈C/b⌉ × H × W × b. Missing channels of the
  /// last block are zero.
  case blocked
  /// Channels of a position side by side, N × H × W × C: what matrix units read.
  case channelsLast
  /// The same order, each number rounded to bfloat16: only what reads nothing else may find a value in this form.
  case bfloat16

  /// The forms that hold numbers of 32 bits.
  static let byPreference: [Form] = [.channelsLast, .blocked, .plain]

  /// The form of 32 bits with the same order.
  var whole: Form { self == .bfloat16 ? .channelsLast : self }
}

/// A shape together with the form its elements are stored in.
struct Layout {
  let shape: Shape
  let form: Form
  let block: Int

  init(_ shape: Shape, _ form: Form, block: Int) {
    self.shape = shape
    self.form = form
    self.block = block
  }

  /// Whether values of this shape can be stored in channel blocks.
  static func canBlock(_ shape: Shape) -> Bool { (3...5).contains(shape.rank) }

  var channels: Int { shape[1] }
  var paddedChannels: Int { (channels + block - 1) / block * block }

  /// Elements in memory, padding included.
  var elementCount: Int {
    form != .blocked || channels == 0 ? shape.elementCount : shape.elementCount / channels * paddedChannels
  }

  var byteCount: Int { max(elementCount, 1) * (form == .bfloat16 ? 2 : MemoryLayout<Float>.stride) }

  func with(_ form: Form) -> Layout { Layout(shape, form, block: block) }

  /// Channels that stand side by side, and how many such groups of planes a picture has: one channel of each plane
  /// in row-major order, a block, or all.
  var lanes: Int {
    switch form {
    case .plain: 1
    case .blocked: block
    case .channelsLast, .bfloat16: channels
    }
  }

  var planes: Int { form.whole == .channelsLast ? 1 : (channels + lanes - 1) / max(lanes, 1) }

  /// Whether all forms of 32 bits hold the same bytes in the same order for this shape.
  var formsCoincide: Bool {
    shape.spatial.allSatisfy { $0 == 1 } && channels == paddedChannels
  }

  /// - Parameter type: of what stands there beside the value's own numbers, such as a mask.
  func descriptor(_ type: dnnl_data_type_t? = nil) throws -> MemoryDescription {
    let type = type ?? (form == .bfloat16 ? dnnl_bf16 : dnnl_f32)
    switch form {
    case .plain:
      return try .strided(shape.dimensions, strides: shape.strides, type)
    case .blocked:
      let tags =
        block == 16 ? [dnnl_nCw16c, dnnl_nChw16c, dnnl_nCdhw16c] : [dnnl_nCw8c, dnnl_nChw8c, dnnl_nCdhw8c]
      return try .tagged(shape.dimensions, tags[shape.rank - 3], type)
    case .channelsLast, .bfloat16:
      return try .tagged(shape.dimensions, [dnnl_nwc, dnnl_nhwc, dnnl_ndhwc][shape.rank - 3], type)
    }
  }
}
