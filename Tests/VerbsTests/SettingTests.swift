import Testing

@testable import Gingham
@testable import GinghamVerbs

/// What holds of every table of settings.
struct SettingTests {
  static let owners: [any SettingOwner.Type] = [
    RunConditions.self, SeriesOrder.self, ModelSource.self, RecipeChoice.self, MitigationChoice.self,
    BenchSettings.self,
    CheckSettings.self,
    CompareSettings.self, DiagnoseSettings.self, ExemplarsSettings.self, ExploreSettings.self, GenerateSettings.self,
    GradientSettings.self, MeasureSettings.self, PredictSettings.self, ProbeSettings.self, RepairSettings.self,
    ResultsSettings.self, TraceSettings.self, TrackSettings.self, VerifySettings.self, VisualizeSettings.self,
  ]

  @Test(arguments: owners.indices)
  func namesAreWordsAndEachIsThereOnce(_ index: Int) {
    func check<Owner: SettingOwner>(_ owner: Owner.Type) {
      let names = owner.settings.flatMap { [$0.name, $0.otherName].compactMap { $0 } }
      #expect(Set(names).count == names.count, "\(owner)")
      for name in names { #expect(name.wholeMatch(of: /[a-z][a-z0-9]*(_[a-z0-9]+)*/) != nil, "\(owner): \(name)") }
    }
    check(Self.owners[index])
  }

  /// What help shows as usual can be typed, and changes nothing.
  @Test(arguments: owners.indices)
  func usualWordsAreRead(_ index: Int) throws {
    func check<Owner: SettingOwner>(_ owner: Owner.Type) throws {
      for setting in owner.settings {
        guard let words = owner.usualWords(of: setting) else { continue }
        let again = try owner.usual.reading([setting.name: words])
        #expect("\(again)" == "\(owner.usual)", "\(owner): \(setting.name)")
      }
    }
    try check(Self.owners[index])
  }

  @Test func wordsGoWhereTheyBelong() throws {
    let settings = try MeasureSettings(paths: ["a.png"]).reading([
      "list": ["names.txt", "-"], "periods": ["3,5"], "as": ["gradient"], "min_share": ["0.25"], "spectra": ["true"],
    ])
    var expected = MeasureSettings(paths: ["a.png", "@names.txt", "-"])
    (expected.periods, expected.as) = (.listed([3, 5]), .gradient)
    (expected.minShare, expected.spectra) = (0.25, true)
    #expect(settings == expected)
    #expect(try ProbeSettings.usual.reading(["pictures": ["false"]]).pictures == false)
    #expect(try RepairSettings().reading(["layer": ["a", "b"]]).layers == .named(["a", "b"]))
    #expect(try VisualizeSettings().reading(["channels": ["3-7"]]).channels == 3...7)
    #expect(try ModelSource("x.onnx").reading(["latent": ["4X8x8"]]).latentShape == [4, 8, 8])
    #expect(try SeriesOrder("series.yaml").reading(["share": ["2/8"]]).way == .share(2, of: 8))
    #expect(try RecipeChoice().reading(["view_size": ["32"]]).changes == ["input-size": "32"])
  }

  @Test func everySettingOfAModelIsAskedForAgain() throws {
    let words = [
      "--architecture", "resnet18", "--section", "net", "--mean", "0.5,0.25,0.125", "--std", "0.5,1.0,2.0",
      "--input-size", "64x96", "--crop", "none", "--latent", "4x8x8", "--input", "a=1", "--input", "b=2",
      "--output-name", "y", "--class-names", "names.txt", "--limit", "10",
    ]
    var given: [String: [String]] = [:]
    for (option, word) in zip(words, words.dropFirst()) where option.hasPrefix("--") {
      given[String(option.dropFirst(2)).replacing("-", with: "_"), default: []].append(word)
    }
    #expect(Set(given.keys) == Set(ModelSource.settings.map(\.name)))
    #expect(try ModelSource("x.onnx").reading(given).words == words)
    #expect(ModelSource("x.onnx").words == [])
    #expect(try ProbeSettings.usual.reading(["pictures": ["false"]]).words == ["--no-pictures"])
    #expect(try MeasureSettings(paths: []).reading(["spectra": ["true"]]).words == ["--spectra"])
    #expect(try VisualizeSettings().reading(["path_check": ["a", "b"]]).words == ["--path-check", "a", "b"])
  }

  @Test func aWordThatCannotBeReadIsNamedWithItsSettingAndWhatItTakes() {
    #expect(throws: SettingError.outOfRange(setting: "noise", value: "'x'", expected: "a number")) {
      try GradientSettings.usual.reading(["noise": ["x"]])
    }
    #expect(throws: SettingError.outOfRange(setting: "as", value: "'song'", expected: "picture, gradient or sound")) {
      try MeasureSettings.usual.reading(["as": ["song"]])
    }
    for word in ["", "4x", "0x3", "4x-1", "268435457", "1x1x1x1x1x1x1x1"] {
      #expect(throws: SettingError.self, "\(word)") { try ModelSource.usual.reading(["latent": [word]]) }
    }
    for word in ["3-1", "-1", "a", "1-2-3"] {
      #expect(throws: SettingError.self, "\(word)") { try ExemplarsSettings.usual.reading(["units": [word]]) }
    }
  }

  @Test func noNameIsPassedOver() {
    #expect(throws: SettingError.self) { try GradientSettings.usual.reading(["metod": ["guided"]]) }
  }

  @Test func settingsThatExcludeEachOtherAreNamed() {
    #expect(throws: SettingError.exclusive(["thorough", "attack"])) {
      try ProbeSettings.usual.reading(["attack": ["pgd"], "thorough": ["true"]])
    }
    #expect(throws: SettingError.exclusive(["plan", "status"])) {
      try SeriesOrder("series.yaml").reading(["plan": ["tasks"], "status": ["true"]])
    }
    #expect(throws: SettingError.exclusive(["preset", "recipe"])) {
      try RecipeChoice().reading(["preset": ["naive"], "recipe": ["mine.yaml"]])
    }
  }
}
