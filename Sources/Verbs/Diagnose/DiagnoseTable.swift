import GinghamDiagnosis
import GinghamLattices
import GinghamReporting
import GinghamTensors

/// What a diagnosis says of single pictures: all of them in the findings, or of a large set a row each in `results.csv` and
/// `results.sqlite`.
struct DiagnoseTable {
  private let diagnosis: Diagnosis
  private let columns: PictureColumns
  /// Names of the pictures that show each.
  private let affected: [(fault: Fault, pictures: Set<String>)]

  /// Pictures that findings show of a large set.
  private static let shown = 20

  init(_ diagnosis: Diagnosis, periods: [Int]) {
    (self.diagnosis, columns) = (diagnosis, PictureColumns(periods: periods))
    affected = Fault.allCases.map { fault in
      (fault, Set(diagnosis.findings.filter { $0.fault == fault }.flatMap(\.pictures)))
    }
  }

  private func image(_ picture: PictureSigns, _ index: Int) -> DiagnoseFindings.Image {
    DiagnoseFindings.Image(
      path: picture.name, height: picture.height, width: picture.width,
      faults: affected.filter { $0.pictures.contains(picture.name) }.map(\.fault), lattice: picture.lattice,
      sharpness: picture.faults.sharpness, blur: picture.blur, levels: picture.levels, banding: picture.faults.banding,
      colour: picture.colours.map(DiagnoseFindings.MeanColour.init), tileDistance: diagnosis.tileDistances[index])
  }

  /// - Throws: ``FormatError``.
  func images(of signs: SignsOfSet) throws -> [DiagnoseFindings.Image] {
    var images: [DiagnoseFindings.Image] = []
    try signs.forEach { images.append(image($0, images.count)) }
    return images
  }

  /// - Returns: the pictures with the most faults, and the sums.
  /// - Throws: ``FormatError``, ``DatabaseError``.
  func write(
    _ signs: SignsOfSet, skipped: [SkippedFile], into folder: RunFolder
  ) throws -> (worst: [DiagnoseFindings.Image], summary: DiagnoseFindings.Summary) {
    var worst: [DiagnoseFindings.Image] = []
    var summary = DiagnoseFindings.Summary(pictures: 0, faultless: 0)
    try SetTable.write(columns: names, skipped: skipped, into: folder) { add in
      try signs.forEach { picture in
        let image = image(picture, summary.pictures)
        try add(row(picture, image))
        summary.pictures += 1
        if image.faults.isEmpty { summary.faultless += 1 }
        let place = worst.firstIndex { $0.faults.count < image.faults.count } ?? worst.count
        guard place < Self.shown else { return }
        worst.insert(image, at: place)
        if worst.count > Self.shown { worst.removeLast() }
      }
    }
    return (worst, summary)
  }

  private var names: [String] {
    ["path", "height", "width", "is_jpeg"] + affected.map { "has_\($0.fault.rawValue)" } + columns.names + [
      "blur_sigma", "blur_exponent", "bits", "levels", "end_share", "lightness", "contrast", "chroma", "tint_a",
      "tint_b", "tile_distance",
    ]
  }

  private func row(_ picture: PictureSigns, _ image: DiagnoseFindings.Image) -> [String] {
    let (blur, levels, colour) = (picture.blur, picture.levels, image.colour)
    return [picture.name, "\(picture.height)", "\(picture.width)", "\(picture.isJPEG)"]
      + affected.map { "\(image.faults.contains($0.fault))" } + columns.fields(picture.lattice, picture.faults) + [
        SetTable.field(blur?.sigma), SetTable.field(blur?.exponent), SetTable.field(levels?.bits),
        SetTable.field(levels?.levels), SetTable.field(levels?.endShare), SetTable.field(colour?.lightness),
        SetTable.field(colour?.contrast), SetTable.field(colour?.chroma), SetTable.field(colour?.tint.x),
        SetTable.field(colour?.tint.y), SetTable.field(image.tileDistance),
      ]
  }
}
