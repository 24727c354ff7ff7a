"""File names that real cameras, phones and messengers give, and what may be read from them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.footage.names import time_in_name

# Names as they stand in makers' manuals, in owners' reports and in the code of card readers.
NAMES = {
    # 70mai A500S, A810, X800, Dash Cam Pro: normal, event, parked, locked; front and back
    "NO20260713-133158-000008F": ("70mai", "2026-07-13 13:31:58"),
    "EV20260713-133158-000008F": ("70mai", "2026-07-13 13:31:58"),
    "NO20231105-143007-000012B": ("70mai", "2023-11-05 14:30:07"),
    "VL20260428-192844-000413F": ("70mai", "2026-04-28 19:28:44"),
    "PA20210605-081530-000131F": ("70mai", "2021-06-05 08:15:30"),
    # Viofo A119, A129, A129 Pro, A139
    "2023_0530_054703_001A": ("Viofo, Novatek", "2023-05-30 05:47:03"),
    "2023_0530_054704_R": ("Viofo, Novatek", "2023-05-30 05:47:04"),
    "2019_0712_181355_021": ("Viofo, Novatek", "2019-07-12 18:13:55"),
    "20230412141530_012345F": ("Viofo, Novatek", "2023-04-12 14:15:30"),
    "20260625120102_000123": ("Viofo, Novatek", "2026-06-25 12:01:02"),
    "20260816_093011_0042PF": ("Viofo, Novatek", "2026-08-16 09:30:11"),
    "20210109161626_000009A": ("Viofo, Novatek", "2021-01-09 16:16:26"),
    # Vantrue
    "2017_0101_060101_001A": ("Viofo, Novatek", "2017-01-01 06:01:01"),
    "20220818_174055_0012_N_A": ("Vantrue", "2022-08-18 17:40:55"),
    # Novatek firmware as Mio, Navitel and others ship it
    "FILE201231-143000F": ("Mio, Novatek", "2020-12-31 14:30:00"),
    "EMER190512-091502": ("Mio, Novatek", "2019-05-12 09:15:02"),
    "FILE20190512-143007": ("Novatek", "2019-05-12 14:30:07"),
    "MOVI_20190512_143007": ("Novatek", "2019-05-12 14:30:07"),
    "171105_143007_012": ("Novatek", "2017-11-05 14:30:07"),  # no camera was there in 2005
    "231105-143007": ("Novatek", "2023-11-05 14:30:07"),
    # BlackVue: normal, event, parked, manual; front, rear, interior; small copies
    "20260718_070333_NF": ("BlackVue", "2026-07-18 07:03:33"),
    "20250911_162008_NR": ("BlackVue", "2025-09-11 16:20:08"),
    "20240115_143025_E": ("BlackVue", "2024-01-15 14:30:25"),
    "20260718_070333_NFS": ("BlackVue", "2026-07-18 07:03:33"),
    # Nextbase 322GW to 622GW, Piqo
    "240915_143027_001_FH": ("Nextbase", "2024-09-15 14:30:27"),
    "210305_081512_034_RL": ("Nextbase", "2021-03-05 08:15:12"),
    # Thinkware F770, F800, U1000
    "REC_2019_05_03_12_00_00_F": ("Thinkware", "2019-05-03 12:00:00"),
    "EVT_2021_08_14_17_45_10_R": ("Thinkware", "2021-08-14 17:45:10"),
    "FRONT_20240211_101530": ("Thinkware", "2024-02-11 10:15:30"),
    # DDPai Mola, mini; Azdome
    "G_20230214105816_052_0030": ("DDPai", "2023-02-14 10:58:16"),
    "20230510112233_0060": ("DDPai, Viofo", "2023-05-10 11:22:33"),
    "20220507_183012A": ("Viofo, Novatek", "2022-05-07 18:30:12"),
    # Cowon, Tesla, Kaiser Baas, T-series of other makers
    "20121108-095609_NOR_D": ("Cowon", "2012-11-08 09:56:09"),
    "20121109-230735_EVT_P": ("Cowon", "2012-11-09 23:07:35"),
    "2023-11-05_14-30-07-left_repeater": ("Tesla", "2023-11-05 14:30:07"),
    "2019-09-28_17-05-59-back": ("Tesla", "2019-09-28 17:05:59"),
    "2025_10_12_220337_00": ("dated", "2025-10-12 22:03:37"),
    "REC_20231105_143007_F": ("other cameras", "2023-11-05 14:30:07"),
    "NOR_20231105_143007_F": ("other cameras", "2023-11-05 14:30:07"),
    # DJI drones and action cameras
    "DJI_20230813102011_0008_D": ("DJI", "2023-08-13 10:20:11"),
    "DJI_20231028195825_0001_T": ("DJI", "2023-10-28 19:58:25"),
    # GoPro with Labs firmware, Insta360
    "GoPro13_2025-06-14_09.27.44_GX010093": ("dated", "2025-06-14 09:27:44"),
    "VID_20240302_101112_00_017": ("Insta360", "2024-03-02 10:11:12"),
    # phones: Huawei, Xiaomi, Honor; Oppo, Realme; Vivo; Samsung, LG; Lumia
    "VID_20231105_143007": ("Android", "2023-11-05 14:30:07"),
    "VID_20190304_101010_LS": ("Android", "2019-03-04 10:10:10"),
    "VID20211230101530": ("Android", "2021-12-30 10:15:30"),
    "video_20220911_193850": ("Android", "2022-09-11 19:38:50"),
    "20220825_052606": ("Viofo, Novatek", "2022-08-25 05:26:06"),
    "20220825_052606(0)": ("Viofo, Novatek", "2022-08-25 05:26:06"),
    "20220825_052606 - Sao chép": ("Viofo, Novatek", "2022-08-25 05:26:06"),
    "WP_20150512_14_30_07_Pro": ("Windows Phone", "2015-05-12 14:30:07"),
    # fixed cameras and recorders
    "video_BYEDP000105_2019-08-13_103035": ("dated", "2019-08-13 10:30:35"),
    "2021_07_12_17-34-07": ("dated", "2021-07-12 17:34:07"),
    "25-12-2023 14.30.07": ("dated", "2023-12-25 14:30:07"),  # there is no month 25
    "05-05-2023_14-30-07": ("dated", "2023-05-05 14:30:07"),  # in both orders
}


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_tells_the_time(name: str) -> None:
    found = time_in_name(name)
    assert found is not None
    assert (found.maker, str(found.moment)) == NAMES[name]
    assert not found.refused


def test_there_are_forty_names_at_least() -> None:
    assert len(NAMES) >= 40


@pytest.mark.parametrize("name", ["PXL_20231105_073007123", "PXL_20231105_073007123.TS"])
def test_a_pixel_phone_names_in_utc(name: str) -> None:
    found = time_in_name(name)
    assert found is not None
    assert found.moment == datetime(2023, 11, 5, 7, 30, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    "name",
    [
        "", "clip_001", "IMG_4711", "IMG_1234", "GX010123", "GOPR3364", "GP013364", "GRMN0128",
        "YDXJ0012", "MOV_0012", "C0012", "DJI_0012", "MVI_5512", "hiv00001", "E123M45S67",
        # no such day or time
        "20231305_143007", "20230230_143007", "20231105_256007", "NO20231105-143061-000012F",
        # years in which no camera wrote such names
        "1980_0101_000000_1", "19700101_000000_NF", "20991105_143007",
        # digits of identifiers, and counters of seconds
        "12345678901234567890", "20231105143007123456", "120231105_143007", "1699169407123",
        "1778741309-1778741415", "recording_1760223000000", "10158231105143007",
        # a day without a time, a time without a day
        "2023-11-05", "2017-06-06_09acf48a-ea95-4ba0-88b2-95b8e6d14ee7-main", "01-41-28", "2023",
    ],
)  # fmt: skip
def test_names_that_tell_no_time(name: str) -> None:
    assert time_in_name(name) is None


REFUSED = {
    # two readings
    "01022023_143007": "its day may be 2023-01-02 or 2023-02-01",
    "05112023143007": "its day may be 2023-05-11 or 2023-11-05",
    "05-11-2023 14.30.07": "its day may be 2023-05-11 or 2023-11-05",
    "REC_05-11-2023_14-30-07": "its day may be 2023-05-11 or 2023-11-05",
    "200521_143007": "its day may be 2020-05-21 or 2021-05-20",
    "121113-143007F": "its day may be 2012-11-13 or 2013-11-12",
    "2023-11-05_14-30-07_2023-12-01": "the name holds two times",
    # when it was sent or saved, not when it was recorded
    "VID-20230512-WA0003": "messenger",
    "IMG-20190330-WA0002(1)": "messenger",
    "WhatsApp Video 2023-11-05 at 14.30.07": "messenger",
    "signal-2020-05-07-222654": "messenger",
    "video_2023-11-05_14-30-07": "messenger",  # Telegram
    "VID_20231105_143007_123": "messenger",  # Telegram on Android
    # when it was exported
    "lv_0_20231105143007": "editor",
    "InShot_20231105_143007123": "editor",
    # when a screen was recorded
    "Screenrecorder-2023-11-05-14-30-07-123": "screen",
    "Screen Recording 2023-11-05 at 14.30.07": "screen",
    # no longer begins when the camera began
    "VID_20231105_143007_trim": "cut or edited",
    "PXL_20231105_073007123~2": "cut or edited",
    "2023-11-05_14-30-07-cut": "cut or edited",
}


@pytest.mark.parametrize("name", REFUSED)
def test_names_that_are_refused_with_the_reason(name: str) -> None:
    found = time_in_name(name)
    assert found is not None
    assert found.moment is None
    assert REFUSED[name] in found.refused


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="0123456789_-. FRAVIDPXL~()", max_size=40))
def test_any_name_is_read_without_a_crash(name: str) -> None:
    found = time_in_name(name)
    assert found is None or (found.moment is None) == bool(found.refused)
