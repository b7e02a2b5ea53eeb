import ArgumentParser
import Gingham

/// What a generator is given, and how its samples are read.
struct SampleOptions: ParsableArguments {
  @Option(help: "Samples to draw.") var samples = 64
  @Option(help: "Seed of the random numbers.") var seed: UInt64 = 0

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("Pictures, folders, archives or patterns, for a net that takes pictures.", valueName: "path"),
    completion: .file())
  var images: [String] = []
  @OptionGroup var list: ListOption

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("What the net writes for black and white.", valueName: "0..1|-1..1|0..255"))
  var range: OutputRange?

  /// Named and listed ones.
  var pictures: [String] { images + list.words }

  @Option(help: ArgumentHelp("Periods in pixels.", valueName: "2,4,8")) var periods = Periods.usual
}

extension OutputRange: ExpressibleByArgument {
  /// As `-1..1`, `0..255` or `-1,1`; `nil` for anything else.
  public init?(argument: String) { self.init(parsing: argument) }
}
