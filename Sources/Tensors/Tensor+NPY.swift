extension Tensor {
  /// Reads a `.npy` file, versions 1 to 3, C or Fortran order, as 32-bit floats.
  ///
  /// Takes little-endian float16, float32, float64, integers and truth values. float64 and integers beyond 2²⁴ are
  /// rounded. The elements are copied, so the file may change afterwards.
  ///
  /// - Throws: ``FormatError``.
  public init(npy path: String) throws {
    let file = try MappedFile(path: path)
    self = try Tensor(npy: file.bytes, path: path, location: "array")
  }

  init(npy bytes: UnsafeRawBufferPointer, path: String, location: String) throws {
    let header = try NPYHeader(bytes, path: path, location: location)
    guard let layout = header.layout(within: bytes.count) else {
      throw FormatError.malformed(
        path: path, location: location,
        reason:
          "\(header.shape) elements of \(header.type) do not fit the \(bytes.count - header.dataOffset) bytes there")
    }
    self.init(layout, copying: bytes)
  }

  /// Reads every array of an uncompressed `.npz` archive, in the archive's order, by the name it was saved under.
  ///
  /// - Throws: ``FormatError``; compressed archives are refused by name.
  public static func arrays(npz path: String) throws -> [(name: String, array: Tensor)] {
    let archive = try ZipArchive(MappedFile(path: path))
    return try archive.entries.map { entry in
      guard entry.name.hasSuffix(".npy") else {
        throw FormatError.malformed(path: path, location: "zip entry '\(entry.name)'", reason: "not a .npy array")
      }
      let array = try Tensor(npy: archive.bytes(of: entry), path: path, location: "array '\(entry.name)'")
      return (String(entry.name.dropLast(4)), array)
    }
  }

  /// Writes a `.npy` file of little-endian float32 in C order, atomically.
  ///
  /// - Throws: ``FormatError/unwritable(path:reason:)``.
  public func write(npy path: String) throws {
    try Self.write(npy: path, shape: shape) { append in try append(self) }
  }

  /// The same of an array whose elements come some at a time, so that it is never whole in memory.
  ///
  /// - Parameters:
  ///   - shape: of all.
  ///   - body: hands over the elements in C order, as tensors of any shape.
  /// - Throws: ``FormatError/unwritable(path:reason:)``, also where the elements are not as many as the shape has; what `body`
  ///   throws.
  public static func write(
    npy path: String, shape: Shape, _ body: (_ append: (Tensor) throws -> Void) throws -> Void
  ) throws {
    let extents = shape.dimensions.map { "\($0)," }.joined(separator: " ")
    let shapeLiteral = shape.rank > 1 ? "(\(extents.dropLast()))" : "(\(extents))"
    var header = "{'descr': '<f4', 'fortran_order': False, 'shape': \(shapeLiteral), }"
    // The elements start at a multiple of 64 bytes, so that they can be used where they lie.
    let prefix = 10
    header += String(repeating: " ", count: 63 - (prefix + header.utf8.count) % 64) + "\n"
    let length = UInt16(header.utf8.count)
    try AtomicFile.write(path) { writer in
      try writer.append([0x93] + "NUMPY".utf8 + [1, 0, UInt8(length & 0xff), UInt8(length >> 8)] + header.utf8)
      var written = 0
      try body { part in
        try writer.append(part)
        written += part.count
      }
      guard written == shape.elementCount else {
        throw FormatError.unwritable(path: path, reason: "\(written) elements came for an array of \(shape)")
      }
    }
  }
}
