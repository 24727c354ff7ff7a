"""What the program says while it works, in Vietnamese and English."""

from __future__ import annotations

from typing import Literal

Language = Literal["vi", "en"]

_TEXTS: dict[str, dict[Language, str]] = {
    "stage.inspect": {"vi": "Đọc thông tin tệp", "en": "Reading the files"},
    "stage.weights": {"vi": "Tải mô hình", "en": "Fetching the model"},
    "stage.watch": {"vi": "Xem {name}", "en": "Watching {name}"},
    "stage.plates": {"vi": "Đọc biển số", "en": "Reading plates"},
    "stage.packages": {"vi": "Lập hồ sơ", "en": "Making packages"},
    "resumed": {
        "vi": "{name}: đã xử lý trước đó, dùng lại kết quả",
        "en": "{name}: done in an earlier run, its result is kept",
    },
    "nothing": {
        "vi": "Không phát hiện dấu hiệu vi phạm nào.",
        "en": "No candidate violation was found.",
    },
    "found": {
        "vi": "{count} dấu hiệu vi phạm; hồ sơ ở {folder}",
        "en": "{count} candidate violation(s); packages in {folder}",
    },
    "review": {
        "vi": "Đây chỉ là dấu hiệu: hãy xem lại clip và biển số trước khi gửi.",
        "en": "These are candidates: look at the clip and the plate before you send anything.",
    },
    "gap": {
        "vi": "{name}: không có hình từ giây {start:.1f} đến {end:.1f} ({reason})",
        "en": "{name}: no pictures from second {start:.1f} to {end:.1f} ({reason})",
    },
}


def word(key: str, language: Language, **values: object) -> str:
    """The text of `key`, filled with `values`."""
    return _TEXTS[key][language].format(**values)
