"""The shipped table names places in Vietnam, and no other."""

from __future__ import annotations

import math
import shutil
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from pipeline.errors import DashcamError
from pipeline.places.gazetteer import Gazetteer
from pipeline.resources import shipped

ROOT = Path(__file__).parents[2]

# Read off maps by hand; none is near a border of a commune.
KNOWN = [
    # place, latitude, longitude, commune, province, former district, former province
    ("Notre-Dame of Saigon", 10.7798, 106.6990, "Phường Sài Gòn", "Thành phố Hồ Chí Minh",
     "Quận 1", "Thành phố Hồ Chí Minh"),
    ("Turtle Tower, Hoan Kiem", 21.0279, 105.8522, "Phường Hoàn Kiếm", "Thành phố Hà Nội",
     "Quận Hoàn Kiếm", "Thành phố Hà Nội"),
    ("Da Nang, Han market", 16.0682, 108.2241, "Phường Hải Châu", "Thành phố Đà Nẵng",
     "Quận Hải Châu", "Thành phố Đà Nẵng"),
    ("Hoi An, old town", 15.8770, 108.3300, "Phường Hội An", "Thành phố Đà Nẵng",
     "Thành phố Hội An", "Tỉnh Quảng Nam"),
    ("Vung Tau, front beach", 10.3460, 107.0780, "Phường Vũng Tàu", "Thành phố Hồ Chí Minh",
     "Thành phố Vũng Tàu", "Tỉnh Bà Rịa - Vũng Tàu"),
    ("Phu Quoc, Duong Dong", 10.2170, 103.9650, "Đặc khu Phú Quốc", "Tỉnh An Giang",
     "Thành phố Phú Quốc", "Tỉnh Kiên Giang"),
]  # fmt: skip

FOREIGN = {
    "Phnom Penh": (11.5564, 104.9282),
    "Nanning": (22.8170, 108.3665),
    "Vientiane": (17.9757, 102.6331),
    "Bavet, 1 km into Cambodia": (11.0600, 106.1600),
    "Dongxing, across the river from Mong Cai": (21.5480, 107.9700),
    "Hekou, across the river from Lao Cai": (22.5294, 103.9394),
    "the open sea": (12.0, 111.0),
    "the Gulf of Tonkin": (20.0, 107.5),
    "California": (33.1265, -117.3271),
    "the pole": (90.0, 0.0),
    "nowhere": (0.0, 0.0),
    "no number": (math.nan, 106.0),
    "no position": (16.0, 500.0),
}


@pytest.fixture(scope="module")
def gazetteer() -> Gazetteer:
    return Gazetteer.shipped()


@pytest.mark.parametrize("known", KNOWN, ids=lambda known: known[0])
def test_known_places(
    gazetteer: Gazetteer, known: tuple[str, float, float, str, str, str, str]
) -> None:
    _, latitude, longitude, commune, province, district, province_former = known
    names = gazetteer.name(latitude, longitude)
    assert names is not None
    assert (names.commune, names.province) == (commune, province)
    assert (names.district_former, names.province_former) == (district, province_former)


@pytest.mark.parametrize("place", FOREIGN)
def test_no_name_outside_of_vietnam(gazetteer: Gazetteer, place: str) -> None:
    assert gazetteer.name(*FOREIGN[place]) is None


def test_a_border_makes_it_uncertain(gazetteer: Gazetteer) -> None:
    """Along a line through Hanoi, certainty goes and the right neighbour is named at the border."""
    line = [(21.0285, 105.8000 + 0.0002 * i) for i in range(300)]
    named = [gazetteer.name(*position) for position in line]
    assert all(named)
    crossings = 0
    for before, after in pairwise(named):
        assert before is not None
        assert after is not None
        if before.commune != after.commune:
            crossings += 1
            assert not before.certain
            assert not after.certain
            assert after.commune in before.neighbours
            assert before.commune in after.neighbours
            assert before.text_vi().startswith("gần ")
            assert before.distance_m < 75
    assert crossings >= 3
    assert any(names.certain for names in named if names)


def test_a_worse_position_is_less_certain(gazetteer: Gazetteer) -> None:
    position = 16.0682, 108.2241
    sharp = gazetteer.name(*position)
    blurred = gazetteer.name(*position, uncertainty_m=900.0)
    assert sharp is not None
    assert blurred is not None
    assert sharp.certain
    assert not blurred.certain
    assert blurred.neighbours


def test_the_provinces_and_communes_are_whole() -> None:
    """34 provinces and 3,321 communes now; 63 and 10,040 (with five districts) before."""
    communes = Gazetteer.shipped()._communes
    former = Gazetteer.shipped()._former
    assert len(communes) == 3321
    assert len({commune.province for commune in communes}) == 34
    assert len({one.province for one in former}) == 63
    assert len(former) == 10040
    assert all(commune.former for commune in communes)


def test_it_is_read_fast() -> None:
    """In a process of its own: among all the objects of a test run, the collector costs more."""
    code = (
        "import time\n"
        "from pipeline.places.gazetteer import Gazetteer\n"
        "from pipeline.resources import shipped\n"
        "start = time.process_time()\n"
        "Gazetteer(shipped('configs') / 'places')\n"
        "print(time.process_time() - start)\n"
    )
    told = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert float(told.stdout) < 0.2


@pytest.mark.parametrize("file", ["communes.grid.xz", "former.csv.gz"])
def test_a_damaged_table_is_one_line(tmp_path: Path, file: str) -> None:
    folder = shutil.copytree(shipped("configs") / "places", tmp_path / "places")
    content = (folder / file).read_bytes()
    (folder / file).write_bytes(content[: len(content) // 2])
    with pytest.raises(DashcamError, match="install anew"):
        Gazetteer(folder)
