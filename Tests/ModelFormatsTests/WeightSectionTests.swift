import GinghamTensors
import Testing

@testable import GinghamModelFormats

/// Which dictionary of a checkpoint is meant where nobody says.
@Suite struct WeightSectionTests {
  private func sections(_ keys: [String]) throws -> [WeightSection] {
    let layout = try #require(
      StridedLayout(shape: [1], strides: [0], type: .float32, byteOffset: 0, within: 4))
    return keys.map { key in
      var section = WeightSection(key: key)
      section.set("weight", to: layout)
      return section
    }
  }

  @Test(arguments: [
    (["ema", "net"], "net"), (["state_dict_ema", "state_dict"], "state_dict"), (["model_ema", "optimizer", "g"], "g"),
    (["teacher", "student"], "student"), (["ema.shadow_params", "model"], "model"), (["ema"], "ema"),
    (["ema_state_dict", "optim"], "ema_state_dict"), (["G", "G_ema"], "G"), (["online", "target"], "online"),
  ]) func averagesComeLast(keys: [String], chosen: String) throws {
    #expect(try sections(keys).section(nil, path: "file").key == chosen)
  }

  @Test(arguments: [["a", "b"], ["a", "b", "ema"], ["ema", "swa"]]) func severalAreAskedFor(keys: [String]) throws {
    #expect(throws: FormatError.choice(path: "file", sought: nil, available: keys)) {
      try sections(keys).section(nil, path: "file")
    }
  }
}
