"""What is said of each form, filled from its measures."""

from __future__ import annotations

from pipeline.violations.base import Language

ACROSS: dict[Language, str] = {
    "vi": "{vehicle} đè vạch liền trong {over_duration:.1f} giây và đi sang bên kia vạch.",
    "en": "The {vehicle} is over a solid line for {over_duration:.1f} seconds and goes across it.",
}
AGAINST: dict[Language, str] = {
    "vi": "{vehicle} đi ngược chiều với {against:.0f} xe khác trên cùng phần đường.",
    "en": "The {vehicle} travels against {against:.0f} other vehicles on the same side.",
}
SHOULDER: dict[Language, str] = {
    "vi": (
        "{vehicle} chạy ngoài vạch mép phải phần đường xe chạy (lề đường, làn dừng khẩn cấp) trong "
        "{shoulder_duration:.1f} giây, cách vạch {beyond_edge_m:.1f} m."
    ),
    "en": (
        "The {vehicle} drives beyond the right edge line (the hard shoulder) for "
        "{shoulder_duration:.1f} seconds, {beyond_edge_m:.1f} m from the line."
    ),
}
MAPPED: dict[Language, str] = {
    "vi": "{vehicle} chạy {lane_duration:.1f} giây trong làn không dành cho loại xe này{lane}.",
    "en": "The {vehicle} drives for {lane_duration:.1f} seconds in a lane not for its kind{lane}.",
}
