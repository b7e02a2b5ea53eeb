import Foundation
import GinghamFeatureVisualization
import GinghamReporting
import GinghamServing
import GinghamTensors
import Synchronization

/// A site that computes what is asked for: its own files as they are, units' pictures that are not there yet, a reader's
/// pictures, and climbs to watch. It writes nothing into the site.
public final class LiveSite: Sendable {
  private let folder: ServedFolder
  private let page: Data
  private let data: Data
  private let net: Confined
  private let bench: Workbench
  private let layers: [String: LiveNet.Layer]
  private let tiles = Mutex(TileStore(limit: 64 << 20))
  private let limits: ServerLimits

  /// What only the bench's thread touches.
  private final class Confined: @unchecked Sendable {
    let net: LiveNet
    init(_ net: LiveNet) { self.net = net }
  }

  /// - Parameters:
  ///   - run: what has made the site.
  ///   - path: where the site is.
  ///   - context: whom the net is run with.
  /// - Throws: ``FormatError/unreadable(path:reason:)`` where no site is there, and what loading the net does.
  public init(
    _ run: ExploreRun, at path: String, limits: ServerLimits = ServerLimits(), in context: RunContext
  ) throws {
    self.limits = limits
    let identity = try Manifest.Identity(ofFolder: path)
    folder = ServedFolder(path: path, files: identity.files)
    let live = try LiveNet(run, context: context)
    guard let index = try folder.open("index.html")?.file.readToEnd(),
      let page = live.layers.isEmpty ? index : Site.live(index, policy: ServedResponse.pagePolicy)
    else { throw FormatError.unreadable(path: path + "/index.html", reason: "it is no page of this version's") }
    self.page = page
    layers = Dictionary((live.layers + [live.classes].compactMap { $0 }).map { ($0.folder, $0) }) { first, _ in first }
    let facts = Facts(
      layers: live.layers, classes: live.classes, classNames: live.model.classNames.names, width: live.size.width,
      height: live.size.height, pictures: live.classes != nil, most: limits.body, presets: Recipe.presetNames,
      preset: run.settings.recipe.preset, steps: run.settings.recipe.steps, stepsMost: LiveClimb.steps.upperBound,
      mitigations: try ExploredMitigations.names.compactMap { name in
        let recipe = try run.settings.mitigated(by: name).recipe
        // One that grows its pictures needs a step for each size.
        guard (try? recipe.validate()) != nil else { return nil }
        return .init(name: name, words: ShellWord.line(run.settings.mitigationWords(recipe, batch: 1)))
      },
      side: min(max(live.size.height, LiveClimb.sides.lowerBound), LiveClimb.sides.upperBound),
      sideMost: LiveClimb.sides.upperBound, seed: run.settings.seed)
    data = Data("window.gingham.live=".utf8) + (try facts.jsonLine())
    net = Confined(live)
    bench = Workbench()
  }

  /// What the live script is told.
  private struct Facts: Encodable {
    var layers: [LiveNet.Layer]
    var classes: LiveNet.Layer?
    var classNames: [String]
    /// Of tiles.
    var width: Int
    var height: Int
    /// Whether a reader's pictures are explained.
    var pictures: Bool
    /// Bytes of a picture's file.
    var most: Int
    var presets: [String]
    var preset: String
    var steps: Int
    var stepsMost: Int
    /// Recipes under which units can be looked at.
    var mitigations: [Mitigation]
    var side: Int
    var sideMost: Int
    var seed: UInt64
  }

  private struct Mitigation: Encodable {
    var name: String
    /// What the command line of one unit's picture ends with.
    var words: String
  }

  /// Work that waits or is being done.
  public var load: Int { bench.load }

  /// Gives all work up and waits for its end.
  public func close() { bench.close() }

  /// Answers a request of somebody who was let in.
  public func answer(_ request: ServedRequest) async -> ServedResponse {
    let name = request.path.joined(separator: "/")
    switch (request.method, name) {
    case ("GET", ""), ("GET", "index.html"), ("HEAD", ""), ("HEAD", "index.html"):
      return ServedResponse(type: ServedFolder.type(of: "index.html"), body: .data(page))
    case ("GET", "live-data.js"): return ServedResponse(type: ServedFolder.type(of: name), body: .data(data))
    case ("GET", "live.js"):
      return ServedResponse(type: ServedFolder.type(of: name), body: .data(Data(Site.liveScript.utf8)))
    case ("GET", "live.css"):
      return ServedResponse(type: ServedFolder.type(of: name), body: .data(Data(Site.liveSheet.utf8)))
    case ("GET", "live/climb"): return climb(request.query)
    case ("POST", "live/picture"): return await picture(request)
    case ("POST", "live/occlusion"): return await occlusion(request)
    case ("GET", _), ("HEAD", _):
      if let response = folder.response(name) { return response }
      return await tile(request.path)
    default: return .text(405, "Not to be done here.")
    }
  }

  private func tile(_ path: [String]) async -> ServedResponse {
    guard let tile = LiveTile(path, of: layers) else { return .missing }
    do {
      return ServedResponse(type: ServedFolder.type(of: tile.name), body: .data(try await data(of: tile)))
    } catch {
      return refusal(error)
    }
  }

  private func data(of tile: LiveTile) async throws -> Data {
    if let known = tiles.withLock({ $0[tile.name] }) { return known }
    return try await bench.perform { [self] in
      // It may have come of what was made while this was waiting.
      if let known = tiles.withLock({ $0[tile.name] }) { return known }
      let made = try net.net.made(tile)
      tiles.withLock { store in
        for (name, data) in made { store[name] = data }
      }
      return made[tile.name] ?? Data()
    }
  }

  private func picture(_ request: ServedRequest) async -> ServedResponse {
    let name = String((request.query["name"] ?? "picture").prefix(200))
    do {
      let page = try await bench.perform { [net, body = request.body] in
        try net.net.page(of: body, named: name).jsonLine()
      }
      return ServedResponse(type: "application/json", body: .data(page))
    } catch {
      return refusal(error)
    }
  }

  private func occlusion(_ request: ServedRequest) async -> ServedResponse {
    do {
      let occlusion = try LiveOcclusion(request.query)
      let effect = try await bench.perform { [net, body = request.body] in
        try net.net.effect(of: occlusion, on: body).jsonLine()
      }
      return ServedResponse(type: "application/json", body: .data(effect))
    } catch {
      return refusal(error)
    }
  }

  private func refusal(_ error: any Error) -> ServedResponse {
    let told = (try? LiveClimb.Event.Failed(error: Self.text(of: error)).jsonLine()) ?? Data()
    return ServedResponse(error is Workbench.Refusal ? 503 : 422, type: "application/json", body: .data(told))
  }

  private static func text(of error: any Error) -> String { "\(error)".printable(limit: 1000) }

  /// The stream of a climb. It ends when the reader goes.
  private func climb(_ fields: [String: String]) -> ServedResponse {
    // A reader who is slow misses steps; the last events are never missed.
    let (stream, sink) = AsyncStream.makeStream(of: Data.self, bufferingPolicy: .bufferingNewest(16))
    let tell: @Sendable (LiveClimb.Event) throws -> Void = { sink.yield(try $0.line()) }
    let id = String(UInt64.random(in: 0...UInt64.max), radix: 16)
    let task = Task { [bench, net] in
      do {
        let order = try LiveClimb(fields)
        try await bench.perform(isLong: true) {
          try net.net.climb(order, as: id, between: { bench.letOthersThrough() }, tell: tell)
        }
      } catch {
        try? tell(.failed(.init(error: Self.text(of: error))))
      }
      sink.finish()
    }
    sink.onTermination = { _ in task.cancel() }
    return ServedResponse(type: "text/event-stream", body: .stream(stream))
  }
}

/// Pictures that were made a while ago, the oldest of them forgotten first.
struct TileStore {
  private let limit: Int
  private var tiles: [String: Data] = [:]
  private var order: [String] = []
  private var size = 0

  /// - Parameter limit: in bytes.
  init(limit: Int) { self.limit = limit }

  subscript(_ name: String) -> Data? {
    get { tiles[name] }
    set {
      guard let newValue, tiles[name] == nil else { return }
      tiles[name] = newValue
      order.append(name)
      size += newValue.count
      while size > limit, !order.isEmpty { size -= tiles.removeValue(forKey: order.removeFirst())?.count ?? 0 }
    }
  }
}
