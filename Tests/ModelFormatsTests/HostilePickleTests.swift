import Foundation
import GinghamModelFormats
import Testing

/// Pickles nobody's `torch.save` would write. Each must end in an error, quickly and in little memory.
@Suite struct HostilePickleTests {
  /// A legacy file whose object pickle is `object`; the pickles around it are as PyTorch writes them.
  private func legacy(_ object: [UInt8], storageKeys: [UInt8] = [0x80, 2, 0x5d, 0x2e], data: [UInt8] = []) -> [UInt8] {
    let magic: [UInt8] = [0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e]
    let version: [UInt8] = [0x80, 2, 0x4d, 0xe9, 0x03, 0x2e]
    let system: [UInt8] = [0x80, 2, 0x7d, 0x2e]
    return magic + version + system + [0x80, 2] + object + storageKeys + data
  }

  private func ascii(_ text: String) -> [UInt8] { Array(text.utf8) }

  private func text(_ text: String) -> [UInt8] {
    [0x58] + withUnsafeBytes(of: UInt32(text.utf8.count).littleEndian, Array.init) + text.utf8
  }

  private func number(_ value: Int) -> [UInt8] {
    [0x8a, 8] + withUnsafeBytes(of: Int64(value).littleEndian, Array.init)
  }

  /// `{"w": _rebuild_tensor(storage "0" of `count` floats, offset, size, stride)}`
  private func tensor(count: Int, offset: Int, size: [Int], stride: [Int]) -> [UInt8] {
    let storage =
      ascii("(") + text("storage") + ascii("ctorch\nFloatStorage\n") + text("0") + text("cpu") + number(count)
      + ascii("tQ")
    return ascii("}") + text("w") + ascii("ctorch._utils\n_rebuild_tensor\n(") + storage + number(offset)
      + ascii("(") + size.flatMap(number) + ascii("t(") + stride.flatMap(number) + ascii("ttRs.")
  }

  private func expectRefusal(_ bytes: [UInt8], _ reason: String) throws {
    let message = try #require(try refusal(of: bytes), "was read without complaint")
    #expect(message.contains(reason), "\(message)")
  }

  private let keys: [UInt8] = [0x80, 2, 0x5d, 0x58, 1, 0, 0, 0, 0x30, 0x61, 0x2e]

  @Test func theHandWrittenFormIsReadable() throws {
    let data: [UInt8] = [2, 0, 0, 0, 0, 0, 0, 0] + [0, 0, 128, 63, 0, 0, 0, 64]
    let bytes = legacy(tensor(count: 2, offset: 0, size: [2], stride: [1]), storageKeys: keys, data: data)
    try withTemporaryFile(bytes) { path throws in
      #expect(try WeightTable.load(path: path)["w"]?.scalars == [1, 2])
    }
    try expectRefusal(bytes.dropLast(), "fewer are there")
  }

  @Test(arguments: [
    (2, 1, [2], [1]), (2, 0, [2], [2]), (2, -1, [1], [1]), (2, 0, [-1], [1]), (2, 0, [2], [-1]),
    (2, Int.max, [1], [1]), (2, 0, [Int.max, Int.max], [1, 1]), (2, 0, [2, 2], [Int.max, Int.max]),
    (2, 0, [1 << 62, 4], [1, 0]), (2, 0, [3], [1]), (2, 0, [2, 1], [1]),
  ])
  func viewsOutsideTheirStorageAreRefused(_ count: Int, _ offset: Int, _ size: [Int], _ stride: [Int]) throws {
    let object = tensor(count: count, offset: offset, size: size, stride: stride)
    try expectRefusal(legacy(object, storageKeys: keys, data: .init(repeating: 0, count: 16)), "leaves storage '0'")
  }

  @Test(arguments: [Int.max, 1 << 61, -1])
  func impossibleStorageSizesAreRefused(_ count: Int) throws {
    #expect(try refusal(of: legacy(tensor(count: count, offset: 0, size: [1], stride: [1]))) != nil)
  }

  @Test func anExpandedViewCannotUnfoldToGigabytes() throws {
    let data: [UInt8] = [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 128, 63]
    let object = tensor(count: 1, offset: 0, size: [1 << 20, 1 << 20], stride: [0, 0])
    try expectRefusal(legacy(object, storageKeys: keys, data: data), "unfold to many times the file's size")
  }

  @Test func nestingAMillionDeepIsHarmless() throws {
    let tuples = ascii(")") + [UInt8](repeating: 0x85, count: 1_000_000) + ascii(".")
    try expectRefusal(legacy(tuples), "a tuple instead of a dictionary")
    // {"a": {"a": … }}
    let opening = ascii("}") + text("a")
    let closing = ascii("s")
    let depth = 100_000
    let nested =
      [[UInt8]](repeating: opening, count: depth).flatMap { $0 } + ascii("}")
      + [[UInt8]](repeating: closing, count: depth).flatMap { $0 } + ascii(".")
    try expectRefusal(legacy(nested), "nest this deep")
  }

  @Test func aDictionaryThatContainsItselfEnds() throws {
    let object = ascii("}q") + [0] + text("self") + ascii("h") + [0] + ascii("s.")
    try expectRefusal(legacy(object), "nest this deep")
  }

  /// Each level holds the next a hundred times over: 100⁷ paths lead through 800 entries.
  @Test func sharedDictionariesDoNotMultiply() throws {
    var object = ascii("}") + ascii("q") + [0]
    for level in 1...7 {
      object += ascii("}(")
      for index in 0..<100 { object += text("\(index)") + ascii("h") + [UInt8(level - 1)] }
      object += ascii("uq") + [UInt8(level)]
      object = object + text("")
      object += ascii("0")
    }
    object = ascii("(") + object + ascii("1h") + [7] + ascii(".")
    try expectRefusal(legacy(object), "asks for more than")
  }

  /// A key of a megabyte leads through every level.
  @Test func sharedKeysAreCountedWhereverTheyLead() throws {
    let key = text(String(repeating: "k", count: 1 << 20)) + ascii("q") + [200] + ascii("0")
    var object = key + tensor(count: 1, offset: 0, size: [1], stride: [1]).dropLast() + ascii("q") + [0]
    for level in 1...7 {
      object += ascii("}(h") + [200] + ascii("h") + [UInt8(level - 1)]
      for index in 0..<5 { object += text("\(index)") + ascii("h") + [UInt8(level - 1)] }
      object += ascii("uq") + [UInt8(level)]
    }
    object = ascii("(") + object + ascii("1h") + [7] + ascii(".")
    try expectRefusal(
      legacy(object, storageKeys: keys, data: [1] + .init(repeating: 0, count: 11)), "bytes of names")
  }

  /// One list of pairs turned into a dictionary ten thousand times.
  @Test func copiesOfOneListAreCounted() throws {
    var object = ascii("](")
    for index in 0..<1000 { object += text("\(index)") + ascii("N") + [0x86] }
    object += ascii("eq") + [0] + ascii("0")
    object += ascii("(")
    for _ in 0..<10_000 { object += ascii("ccollections\nOrderedDict\nh") + [0, 0x85] + ascii("R") }
    object += ascii("t.")
    try expectRefusal(legacy(object), "copied without end")
  }

  @Test func endlessProgramsEnd() throws {
    let object = ascii("N") + [[UInt8]](repeating: ascii("20"), count: 3_000_000).flatMap { $0 } + ascii(".")
    try expectRefusal(legacy(object), "a pickle of more than")
  }

  @Test(arguments: [
    ("cos\nsystem\n.", "'os.system'"), ("cbuiltins\neval\n.", "'builtins.eval'"),
    ("ctorch.hub\nload\n.", "'torch.hub.load'"), ("i", "opcode 0x69"), ("P0\n.", "opcode 0x50"),
    ("\u{2}.", "opcode 0x2"), ("h\u{5}.", "memo entry 5"), ("s.", "stack is empty"), ("t.", "no mark"),
    ("NNR.", "is called with"), ("(N.", "leaves values behind"), ("NN.", "leaves values behind"),
    ("]Naa.", "stack is empty"), ("NNs.", "stack is empty"), ("NNNs.", "cannot set an item"), ("NNa.", "cannot append"),
    ("NQ.", "persistent id that is not a tuple"), ("c", "endless name"), ("}(Nu.", "a key and no value"),
  ])
  func whatNoCheckpointNeedsIsRefused(_ program: String, _ reason: String) throws {
    try expectRefusal(legacy(ascii(program)), reason)
  }

  @Test func announcedLengthsAreNotBelieved() throws {
    try expectRefusal(legacy(ascii("X") + [0xff, 0xff, 0xff, 0xff]), "are left")
    try expectRefusal(legacy([0x8d] + [UInt8](repeating: 0xff, count: 8)), "beyond 63 bits")
    try expectRefusal(legacy([0x8e] + [UInt8](repeating: 0xff, count: 7) + [0x7f]), "are left")
    try expectRefusal(legacy([0x8b, 0xff, 0xff, 0xff, 0xff]), "are left")
    try expectRefusal(legacy([0x8b, 0x40, 0, 0, 0] + [UInt8](repeating: 1, count: 64)), "an integer of 64 bytes")
    try expectRefusal(legacy([0x95] + [UInt8](repeating: 0xff, count: 7) + [0x7f]), "frame runs beyond")
  }
}
