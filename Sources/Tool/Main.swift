import GinghamCommandLine

/// The `gingham` tool: a process of its own for one command line.
@main
enum Main {
  static func main() { GinghamCommand.runAndExit() }
}
