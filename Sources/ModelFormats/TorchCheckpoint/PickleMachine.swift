import GinghamTensors

/// Reads pickles without ever running what they ask for.
///
/// A pickle is a program for a stack machine whose `REDUCE` calls any importable function. This machine knows the
/// opcodes that PyTorch's checkpoints need (protocols 2 to 5) and a closed list of globals (``TorchGlobal``), for
/// which it builds descriptions. Everything else is an error. Opcodes: Python's `pickletools`.
struct PickleMachine {
  private(set) var heap = PickleHeap()
  /// Byte offset behind the last pickle read.
  private(set) var position: Int

  private let bytes: UnsafeRawBufferPointer
  private let path: String
  private let location: String
  private var stack: [PickleValue] = []
  private var marks: [Int] = []
  private var memo: [Int: PickleValue] = [:]
  private var steps = 0

  /// A pickle of a state dict has some forty operations a tensor. Each makes at most one value, so this bounds memory.
  private static let maximumSteps = 1 << 22

  init(_ bytes: UnsafeRawBufferPointer, from position: Int = 0, path: String, location: String) {
    self.bytes = bytes
    self.position = position
    self.path = path
    self.location = location
  }

  private var site: PickleSite {
    PickleSite(path: path, location: location, position: position)
  }

  private func malformed(_ reason: String) -> FormatError { site.malformed(reason) }

  private func unsupported(_ what: String, _ advice: String) -> FormatError { site.unsupported(what, advice) }

  /// Runs to the next `STOP` and returns what the pickle holds.
  mutating func load() throws -> PickleValue {
    stack.removeAll()
    marks.removeAll()
    memo.removeAll()
    while true {
      steps += 1
      guard steps <= Self.maximumSteps else {
        throw unsupported("a pickle of more than \(Self.maximumSteps) operations", "Save model.state_dict() alone.")
      }
      let code = try integer(UInt8.self)
      guard let opcode = PickleOpcode(rawValue: code) else {
        throw malformed("opcode 0x\(String(code, radix: 16)) is not one a checkpoint needs")
      }
      if opcode == .stop {
        let value = try pop()
        guard stack.isEmpty, marks.isEmpty else { throw malformed("the pickle leaves values behind") }
        return value
      }
      try execute(opcode)
    }
  }

  private mutating func execute(_ opcode: PickleOpcode) throws {
    switch opcode {
    case .stop: break
    case .proto:
      let version = try integer(UInt8.self)
      guard (2...5).contains(version) else {
        throw unsupported("pickle protocol \(version)", "Save the checkpoint again with a current PyTorch.")
      }
    case .frame: try skip(wideLength())

    case .mark: marks.append(stack.count)
    case .pop:
      if marks.last == stack.count { marks.removeLast() } else { _ = try pop() }
    case .popMark: _ = try popToMark()
    case .dup: try push(top())

    case .none: push(.none)
    case .newTrue: push(.boolean(true))
    case .newFalse: push(.boolean(false))
    case .binInt: try push(.integer(Int(integer(Int32.self))))
    case .binInt1: try push(.integer(Int(integer(UInt8.self))))
    case .binInt2: try push(.integer(Int(integer(UInt16.self))))
    case .long1: try pushLong(length: Int(integer(UInt8.self)))
    case .long4: try pushLong(length: Int(integer(Int32.self)))
    case .binFloat: try push(.real(Double(bitPattern: UInt64(bigEndian: UInt64(littleEndian: integer())))))

    case .binUnicode: try pushString(length: Int(integer(UInt32.self)))
    case .shortBinUnicode: try pushString(length: Int(integer(UInt8.self)))
    case .binUnicode8: try pushString(length: wideLength())
    case .binString: try pushString(length: Int(integer(Int32.self)))
    case .shortBinString: try pushString(length: Int(integer(UInt8.self)))
    case .binBytes: try pushBytes(length: Int(integer(UInt32.self)))
    case .shortBinBytes: try pushBytes(length: Int(integer(UInt8.self)))
    case .binBytes8, .byteArray8: try pushBytes(length: wideLength())

    case .emptyTuple: push(heap.makeTuple([]))
    case .tuple1: try pushTuple(1)
    case .tuple2: try pushTuple(2)
    case .tuple3: try pushTuple(3)
    case .tuple: try push(heap.makeTuple(popToMark()))
    case .emptyList: push(heap.makeList())
    case .list: try push(heap.makeList(popToMark()))
    case .append: try append([pop()])
    case .appends: try append(popToMark())
    case .emptyDict: push(heap.makeDictionary())
    case .dict: try push(heap.makeDictionary(pairs(popToMark())))
    case .setItem:
      let value = try pop()
      try setItems([(pop(), value)])
    case .setItems: try setItems(pairs(popToMark()))
    case .emptySet: push(.inert)
    case .addItems:
      _ = try popToMark()
      guard case .inert = try top() else { throw malformed("ADDITEMS to \(try top().kind)") }
    case .frozenSet:
      _ = try popToMark()
      push(.inert)

    case .binGet: try get(Int(integer(UInt8.self)))
    case .longBinGet: try get(Int(integer(UInt32.self)))
    case .binPut: memo[try Int(integer(UInt8.self))] = try top()
    case .longBinPut: memo[try Int(integer(UInt32.self))] = try top()
    case .memoize: memo[memo.count] = try top()

    case .global:
      let module = try line()
      try push(.global(global(module, line())))
    case .stackGlobal:
      guard case .string(let name) = try pop(), case .string(let module) = try pop() else {
        throw malformed("a global whose name is not a string")
      }
      try push(.global(global(module, name)))
    case .binPersID: try pushStorage(pop())
    case .reduce, .newObj:
      let arguments = try pop()
      try call(pop(), arguments)
    case .build: _ = try pop()
    }
  }

  // MARK: Stack

  private mutating func push(_ value: PickleValue) {
    stack.append(value)
  }

  private func top() throws -> PickleValue {
    guard let value = stack.last, stack.count > marks.last ?? 0 else { throw malformed("the stack is empty") }
    return value
  }

  private mutating func pop() throws -> PickleValue {
    let value = try top()
    stack.removeLast()
    return value
  }

  private mutating func popToMark() throws -> [PickleValue] {
    guard let mark = marks.popLast() else { throw malformed("no mark on the stack") }
    let values = Array(stack[mark...])
    stack.removeSubrange(mark...)
    return values
  }

  private mutating func get(_ key: Int) throws {
    guard let value = memo[key] else { throw malformed("memo entry \(key) was never written") }
    push(value)
  }

  // MARK: Operands

  private mutating func integer<Integer: FixedWidthInteger>(_ type: Integer.Type = Integer.self) throws -> Integer {
    guard let value: Integer = bytes.littleEndian(at: position) else { throw malformed("the pickle is cut off") }
    position += MemoryLayout<Integer>.size
    return value
  }

  private mutating func wideLength() throws -> Int {
    guard let length = try Int(exactly: integer(UInt64.self)) else { throw malformed("a length beyond 63 bits") }
    return length
  }

  private mutating func take(_ length: Int) throws -> UnsafeRawBufferPointer {
    guard let window = bytes.window(at: position, length: length) else {
      throw malformed("\(length) bytes are announced, \(bytes.count - position) are left")
    }
    position += length
    return window
  }

  /// A frame only says how far to read ahead; what it holds is read as it comes.
  private func skip(_ length: Int) throws {
    guard length <= bytes.count - position else { throw malformed("a frame runs beyond the end of the file") }
  }

  private mutating func line() throws -> String {
    let limit = min(position + 512, bytes.count)
    guard let end = bytes[position..<limit].firstIndex(of: 0x0a) else { throw malformed("an endless name") }
    defer { position = end + 1 }
    return String(decoding: bytes[position..<end], as: UTF8.self)
  }

  private mutating func pushString(length: Int) throws {
    try push(.string(String(decoding: take(length), as: UTF8.self)))
  }

  private mutating func pushBytes(length: Int) throws {
    _ = try take(length)
    push(.bytes)
  }

  private mutating func pushLong(length: Int) throws {
    let digits = try take(length)
    guard length <= 8 else {
      guard length <= 32 else { throw malformed("an integer of \(length) bytes") }
      return push(.longInteger(Array(digits)))
    }
    var value: UInt64 = digits.last.map { $0 & 0x80 != 0 } == true ? .max : 0
    for digit in digits.reversed() { value = value << 8 | UInt64(digit) }
    push(.integer(Int(Int64(bitPattern: value))))
  }

  // MARK: Containers

  private mutating func pushTuple(_ count: Int) throws {
    var items: [PickleValue] = []
    for _ in 0..<count { try items.append(pop()) }
    push(heap.makeTuple(items.reversed()))
  }

  private mutating func append(_ items: [PickleValue]) throws {
    switch try top() {
    case .list(let index): heap.lists[index].append(contentsOf: items)
    case .inert: break
    case let other: throw malformed("cannot append to \(other.kind)")
    }
  }

  private func pairs(_ items: [PickleValue]) throws -> [(key: PickleValue, value: PickleValue)] {
    guard items.count.isMultiple(of: 2) else { throw malformed("a dictionary with a key and no value") }
    return stride(from: 0, to: items.count, by: 2).map { (items[$0], items[$0 + 1]) }
  }

  private mutating func setItems(_ items: [(key: PickleValue, value: PickleValue)]) throws {
    switch try top() {
    case .dictionary(let index): heap.dictionaries[index].append(contentsOf: items)
    case .inert: break
    case let other: throw malformed("cannot set an item of \(other.kind)")
    }
  }

  // MARK: Objects

  private func global(_ module: String, _ name: String) throws -> TorchGlobal {
    guard let global = TorchGlobal(module: module, name: name) else {
      throw unsupported(
        "the Python object '\(module).\(name)', which the pickle wants to import,",
        "Gingham reads tensors and never runs code: save model.state_dict() instead of the whole object.")
    }
    return global
  }

  private mutating func call(_ function: PickleValue, _ arguments: PickleValue) throws {
    guard case .global(let global) = function, case .tuple(let index) = arguments else {
      throw malformed("\(function.kind) is called with \(arguments.kind)")
    }
    let site = site
    try push(heap.result(of: global, heap.tuples[index], at: site))
  }

  private mutating func pushStorage(_ identifier: PickleValue) throws {
    guard let items = heap.items(of: identifier) else { throw malformed("a persistent id that is not a tuple") }
    let site = site
    try push(heap.storage(items, at: site))
  }
}
