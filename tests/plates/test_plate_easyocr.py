"""EasyOCR: a network of one's own is loaded and read with, and what is missing is named."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from pipeline.errors import MissingExtraError, ModelError
from pipeline.plates.easyocr_reader import EasyOcrReader
from pipeline.plates.readers import make_reader
from pipeline.settings import PlatesSettings

try:
    import easyocr  # noqa: F401
    import torch
except (ImportError, RuntimeError) as error:  # RuntimeError: torch and torchvision do not fit
    torch = None
    REASON = f"the extra [easyocr] is not usable here ({str(error).splitlines()[0]})"
else:
    REASON = ""

needs_easyocr = pytest.mark.skipif(torch is None, reason=REASON or "easyocr is there")

CHARACTERS = "-.0123456789ABCDEFGHKLMNPRSTUVXYZabc"
HEIGHT = 32
NETWORK = """
from torch import nn

class Model(nn.Module):
    def __init__(self, num_class, channels):
        super().__init__()
        self.body = nn.Conv2d(1, channels, 3, stride=(1, 4), padding=1)
        self.head = nn.Linear(channels, num_class)

    def forward(self, x, text):
        return self.head(self.body(x).mean(dim=2).permute(0, 2, 1))
"""
DESCRIPTION = f"""
network_params: {{channels: 8}}
imgH: {HEIGHT}
lang_list: [en]
character_list: "{CHARACTERS}"
"""


def make_network(folder: Path, name: str) -> None:
    """A network of random weights behind EasyOCR's door for one's own."""
    (folder / f"{name}.py").write_text(NETWORK)
    (folder / f"{name}.yaml").write_text(DESCRIPTION)
    names: dict[str, object] = {}
    exec(NETWORK, names)
    torch.manual_seed(1)
    state = names["Model"](len(CHARACTERS) + 1, 8).state_dict()  # type: ignore[operator]
    torch.save({f"module.{key}": 8 * value for key, value in state.items()}, folder / f"{name}.pth")


@pytest.fixture
def clean_path() -> Iterator[None]:
    """EasyOCR adds the folder of networks to the import path for good."""
    before = list(sys.path)
    yield
    sys.path[:] = before


def written(text: str, width: int = 200) -> np.ndarray:
    image = np.full((64, width, 3), 230, np.uint8)
    cv2.putText(image, text, (6, 48), cv2.FONT_HERSHEY_SIMPLEX, 1.5, (20, 20, 20), 4)
    return image


@needs_easyocr
def test_a_network_of_ones_own_reads(tmp_path: Path, clean_path: None) -> None:
    make_network(tmp_path, "net_reads")
    reader = EasyOcrReader(tmp_path, offline=True)
    lines = [written("75-H1"), written("357.92", 320), written("", 90)]
    found = reader.recognise(lines)
    assert len(found) == 3
    assert any(line.text for line in found), "weights this large are never all blank"
    for line, image in zip(found, lines, strict=True):
        assert len(line.characters) == len(line.text)
        for character, guesses in zip(line.text, line.characters, strict=True):
            assert character == guesses[0][0]
            shares = [share for _, share in guesses]
            assert shares == sorted(shares, reverse=True)
            assert sum(shares) <= 1.0 + 1e-5
        assert set(line.text) <= set(CHARACTERS) - set("abc"), "plates have no small letters"
        assert 0.0 <= line.confidence <= 1.0
        assert line.quad[2].tolist() == [image.shape[1], image.shape[0]]


@needs_easyocr
def test_what_we_read_is_what_easyocr_reads(tmp_path: Path, clean_path: None) -> None:
    make_network(tmp_path, "net_same")
    reader = EasyOcrReader(tmp_path, offline=True)
    theirs = reader._reader
    for image in (written("51G-971.62", 380), written("84-B1")):
        raw = theirs.recognize(
            cv2.cvtColor(image, cv2.COLOR_BGR2GRAY),
            contrast_ths=0.0,
            blocklist="abc",
        )
        (line,) = reader.recognise([image])
        assert line.text
        assert line.text == raw[0][1]


@needs_easyocr
def test_with_ones_own_network_text_is_found_offline(tmp_path: Path, clean_path: None) -> None:
    make_network(tmp_path, "net_finds")
    reader = EasyOcrReader(tmp_path, offline=True)
    image = np.full((300, 480, 3), 90, np.uint8)
    image[100:164, 140:340] = written("75-H1")
    quads = reader.find(image)
    assert len(quads) == 1
    assert np.allclose(quads[0].mean(axis=0), [215, 132], atol=25)
    assert reader.find(np.zeros((4, 4, 3), np.uint8)) == []


@needs_easyocr
def test_a_network_that_cannot_be_loaded_is_named(tmp_path: Path, clean_path: None) -> None:
    make_network(tmp_path, "net_broken")
    (tmp_path / "net_broken.py").write_text(NETWORK.replace("num_class)", "num_class + 1)"))
    with pytest.raises(ModelError, match=r"net_broken\.py.*cannot be loaded"):
        EasyOcrReader(tmp_path, offline=True)


@needs_easyocr
def test_models_that_are_missing_offline_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clean_path: None
) -> None:
    monkeypatch.setenv("DASHCAM_CACHE", str(tmp_path))
    with pytest.raises(ModelError, match="craft_mlt_25k") as caught:
        make_reader(PlatesSettings(reader="easyocr"), offline=True)
    assert "\n" not in str(caught.value)
    assert str(tmp_path / "models" / "easyocr") in str(caught.value)


def test_half_a_network_is_named(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(DESCRIPTION)
    with pytest.raises(ModelError, match=r"mine\.py: missing"):
        EasyOcrReader(tmp_path, offline=True)
    (tmp_path / "other.yaml").write_text(DESCRIPTION)
    with pytest.raises(ModelError, match="several networks"):
        EasyOcrReader(tmp_path, offline=True)


def test_without_the_package_its_extra_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "easyocr", None)
    with pytest.raises(MissingExtraError, match=r"\[easyocr\]"):
        EasyOcrReader(tmp_path, offline=True)


@needs_easyocr
def test_easyocrs_own_models_find_and_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clean_path: None
) -> None:
    """Its networks with random weights; where text is, is told to it, in its own form."""
    from easyocr import config, craft
    from easyocr import easyocr as module
    from easyocr.model import vgg_model

    entry = config.recognition_models["gen2"]["english_g2"]
    networks = {
        "craft_mlt_25k.pth": (config.detection_models["craft"], craft.CRAFT(pretrained=False)),
        entry["filename"]: (entry, vgg_model.Model(1, 256, 256, len(entry["characters"]) + 1)),
    }
    sums = {}
    for name, (known, network) in networks.items():
        state = {f"module.{key}": value for key, value in network.state_dict().items()}
        torch.save(state, tmp_path / name)
        sums[str(tmp_path / name)] = known["md5sum"]
    monkeypatch.setattr(module, "calculate_md5", lambda path: sums[path])

    reader = EasyOcrReader(tmp_path, offline=True)
    image = np.full((240, 320, 3), 90, np.uint8)
    assert isinstance(reader.read(image), list)

    upright = [100, 80, 220, 80, 220, 110, 100, 110]
    tilted = [60, 150, 160, 180, 150, 212, 50, 182]
    told = [np.array(upright, np.int32), np.array(tilted, np.int32)]
    monkeypatch.setattr(reader._reader, "get_textbox", lambda *_, **__: [told])
    found = reader.find(image)
    assert len(found) == 2
    centres = sorted(quad.mean(axis=0).tolist() for quad in found)
    assert np.allclose(centres, [[105, 181], [160, 95]], atol=3)
    tilt = min(found, key=lambda quad: float(quad[:, 0].min()))
    assert tilt[1][1] > tilt[0][1] + 15, "the corners run as the text does"
    (line,) = reader.recognise([written("75-H1")])
    assert not set(line.text) & set("abcdefghijklmnopqrstuvwxyz!@#")
