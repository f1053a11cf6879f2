"""The library's version, as it stands in files."""

VERSION = "0.1.0"
