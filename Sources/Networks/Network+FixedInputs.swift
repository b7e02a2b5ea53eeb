import GinghamTensors

extension Network {
  /// Turns an input into a constant: a style's weights, a mask.
  ///
  /// - Throws: ``NetworkError/unknownInput(name:known:)``.
  public mutating func fix(input name: String, at constant: Constant) throws {
    guard let index = inputs.firstIndex(where: { self.name(of: $0.value) == name }) else {
      throw NetworkError.unknownInput(name: name, known: inputs.map { self.name(of: $0.value) })
    }
    let input = inputs[index]
    constants[input.value] = constant
    let example = inputs.first { $0 != input }?.shape.first ?? nil
    if let leading = input.shape.first, leading == nil || leading == example && input.shape.count > 1 {
      batchedConstants.insert(input.value)
    }
    inputs.remove(at: index)
  }
}
