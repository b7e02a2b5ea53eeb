import GinghamTensors

extension TorchCheckpoint {
  /// Reads the format of PyTorch 0.1.10 to 1.5: five pickles (magic number, protocol, system, object, storage keys),
  /// then for each key a 64-bit element count and the elements.
  ///
  /// Format: `_legacy_save` in `torch/serialization.py` of PyTorch.
  init(legacy file: MappedFile) throws {
    var machine = PickleMachine(file.bytes, path: file.path, location: "pickle stream")
    guard case .longInteger(Self.magic) = try machine.load() else {
      throw FormatError.unsupported(
        path: file.path, what: "a pickle that torch.save did not write",
        advice: "Save model.state_dict() with torch.save, or the arrays as safetensors.")
    }
    guard case .integer(1001) = try machine.load() else {
      throw FormatError.unsupported(
        path: file.path, what: "this version of PyTorch's old format", advice: "Save it again with a current PyTorch.")
    }
    if case .dictionary(let system) = try machine.load() {
      for case (.string("little_endian"), .boolean(false)) in machine.heap.dictionaries[system] {
        throw FormatError.unsupported(
          path: file.path, what: "big-endian byte order",
          advice: "Save the checkpoint again on a little-endian machine.")
      }
    }
    let root = try machine.load()
    let keys = try machine.load()
    let storages = try Self.storages(
      filedUnder: keys, heap: machine.heap, in: file, from: machine.position)
    self.init(file: file, heap: machine.heap, root: root, storages: storages)
  }

  /// Whether a file starts with the magic number, in whatever pickle protocol.
  static func recognizesLegacy(_ file: MappedFile) -> Bool {
    let start = file.bytes.prefix(32)
    return start.first == 0x80
      && start.indices.contains { start[$0...].starts(with: [UInt8(magic.count)] + magic) }
  }

  /// 0x1950a86a20f9469cfc6c
  private static let magic: [UInt8] = [0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19]

  private static func storages(
    filedUnder keys: PickleValue, heap: PickleHeap, in file: MappedFile, from start: Int
  ) throws -> [String: Range<Int>] {
    guard case .list(let index) = keys else {
      throw FormatError.malformed(path: file.path, location: "storage keys", reason: "not a list")
    }
    let declared = Dictionary(heap.storages.map { ($0.key, $0) }) { first, _ in first }
    var extents: [String: Range<Int>] = [:]
    var position = start
    for key in heap.lists[index] {
      guard case .string(let key) = key, let storage = declared[key] else {
        throw FormatError.malformed(
          path: file.path, location: "storage keys", reason: "a key that no tensor refers to")
      }
      guard
        let count = file.bytes.littleEndian(Int64.self, at: position), Int(count) == storage.elementCount,
        let byteCount = storage.byteCount, byteCount <= file.bytes.count - position - 8
      else {
        throw FormatError.malformed(
          path: file.path, location: "storage '\(key)' at byte \(position)",
          reason: "\(storage.elementCount) elements are announced, and fewer are there: the file is cut off or damaged")
      }
      extents[key] = (position + 8)..<(position + 8 + byteCount)
      position += 8 + byteCount
    }
    return extents
  }
}
