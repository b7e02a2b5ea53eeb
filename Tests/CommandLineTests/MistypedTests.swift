import Testing

/// What a user nearly typed is named.
@Suite struct MistypedTests {
  @Test(arguments: [("gradiant", "gradient"), ("mesure", "measure"), ("visualise", "visualize")])
  func aVerbIsSuggested(_ word: String, _ verb: String) throws {
    let outcome = try Tool.run(word, "model.onnx", "--output", "somewhere")
    #expect(outcome.status == 64)
    #expect(outcome.errors.contains("there is no verb '\(word)'. Did you mean '\(verb)'?"))
  }

  @Test func anOptionIsSuggested() throws {
    let outcome = try Tool.run("gradient", "random:squeezenet1_1", "a.png", "--metod", "guided")
    #expect(outcome.status == 64)
    #expect(outcome.errors.contains("--method"), "\(outcome.errors)")
  }

  @Test func aWordThatIsNearNothingSuggestsNothing() throws {
    let outcome = try Tool.run("xqzwvk")
    #expect(outcome.status == 64)
    #expect(outcome.errors.contains("there is no verb 'xqzwvk'\n"), "\(outcome.errors)")
  }

  /// Wherever a net or pictures are named.
  @Test func shellsCompletePaths() throws {
    let lines = try Tool.run("--generate-completion-script", "zsh").output.split(separator: "\n")
    for argument in ["model", "images", "paths", "recipe", "checkpoints"] {
      let named = lines.filter { $0.contains(":\(argument):") || $0.contains(":\(argument) ") }
      #expect(named.allSatisfy { $0.contains("_files") }, "\(named)")
    }
    #expect(lines.count { $0.contains("_files") } > 40)
  }
}
