import GinghamNetworks
import GinghamTensors

extension OperatorTable {
  static let sums: [String: OperatorTranslator] = [
    "Einsum": { node in
      guard !node.inputs.isEmpty, !node.inputs.contains(nil) else { throw node.malformed("an operand is missing") }
      let text = try node.attributes.required("equation", node.attributes.string("equation"))
      let composer = Composer(node)
      try composer.give(EinsteinSum(text, composer).result())
    }
  ]
}

/// A sum over indices that operands share, such as `nchw,ck->nkhw` (Einstein's convention). Two operands at a time
/// meet in one product of matrices: what both keep is their batch, what is summed away lies between them.
private struct EinsteinSum {
  private struct Operand {
    var term: Term
    var labels: [Character]
  }

  private let composer: Composer
  private var operands: [Operand] = []
  private let output: [Character]

  init(_ equation: String, _ composer: Composer) throws {
    self.composer = composer
    let node = composer.node
    let text = equation.filter { $0 != " " }
    let sides = text.components(separatedBy: "->")
    let parts = sides[0].split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    guard sides.count <= 2, parts.count == node.inputs.count else {
      throw node.malformed("the equation '\(equation)' does not fit \(node.inputs.count) operands")
    }
    // An ellipsis stands for as many axes as its operand has beyond the named ones: digits name them from the right.
    func labels(_ part: String, rank: Int?) throws -> [Character] {
      let pieces = part.components(separatedBy: "...")
      guard pieces.count <= 2, pieces.allSatisfy({ $0.allSatisfy(\.isLetter) }) else {
        throw node.malformed("the equation '\(equation)'")
      }
      guard pieces.count == 2 else { return Array(part) }
      guard let rank else { throw node.unsupported("an ellipsis over an open number of axes") }
      let hidden = rank - pieces[0].count - pieces[1].count
      guard (0...9).contains(hidden) else { throw node.malformed("the equation '\(equation)' for \(rank) axes") }
      return Array(pieces[0]) + (0..<hidden).reversed().map { Character(String($0)) } + Array(pieces[1])
    }
    var ellipsis = 0
    for (index, part) in parts.enumerated() {
      let names = try labels(part, rank: node.axisCount(ofInput: index))
      if let rank = node.axisCount(ofInput: index), rank != names.count {
        throw node.malformed("the equation '\(equation)' gives input \(index) \(names.count) axes, it has \(rank)")
      }
      ellipsis = max(ellipsis, names.count(where: \.isNumber))
      operands.append(Operand(term: try composer.input(index), labels: names))
    }
    let all = operands.flatMap(\.labels)
    if sides.count == 2 {
      output = try labels(sides[1], rank: sides[1].filter(\.isLetter).count + ellipsis)
    } else {
      // Without an arrow: the ellipsis, then what occurs once, in alphabetical order.
      output =
        (0..<ellipsis).reversed().map { Character(String($0)) }
        + Set(all.filter { label in label.isLetter && all.count(where: { $0 == label }) == 1 }).sorted()
    }
    guard Set(output).count == output.count, output.allSatisfy(all.contains) else {
      throw node.malformed("the equation '\(equation)'")
    }
  }

  func result() -> Term {
    var operands = operands.map(diagonal)
    while operands.count > 1 {
      let rest = operands[2...]
      let later = Set(rest.flatMap(\.labels) + output)
      operands = [multiplied(operands[0], operands[1], keeping: later)] + rest
    }
    let summed = self.summed(operands[0], keeping: Set(output))
    return ordered(summed, output)
  }

  /// A label that occurs twice in one operand means its diagonal: the other elements are left out, then summed over.
  private func diagonal(_ operand: Operand) -> Operand {
    var operand = operand
    while let label = operand.labels.first(where: { label in operand.labels.count(where: { $0 == label }) > 1 }) {
      let places = operand.labels.indices.filter { operand.labels[$0] == label }
      let (first, second) = (places[0], places[1])
      func along(_ axis: Int) -> Term {
        composer.range(operand.term.extent(axis)).reshaped(
          [.fixed(-1)] + [Term.Extent](repeating: 1, count: operand.labels.count - 1 - axis))
      }
      let isOn = along(first).combined(.equal, along(second))
      operand.term = composer.select(isOn, operand.term, composer.float(0)).reduced(.sum, [second], keeps: false)
      operand.labels.remove(at: second)
    }
    return operand
  }

  private func summed(_ operand: Operand, keeping kept: Set<Character>) -> Operand {
    let axes = operand.labels.indices.filter { !kept.contains(operand.labels[$0]) }
    guard !axes.isEmpty else { return operand }
    return Operand(
      term: operand.term.reduced(.sum, axes, keeps: false), labels: operand.labels.filter(kept.contains))
  }

  private func ordered(_ operand: Operand, _ labels: [Character]) -> Term {
    guard operand.labels != labels else { return operand.term }
    return operand.term.transposed(labels.compactMap { operand.labels.firstIndex(of: $0) })
  }

  private func multiplied(_ left: Operand, _ right: Operand, keeping kept: Set<Character>) -> Operand {
    let (first, second) = (
      summed(left, keeping: kept.union(right.labels)), summed(right, keeping: kept.union(left.labels))
    )
    let shared = first.labels.filter(second.labels.contains)
    let batch = shared.filter(kept.contains)
    let inner = shared.filter { !kept.contains($0) }
    let rows = first.labels.filter { !shared.contains($0) }
    let columns = second.labels.filter { !shared.contains($0) }
    guard !inner.isEmpty else {
      // Nothing is summed: an outer product.
      let labels = batch + rows + columns
      let a = ordered(first, batch + rows)
      let b = ordered(second, batch + columns)
      let spread = columns.isEmpty ? a : a.reshaped([.computed(a.shape())] + columns.map { _ in 1 })
      let placed =
        rows.isEmpty || columns.isEmpty && batch.isEmpty
        ? b
        : b.reshaped(
          (batch.isEmpty ? [] : [.computed(b.shape(from: 0, to: batch.count))]) + rows.map { _ in 1 }
            + (columns.isEmpty ? [] : [.computed(b.shape(from: batch.count))]))
      return Operand(term: spread * placed, labels: labels)
    }
    let (a, b) = (ordered(first, batch + rows + inner), ordered(second, batch + inner + columns))
    let product = matrix(a, batch.count, rows.count, inner.count)
      .product(with: matrix(b, batch.count, inner.count, columns.count))
    let labels = batch + rows + columns
    guard rows.count != 1 || columns.count != 1 else { return Operand(term: product, labels: labels) }
    // One axis for the rows and one for the columns become as many as there are labels.
    let extents = [
      product.shape(from: 0, to: batch.count), a.shape(from: batch.count, to: batch.count + rows.count),
      b.shape(from: batch.count + inner.count),
    ]
    return Operand(term: product.reshaped(extents.map(Term.Extent.computed)), labels: labels)
  }

  /// An operand with one axis for the first group of axes behind its batch and one for the second.
  private func matrix(_ x: Term, _ batch: Int, _ first: Int, _ second: Int) -> Term {
    guard first != 1 || second != 1 else { return x }
    func size(_ count: Int, _ from: Int) -> Term.Extent {
      count == 0 ? 1 : .computed(x.shape(from: from, to: from + count).reduced(.product, [0]))
    }
    return x.reshaped(
      .computed(x.shape(from: 0, to: batch)), size(first, batch), size(second, batch + first))
  }
}
