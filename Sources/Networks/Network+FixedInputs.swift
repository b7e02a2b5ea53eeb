import GinghamTensors

extension Network {
  /// Turns an input into a constant: a style's weights, a mask.
  ///
  /// - Throws: ``NetworkError/unknownInput(name:known:)``.
  public mutating func fix(input name: String, at constant: Constant) throws {
    guard let index = inputs.firstIndex(where: { self.name(of: $0.value) == name }) else {
      throw NetworkError.unknownInput(name: name, known: inputs.map { self.name(of: $0.value) })
    }
    constants[inputs[index].value] = constant
    inputs.remove(at: index)
  }
}
