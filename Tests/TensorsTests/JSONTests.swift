import Foundation
import GinghamTensors
import Testing

@Suite struct JSONTests {
  private struct Figures: Encodable {
    var cv2Corrected = 0.5
    var minimalL2: Double? = .infinity
    var peakDecibels: Double? = nil
    var isLocked = true
    var byName = ["keptAsItIs": 1]

    private enum CodingKeys: String, CodingKey {
      case cv2Corrected, minimalL2, peakDecibels, byName
      case isLocked = "locked"
    }
  }

  @Test func keysAreSortedAndInSnakeCaseButThoseOfDictionaries() throws {
    let text = """
      {
        "by_name" : {
          "keptAsItIs" : 1
        },
        "cv2_corrected" : 0.5,
        "locked" : true,
        "minimal_l2" : "inf"
      }

      """
    #expect(String(decoding: try Figures().json(), as: UTF8.self) == text)
  }

  @Test func aLineIsTheSameWithoutSpace() throws {
    #expect(
      String(decoding: try Figures().jsonLine(), as: UTF8.self)
        == #"{"by_name":{"keptAsItIs":1},"cv2_corrected":0.5,"locked":true,"minimal_l2":"inf"}"# + "\n")
    #expect(
      String(decoding: try ["a": Figures().byName].json(keys: .useDefaultKeys), as: UTF8.self).contains("keptAsItIs"))
  }
}
