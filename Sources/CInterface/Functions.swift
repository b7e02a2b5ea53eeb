// swift-format-ignore-file: AlwaysUseLowerCamelCase, AllPublicDeclarationsHaveDocumentation

import CGingham
import Foundation
import Gingham
import GinghamCommandLine

// The functions of gingham.h, where each is described and has its name from. The compiler holds them against it.

// MARK: The library

@c @implementation public func gingham_interface_version() -> Int32 { GINGHAM_INTERFACE_VERSION }

private nonisolated(unsafe) let version: UnsafePointer<CChar>? = UnsafePointer(strdup(ginghamVersion))

@c @implementation public func gingham_version() -> UnsafePointer<CChar>? { version }

@c @implementation public func gingham_describe_verbs() -> UnsafeMutablePointer<CChar>? {
  strdup(HostedCommand.description)
}

@c @implementation public func gingham_free(_ memory: UnsafeMutableRawPointer?) { free(memory) }

private func box(_ error: OpaquePointer?) -> ErrorBox? {
  error.map { Unmanaged<ErrorBox>.fromOpaque(UnsafeRawPointer($0)).takeUnretainedValue() }
}

@c @implementation public func gingham_error_kind(_ error: OpaquePointer?) -> UnsafePointer<CChar>? {
  UnsafePointer(box(error)?.kind)
}

@c @implementation public func gingham_error_text(_ error: OpaquePointer?) -> UnsafePointer<CChar>? {
  UnsafePointer(box(error)?.text)
}

@c @implementation public func gingham_error_free(_ error: OpaquePointer?) {
  if let error { Unmanaged<ErrorBox>.fromOpaque(UnsafeRawPointer(error)).release() }
}

// MARK: Models

private func opened(_ model: OpaquePointer?) throws -> OpenModel {
  guard let model else { throw CallError.missing("model") }
  return Unmanaged<OpenModel>.fromOpaque(UnsafeRawPointer(model)).takeUnretainedValue()
}

@c @implementation public func gingham_open(
  _ path: UnsafePointer<CChar>?, _ options: UnsafePointer<CChar>?, _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> OpaquePointer? {
  answer(error, or: nil) {
    try HostProcess.enter()
    let model = try OpenModel(string(path, "path"), options: words(options, "options"))
    return OpaquePointer(Unmanaged.passRetained(model).toOpaque())
  }
}

@c @implementation public func gingham_close(_ model: OpaquePointer?) {
  if let model { Unmanaged<OpenModel>.fromOpaque(UnsafeRawPointer(model)).release() }
}

@c @implementation public func gingham_describe(
  _ model: OpaquePointer?, _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> UnsafeMutablePointer<CChar>? {
  answer(error, or: nil) { try copied(ModelDescription(of: opened(model)).json()) }
}

private func deliver(_ result: Tensor, to place: UnsafeMutablePointer<gingham_tensor>?, _ argument: String) throws {
  var places = try Destinations(place, argument, shapes: [result.shape])
  try places.fill { $0 = [result] }
}

@c @implementation public func gingham_picture(
  _ model: OpaquePointer?, _ path: UnsafePointer<CChar>?, _ picture: UnsafeMutablePointer<gingham_tensor>?,
  _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> Int32 {
  status(error) {
    try deliver(opened(model).model.input(pictureAt: string(path, "path")), to: picture, "picture")
  }
}

@c @implementation public func gingham_picture_of_bytes(
  _ model: OpaquePointer?, _ bytes: UnsafePointer<UInt8>?, _ height: Int64, _ width: Int64, _ channels: Int64,
  _ picture: UnsafeMutablePointer<gingham_tensor>?, _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> Int32 {
  status(error) {
    guard let bytes else { throw CallError.missing("bytes") }
    guard (1...1 << 20).contains(height), (1...1 << 20).contains(width), (1...4).contains(channels) else {
      throw HostedFailure(
        kind: "usage", description: "a picture of \(height)×\(width)×\(channels) bytes is none: channels are 1 to 4")
    }
    let (count, channels) = (Int(height * width), Int(channels))
    let pixels = Tensor(Shape([channels, Int(height), Int(width)])) { target in
      for channel in 0..<channels {
        for place in 0..<count { target[channel * count + place] = Float(bytes[place * channels + channel]) / 255 }
      }
    }
    try deliver(opened(model).model.input(Picture(pixels), path: "the array"), to: picture, "picture")
  }
}

// MARK: Passes

@c @implementation public func gingham_activations(
  _ model: OpaquePointer?, _ layers: UnsafePointer<CChar>?, _ input: UnsafePointer<gingham_tensor>?,
  _ activations: UnsafeMutablePointer<gingham_tensor>?, _ observer: UnsafePointer<gingham_observer>?,
  _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> Int32 {
  status(error) {
    try Observer(observer).watching {
      try opened(model).activations(
        words(layers, "layers"), of: Tensor(reading: input, "input"), into: activations)
    }
  }
}

@c @implementation public func gingham_gradient(
  _ model: OpaquePointer?, _ options: UnsafePointer<CChar>?, _ input: UnsafePointer<gingham_tensor>?,
  _ values: UnsafeMutablePointer<Float>?, _ gradient: UnsafeMutablePointer<gingham_tensor>?,
  _ observer: UnsafePointer<gingham_observer>?, _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> Int32 {
  status(error) {
    try Observer(observer).watching {
      try opened(model).gradient(
        words(options, "options"), of: Tensor(reading: input, "input"), values: values, into: gradient)
    }
  }
}

@c @implementation public func gingham_vjp(
  _ model: OpaquePointer?, _ layers: UnsafePointer<CChar>?, _ at: UnsafePointer<CChar>?,
  _ input: UnsafePointer<gingham_tensor>?, _ cotangents: UnsafePointer<gingham_tensor>?,
  _ activations: UnsafeMutablePointer<gingham_tensor>?, _ gradient: UnsafeMutablePointer<gingham_tensor>?,
  _ observer: UnsafePointer<gingham_observer>?, _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> Int32 {
  status(error) {
    try Observer(observer).watching {
      try opened(model).vectorJacobianProduct(
        words(layers, "layers"), at: at.map { String(cString: $0) }, of: Tensor(reading: input, "input"), cotangents,
        activations: activations, into: gradient)
    }
  }
}

@c @implementation public func gingham_forward(
  _ model: OpaquePointer?, _ layers: UnsafePointer<CChar>?, _ at: UnsafePointer<CChar>?,
  _ input: UnsafePointer<gingham_tensor>?, _ activations: UnsafeMutablePointer<gingham_tensor>?,
  _ pass: UnsafeMutablePointer<UInt64>?, _ observer: UnsafePointer<gingham_observer>?,
  _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> Int32 {
  status(error) {
    guard let pass else { throw CallError.missing("pass") }
    pass.pointee = try Observer(observer).watching {
      try opened(model).forward(
        words(layers, "layers"), at: at.map { String(cString: $0) }, of: Tensor(reading: input, "input"),
        into: activations)
    }
  }
}

@c @implementation public func gingham_backward(
  _ model: OpaquePointer?, _ pass: UInt64, _ cotangents: UnsafePointer<gingham_tensor>?,
  _ gradient: UnsafeMutablePointer<gingham_tensor>?, _ observer: UnsafePointer<gingham_observer>?,
  _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> Int32 {
  status(error) {
    try Observer(observer).watching { try opened(model).backward(pass, cotangents, into: gradient) }
  }
}

// MARK: Verbs

@c @implementation public func gingham_run(
  _ line: UnsafePointer<CChar>?, _ observer: UnsafePointer<gingham_observer>?,
  _ error: UnsafeMutablePointer<OpaquePointer?>?
) -> UnsafeMutablePointer<CChar>? {
  answer(error, or: nil) {
    guard line != nil else { throw CallError.missing("words") }
    let observer = Observer(observer)
    let words = try words(line, "words")
    return try copied(
      observer.watching {
        try HostedCommand.perform(words, progress: observer.progress, begin: HostProcess.enter).json()
      })
  }
}

@c @implementation public func gingham_main() -> Never { GinghamCommand.runAndExit() }

extension Outcome {
  /// All of it as one JSON object; the findings are the very bytes that the command line prints.
  fileprivate func json() throws -> Data {
    struct Rest: Encodable {
      var text: String
      var remarks: [String]
      var skipped: [SkippedFile]
      var folder: String?
      var exitStatus: Int32
    }
    let rest = Rest(text: text(), remarks: remarks, skipped: skipped, folder: folder, exitStatus: exitStatus)
    let parts = [
      Data("{\"findings\":".utf8), findings.isEmpty ? Data("null".utf8) : findings, Data(",".utf8),
      try rest.json().drop { $0 != UInt8(ascii: "{") }.dropFirst(),
    ]
    return parts.reduce(Data(), +)
  }
}
