import GinghamNetworks
import GinghamTensors

extension OperatorTable {
  static let attentions: [String: OperatorTranslator] = [
    "Attention": composed(3...7) { c in try c.attention() },
    "RotaryEmbedding": composed(3...4) { c in try c.rotaryEmbedding() },
    "Swish": composed(1...1) { c in
      let x = try c.input(0)
      let alpha = Double(try c.node.attributes.float("alpha") ?? 1)
      return alpha == 1 ? x.function(.silu) : x * (x * alpha).function(.sigmoid)
    },
  ]
}

extension Composer {
  /// softmax(Q·Kᵀ·scale + mask)·V a head (Vaswani et al. 2017), as operator sets 23 and 24 define it.
  fileprivate func attention() throws -> [Term?] {
    let attributes = node.attributes
    let heads = try attributes.int("q_num_heads", in: 1...65536)
    let keyHeads = try attributes.int("kv_num_heads", in: 1...65536)
    // Three axes hold all heads of a token side by side.
    func split(_ x: Term, _ count: Int?) -> Term {
      count.map { x.reshaped(0, 0, .fixed($0), -1).transposed([0, 2, 1, 3]) } ?? x
    }
    let query = split(try input(0), heads)
    var (key, value) = (split(try input(1), keyHeads), split(try input(2), keyHeads))
    let past = optional(4)
    if let past { key = concatenated([past, key], axis: 2) }
    if let past = optional(5) { value = concatenated([past, value], axis: 2) }
    let (presentKey, presentValue) = (key, value)
    if !areEqual(heads, keyHeads) {
      (key, value) = (repeated(key, as: query), repeated(value, as: query))
    }
    let scale =
      try attributes.float("scale").map { float(Double($0)) }
      ?? query.extent(-1).cast(to: .float32).function(.sqrt).function(.reciprocal)
    let product = (query * scale).product(with: key.transposed([0, 1, 3, 2]))
    var scores = product
    if let cap = try attributes.float("softcap"), cap > 0 {
      scores = (scores / Double(cap)).function(.tanh) * Double(cap)
    }
    let capped = scores
    for mask in try masks(query, key, past: past) { scores = scores + mask }
    let probabilities = scores.applying(.softmax(Softmax(axis: -1)))
    var result = probabilities.product(with: value)
    if heads != nil { result = result.transposed([0, 2, 1, 3]).reshaped(0, 0, -1) }
    let inner: Term
    switch try attributes.int("qk_matmul_output_mode") ?? 0 {
    case 0: inner = product
    case 1: inner = capped
    case 2: inner = scores
    case 3: inner = probabilities
    case let other: throw node.malformed("attribute 'qk_matmul_output_mode' is \(other)")
    }
    return [
      result, node.isOutputRead(1) ? presentKey : nil, node.isOutputRead(2) ? presentValue : nil,
      node.isOutputRead(3) ? inner : nil,
    ]
  }

  /// Whether queries have as many heads as keys, as far as the file says.
  private func areEqual(_ heads: Int?, _ keyHeads: Int?) -> Bool {
    if let heads, let keyHeads { return heads == keyHeads }
    guard let query = node.shape(ofInput: 0), let key = node.shape(ofInput: 1), query.count == 4, key.count == 4,
      let first = query[1], let second = key[1]
    else { return false }
    return first == second
  }

  /// Each head of a key serves several neighbouring heads of the query.
  private func repeated(_ x: Term, as query: Term) -> Term {
    let count = query.extent(1).divided(by: x.extent(1))
    return x.unsqueezed([2])
      .expanded([
        .computed(x.shape(from: 0, to: 2)), .computed(count), .computed(x.shape(from: 2)),
      ]).reshaped(.computed(query.shape(from: 0, to: 2)), .computed(x.shape(from: 2)))
  }

  /// What is added to the scores: 0 where a query may look, −∞ elsewhere, or a bias.
  private func masks(_ query: Term, _ key: Term, past: Term?) throws -> [Term] {
    var masks: [Term] = []
    func barring(_ allowed: Term) -> Term { select(allowed, float(0), float(-.infinity)) }
    if let mask = optional(3) {
      let isTruth = node.type(ofInput: 3) == .boolean
      let given = isTruth ? barring(mask) : mask
      // It may leave out the last keys, which nobody may look at then.
      masks.append(node.operatorSet >= 24 ? padded(given, to: key.extent(2)) : given)
    }
    let valid = optional(6)?.cast(to: .int64)
    if try node.attributes.flag("is_causal") ?? false {
      let rows = range(query.extent(2)).unsqueezed([1])
      let columns = range(key.extent(2))
      let offset = past?.extent(2) ?? valid.map { ($0 - query.extent(2)).reshaped(-1, 1, 1, 1) } ?? integer(0)
      masks.append(barring(columns.combined(.lessOrEqual, rows + offset)))
    }
    if let valid {
      masks.append(barring(range(key.extent(2)).combined(.less, valid.reshaped(-1, 1, 1, 1))))
    }
    return masks
  }

  private func padded(_ mask: Term, to extent: Term) -> Term {
    let missing = extent - mask.extent(-1)
    return apply(
      .pad(Pad(mode: .constant)), mask, concatenated([missing * 0, missing]), float(-.infinity), integers([-1]))
  }

  /// Pairs of features turned by an angle that grows with the position (Su et al. 2021).
  fileprivate func rotaryEmbedding() throws -> Term {
    let attributes = node.attributes
    let given = try input(0)
    let heads = try attributes.int("num_heads", in: 0...65536) ?? 0
    let isJoined = node.axisCount(ofInput: 0).map { $0 == 3 } ?? (heads > 0)
    // N×L×heads×features throughout.
    let x = isJoined ? given.reshaped(0, 0, .fixed(heads), -1) : given.transposed([0, 2, 1, 3])
    guard !isJoined || heads > 0 else { throw node.malformed("attribute 'num_heads' is missing") }
    let turned = try attributes.int("rotary_embedding_dim", in: 0...65536) ?? 0
    let features = turned > 0 ? x.sliced(0, .fixed(turned), axis: -1) : x
    func angles(_ index: Int) throws -> Term {
      let table = try input(index)
      return (optional(3).map { table.gathered($0) } ?? table).unsqueezed([2])
    }
    let (cosine, sine) = (try angles(1), try angles(2))
    let rotated: Term
    if try attributes.flag("interleaved") ?? false {
      let pairs = features.reshaped(0, 0, 0, -1, 2)
      let (a, b) = (pairs.gathered(0, axis: -1), pairs.gathered(1, axis: -1))
      let (real, imaginary) = (cosine * a - sine * b, sine * a + cosine * b)
      rotated = concatenated([real.unsqueezed([-1]), imaginary.unsqueezed([-1])], axis: -1).reshaped(like: features)
    } else {
      let halves = apply(.split(Split(axis: -1)), [features], outputs: 2)
      rotated = concatenated(
        [cosine * halves[0] - sine * halves[1], sine * halves[0] + cosine * halves[1]], axis: -1)
    }
    let whole =
      turned > 0
      ? concatenated([rotated, x.sliced(.fixed(turned), .fixed(1 << 40), axis: -1)], axis: -1) : rotated
    return isJoined ? whole.reshaped(like: given) : whole.transposed([0, 2, 1, 3])
  }
}
