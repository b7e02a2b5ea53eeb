import GinghamNetworks
import GinghamTensors
import Testing

@testable import GinghamModelFormats

@Suite struct TensorDecodingTests {
  private func decoded(_ sketch: ModelSketch.TensorSketch) throws -> Constant? {
    var named = sketch
    named.name = "w"
    let network = try ModelSketch(nodes: [], initializers: [named], outputs: ["w"]).load()
    return network.outputs.first.flatMap { network.constants[$0] }
  }

  private func tensor(type: Int, _ shape: [Int], _ fill: @escaping @Sendable (inout ProtobufWriter) -> Void) throws
    -> Constant?
  {
    try decoded(ModelSketch.TensorSketch(type: type, shape: shape, fill: fill))
  }

  @Test func rawElementsOfEveryType() throws {
    let floats: [Float] = [1, -2, 0.5, 65504]
    #expect(try tensor(type: 1, [4]) { $0.data(9, littleEndian(floats)) }?.tensor?.scalars == floats)
    #expect(try tensor(type: 11, [4]) { $0.data(9, littleEndian(floats.map(Double.init))) }?.tensor?.scalars == floats)
    #expect(
      try tensor(type: 10, [4]) { $0.data(9, littleEndian(floats.map { Float16($0).bitPattern })) }?.tensor?.scalars
        == floats)
    #expect(
      try tensor(type: 16, [3]) {
        $0.data(9, littleEndian(floats.prefix(3).map { UInt16($0.bitPattern >> 16) }))
      }?.tensor?.scalars == Array(floats.prefix(3)))
    let integers: [(Int, [UInt8], ElementType)] = [
      (3, littleEndian([Int8(-1), 127]), .int8), (5, littleEndian([Int16(-1), 127]), .int16),
      (6, littleEndian([Int32(-1), 127]), .int32), (7, littleEndian([Int64(-1), 127]), .int64),
    ]
    for (code, bytes, type) in integers {
      #expect(try tensor(type: code, [2]) { $0.data(9, bytes) }?.integers == IntegerArray([2], [-1, 127], type: type))
    }
    let unsigned: [(Int, [UInt8], ElementType)] = [
      (2, [1, 255], .uint8), (4, littleEndian([UInt16(1), 255]), .uint16),
      (12, littleEndian([UInt32(1), 255]), .uint32), (13, littleEndian([UInt64(1), 255]), .uint64),
    ]
    for (code, bytes, type) in unsigned {
      #expect(try tensor(type: code, [2]) { $0.data(9, bytes) }?.integers == IntegerArray([2], [1, 255], type: type))
    }
    #expect(
      try tensor(type: 9, [2]) { $0.data(9, [0, 2]) }?.integers == IntegerArray([2], [0, 1], type: .boolean))
  }

  @Test func typedElementsPackedAndNot() throws {
    let floats: [Float] = [1, -2]
    #expect(try tensor(type: 1, [2]) { $0.data(4, littleEndian(floats)) }?.tensor?.scalars == floats)
    #expect(try tensor(type: 1, [2]) { writer in floats.forEach { writer.float(4, $0) } }?.tensor?.scalars == floats)
    #expect(
      try tensor(type: 11, [2]) { writer in floats.forEach { writer.double(10, Double($0)) } }?.tensor?.scalars
        == floats)
    #expect(
      try tensor(type: 10, [2]) { $0.packed(5, floats.map { Int(Float16($0).bitPattern) }) }?.tensor?.scalars == floats)
    #expect(
      try tensor(type: 16, [2]) { $0.packed(5, floats.map { Int($0.bitPattern >> 16) }) }?.tensor?.scalars == floats)
    #expect(try tensor(type: 6, [2]) { $0.packed(5, [-3, 4]) }?.integers == IntegerArray([2], [-3, 4], type: .int32))
    #expect(
      try tensor(type: 7, [2]) {
        $0.int(7, -3)
        $0.int(7, 4)
      }?.integers == IntegerArray([2], [-3, 4]))
    #expect(try tensor(type: 13, [1]) { $0.packed(11, [9]) }?.integers == IntegerArray([1], [9], type: .uint64))
  }

  @Test func scalarsAndEmptyTensors() throws {
    #expect(try tensor(type: 1, []) { $0.data(9, littleEndian([Float(7)])) }?.tensor == Tensor([], [7]))
    #expect(try tensor(type: 1, [0, 3]) { _ in }?.shape == [0, 3])
    #expect(try tensor(type: 7, [0]) { $0.data(9, []) }?.integers == IntegerArray([0], []))
  }

  @Test func whatDisagreesWithItsExtentsIsRefused() {
    let cases: [(Int, [Int], @Sendable (inout ProtobufWriter) -> Void)] = [
      (1, [3], { $0.data(9, littleEndian([Float(1), 2])) }), (1, [1], { $0.data(9, littleEndian([Float(1), 2])) }),
      (1, [2], { $0.data(4, [0, 0, 0]) }), (1, [-1], { $0.data(9, []) }), (7, [2], { $0.packed(7, [1]) }),
      (1, [1 << 31, 1 << 31, 4], { $0.data(9, [0]) }), (1, [0, 1 << 62, 1 << 62], { _ in }),
      (1, [1 << 38], { $0.data(9, [0]) }),
    ]
    for (type, shape, fill) in cases {
      #expect { try tensor(type: type, shape, fill) } throws: { error in
        if case FormatError.malformed = error { true } else { false }
      }
    }
  }

  @Test(arguments: [8, 14, 15, 99])
  func typesWithoutACounterpartAreNotSupported(code: Int) {
    #expect { try tensor(type: code, [1]) { $0.data(9, [0]) } } throws: { error in
      if case FormatError.unsupported = error { true } else { false }
    }
  }

  @Test func alignedWeightsAreWindowsIntoTheFile() throws {
    let values = (0..<64).map(Float.init)
    let external = TemporaryFolder()
    _ = try external.write(littleEndian(values), to: "weights.bin")
    let sketch = ModelSketch.TensorSketch(shape: [64]) { writer in
      for (key, value) in [("location", "weights.bin"), ("offset", "0"), ("length", "256")] {
        writer.message(13) {
          $0.string(1, key)
          $0.string(2, value)
        }
      }
      writer.int(14, 1)
    }
    var model = ModelSketch(outputs: ["a", "b"])
    for name in ["a", "b"] {
      var tensor = sketch
      tensor.name = name
      model.initializers.append(tensor)
    }
    let network = try model.load(in: external)
    let addresses = try network.outputs.map { output -> UnsafePointer<Float>? in
      let tensor = try #require(network.constants[output]?.tensor)
      #expect(tensor.scalars == values)
      return tensor.withUnsafeBufferPointer(\.baseAddress)
    }
    // Two tensors over the same bytes of a file that is mapped once: the same address, so neither is a copy.
    #expect(addresses[0] == addresses[1] && addresses[0] != nil)
  }
}
