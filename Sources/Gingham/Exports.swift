// One import gives the whole house.
@_exported import GinghamAdversarialProbing
@_exported import GinghamArchitectures
@_exported import GinghamAttribution
@_exported import GinghamDiagnosis
@_exported import GinghamDifferentiation
@_exported import GinghamEngine
@_exported import GinghamFeatureVisualization
@_exported import GinghamGeneration
@_exported import GinghamImaging
@_exported import GinghamLattices
@_exported import GinghamModelFormats
@_exported import GinghamModels
@_exported import GinghamNetworks
@_exported import GinghamPrediction
@_exported import GinghamReferenceEngine
@_exported import GinghamReporting
@_exported import GinghamRewriting
@_exported import GinghamSignals
@_exported import GinghamTensors

/// Of the library and the command line.
public let ginghamVersion = "0.1.0"
