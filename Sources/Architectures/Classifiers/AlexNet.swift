import GinghamNetworks

extension Architecture {
  /// AlexNet in torchvision's form (Krizhevsky 2014, "One weird trick"): one column, no local response normalization.
  static let alexnet = Architecture(
    "alexnet", "AlexNet, stem 11×11 stride 4", options: [.classes], witnesses: ["classes": .head("classifier.6")]
  ) { net, settings in
    var x = net.picture(settings)
    x = net.convolution("features.0", x, 64, kernel: 11, stride: 4, padding: 2, bias: true)
    x = net.relu("features.1", x)
    x = net.maxPool("features.2", x, kernel: 3, stride: 2)
    x = net.convolution("features.3", x, 192, kernel: 5, padding: 2, bias: true)
    x = net.relu("features.4", x)
    x = net.maxPool("features.5", x, kernel: 3, stride: 2)
    for (index, channels) in [(6, 384), (8, 256), (10, 256)] {
      x = net.convolution("features.\(index)", x, channels, kernel: 3, padding: 1, bias: true)
      x = net.relu("features.\(index + 1)", x)
    }
    x = net.maxPool("features.12", x, kernel: 3, stride: 2)
    x = net.adaptiveAveragePool("avgpool", x, size: 6)
    x = net.flatten("flatten", x)
    x = net.dropout("classifier.0", x)
    x = net.linear("classifier.1", x, 4096)
    x = net.relu("classifier.2", x)
    x = net.dropout("classifier.3", x)
    x = net.linear("classifier.4", x, 4096)
    x = net.relu("classifier.5", x)
    return net.linear("classifier.6", x, settings["classes"])
  }
}

extension Architecture.Witness {
  /// The layer that scores the classes.
  static func head(_ layer: String) -> Architecture.Witness {
    Architecture.Witness(parameter: "\(layer).weight", axis: 0)
  }

  /// The same for nets that are also published without it.
  static func optionalHead(_ layer: String) -> Architecture.Witness {
    Architecture.Witness(parameter: "\(layer).weight", axis: 0, absent: 0)
  }
}
