"""Dashcam Evidence: from footage to evidence packages, in one direction.

    footage -> frames -> detections -> tracks -> incidents -> evidence packages

Each room of this package furnishes one arrow; `pipeline.run` is the only place that joins them.
The map of the house is `docs/architecture.md`.
"""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("dashcam-evidence")
except PackageNotFoundError:  # a checkout that was never installed
    __version__ = "0.0.0"
