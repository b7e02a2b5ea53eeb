import GinghamTensors

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The mean log-magnitude of the two-dimensional cosine transform (DCT-II, orthonormal) over a set of maps: upsampling
/// leaves a grid in it (Frank et al. 2020).
public struct CosineSpectrum: Hashable, Sendable {
  /// Mean of ln(|coefficient| + 10⁻¹²), H×W; frequency (0, 0) first.
  public let logMagnitude: Plane

  /// - Throws: ``ArtifactError/noMaps``, ``ArtifactError/badArgument(_:)`` for mixed sizes.
  public init(of maps: [Plane]) throws {
    guard let first = maps.first, first.height > 0, first.width > 0 else { throw ArtifactError.noMaps }
    guard maps.allSatisfy({ $0.height == first.height && $0.width == first.width }) else {
      throw ArtifactError.badArgument("cosine spectra are averaged over maps of one size")
    }
    var sum = Plane(height: first.height, width: first.width)
    for map in maps {
      let magnitudes = CosineSpectrum.magnitudes(of: map)
      for index in sum.values.indices { sum.values[index] += log(magnitudes.values[index] + 1e-12) }
    }
    for index in sum.values.indices { sum.values[index] /= Double(maps.count) }
    logMagnitude = sum
  }

  /// |DCT-II| of a map, orthonormal. The Fourier transform of the map mirrored to 2H×2W is, up to a factor of
  /// modulus one, four times the cosine sum.
  package static func magnitudes(of map: Plane) -> Plane {
    var mirrored = Plane(height: 2 * map.height, width: 2 * map.width)
    for y in 0..<mirrored.height {
      let row = y < map.height ? y : mirrored.height - 1 - y
      for x in 0..<mirrored.width {
        mirrored[y, x] = map[row, x < map.width ? x : mirrored.width - 1 - x]
      }
    }
    let spectrum = HalfSpectrum(of: mirrored)
    var result = Plane(height: map.height, width: map.width)
    for y in 0..<map.height {
      let scaleY = ((y == 0 ? 1 : 2) / Double(map.height)).squareRoot()
      for x in 0..<map.width {
        let scaleX = ((x == 0 ? 1 : 2) / Double(map.width)).squareRoot()
        result[y, x] = spectrum.power(y, x).squareRoot() / 4 * scaleY * scaleX
      }
    }
    return result
  }
}
