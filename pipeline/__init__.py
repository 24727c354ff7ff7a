"""Dashcam Evidence: from footage to evidence packages, in one direction.

    footage -> frames -> detections -> tracks -> incidents -> evidence packages

Each room of this package furnishes one arrow; `pipeline.run` is the only place that joins them.
The map of the house is `docs/architecture.md`.
"""

__version__ = "0.1.0"
