"""The version, the same as the library's."""

version = "0.1.0"
