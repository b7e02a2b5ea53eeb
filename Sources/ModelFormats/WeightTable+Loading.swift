import GinghamTensors

extension WeightTable {
  /// Reads a file of weights: safetensors, or what `torch.save` wrote in any version since 0.1.10. The content decides,
  /// not the extension.
  ///
  /// - Parameter key: which of a checkpoint's dictionaries, for example `netG_state_dict`; nested ones are joined by
  ///   dots, `""` is the outermost. Without it the only dictionary of tensors is taken, or the one under `state_dict`,
  ///   `model_state_dict` or `model`; state of an optimizer is passed over.
  /// - Throws: ``FormatError``. Nothing in the file is ever run.
  public static func load(
    path: String, under key: String? = nil, limits: ResourceLimits = ResourceLimits()
  ) throws -> WeightTable {
    let file = try MappedFile(path: path)
    if let index = try ShardIndex(file) { return try WeightTable(index, under: key, limits: limits) }
    let (sections, metadata) = try sections(of: file, limits)
    let section = try sections.section(key, path: path)
    var table = try WeightTable(section, in: file, metadata: metadata)
    if key == nil {
      table.isAverage = sections.averages.contains(section.key)
      table.averages = table.isAverage ? [] : sections.averages
    }
    return table
  }

  /// The keys under which a file holds dictionaries of tensors; `""` is the file itself.
  public static func sections(path: String, limits: ResourceLimits = ResourceLimits()) throws -> [String] {
    try sections(of: MappedFile(path: path), limits).0.map(\.key)
  }

  private static func sections(
    of file: MappedFile, _ limits: ResourceLimits
  ) throws -> ([WeightSection], metadata: [String: String]) {
    do {
      switch try WeightFormat(of: file) {
      case .safeTensors:
        let header = try SafeTensorsHeader(file)
        return ([header.section], header.metadata)
      case .torchZip:
        return (try TorchCheckpoint(zip: ZipArchive(file)).sections(Budget(limits)), [:])
      case .torchLegacy:
        return (try TorchCheckpoint(legacy: file).sections(Budget(limits)), [:])
      }
    } catch let error as ResourceLimitError {
      throw FormatError.limit(path: file.path, error)
    }
  }
}
