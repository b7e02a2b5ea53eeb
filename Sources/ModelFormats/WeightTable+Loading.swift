import GinghamTensors

extension WeightTable {
  /// Reads a file of weights: safetensors, or what `torch.save` wrote in any version since 0.1.10. The content decides,
  /// not the extension.
  ///
  /// - Parameter key: which of a checkpoint's dictionaries, for example `netG_state_dict`; nested ones are joined by
  ///   dots, `""` is the outermost. Without it the only dictionary of tensors is taken, or the one under `state_dict`,
  ///   `model_state_dict` or `model`; state of an optimizer is passed over.
  /// - Throws: ``FormatError``. Nothing in the file is ever run.
  public static func load(path: String, under key: String? = nil) throws -> WeightTable {
    let file = try MappedFile(path: path)
    let (sections, metadata) = try sections(of: file)
    return try WeightTable(sections.section(key, path: path), in: file, metadata: metadata)
  }

  /// The keys under which a file holds dictionaries of tensors; `""` is the file itself.
  public static func sections(path: String) throws -> [String] {
    try sections(of: MappedFile(path: path)).0.map(\.key)
  }

  private static func sections(of file: MappedFile) throws -> ([WeightSection], metadata: [String: String]) {
    switch try WeightFormat(of: file) {
    case .safeTensors:
      let header = try SafeTensorsHeader(file)
      return ([header.section], header.metadata)
    case .torchZip:
      return (try TorchCheckpoint(zip: ZipArchive(file)).sections(), [:])
    case .torchLegacy:
      return (try TorchCheckpoint(legacy: file).sections(), [:])
    }
  }
}
