"""How names become a sentence."""

from __future__ import annotations

from dataclasses import replace

from pipeline.places.place import PlaceNames

HAI_CHAU = PlaceNames(
    commune="Phường Hải Châu",
    province="Thành phố Đà Nẵng",
    commune_former="Phường Thạch Thang",
    district_former="Quận Hải Châu",
    province_former="Thành phố Đà Nẵng",
    certain=True,
    former_certain=True,
    distance_m=400.0,
)


def test_vietnamese() -> None:
    assert HAI_CHAU.text_vi() == (
        "phường Hải Châu, thành phố Đà Nẵng (trước 1/7/2025: phường Thạch Thang, quận Hải Châu)"
    )


def test_english() -> None:
    assert HAI_CHAU.text_en() == (
        "Phường Hải Châu, Thành phố Đà Nẵng (before 1 July 2025: Phường Thạch Thang, Quận Hải Châu)"
    )


def test_doubt_is_said() -> None:
    names = replace(HAI_CHAU, certain=False, former_certain=False, neighbours=("Phường Hòa Cường",))
    assert names.text_vi() == (
        "gần phường Hải Châu (hoặc phường Hòa Cường), thành phố Đà Nẵng "
        "(trước 1/7/2025: có lẽ phường Thạch Thang, quận Hải Châu)"
    )
    assert names.text_en().startswith("near Phường Hải Châu (or Phường Hòa Cường), ")
    assert "probably Phường Thạch Thang" in names.text_en()


def test_another_province_is_named() -> None:
    names = replace(HAI_CHAU, province_former="Tỉnh Quảng Nam")
    assert names.text_vi().endswith("quận Hải Châu, tỉnh Quảng Nam)")


def test_what_is_not_known_is_left_out() -> None:
    names = replace(HAI_CHAU, commune_former=None, district_former=None)
    assert names.text_vi() == "phường Hải Châu, thành phố Đà Nẵng"
    assert names.text_en() == "Phường Hải Châu, Thành phố Đà Nẵng"
