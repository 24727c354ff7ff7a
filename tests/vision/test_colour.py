"""Names of paints."""

import numpy as np
import pytest

from pipeline.vision.colour import ColourVotes

BOX = np.array([20, 20, 180, 120], np.float32)


def look(bgr: tuple[int, int, int], noise: float = 12.0) -> ColourVotes:
    rng = np.random.default_rng(3)
    image = np.full((140, 200, 3), 90, np.float64)
    image[20:120, 20:180] = bgr
    image += rng.normal(0, noise, image.shape)
    votes = ColourVotes()
    votes.look(np.clip(image, 0, 255).astype(np.uint8), BOX, 0.9)
    return votes


@pytest.mark.parametrize(
    ("bgr", "name"),
    [
        ((235, 236, 238), "white"),
        ((28, 27, 27), "black"),
        ((30, 28, 185), "red"),
        ((150, 75, 30), "blue"),
        ((45, 200, 232), "yellow"),
        ((130, 128, 126), "grey"),
        ((60, 115, 45), "green"),
    ],
)
def test_plain_paints(bgr: tuple[int, int, int], name: str) -> None:
    winner = look(bgr).winner()
    assert winner is not None and winner.name == name and winner.share > 0.6


def test_no_look_no_colour() -> None:
    assert ColourVotes().winner() is None


def test_a_patchwork_has_no_colour() -> None:
    image = np.random.default_rng(0).integers(0, 255, (140, 200, 3), np.uint8)
    image = np.kron(image[::20, ::20], np.ones((20, 20, 1), np.uint8))
    votes = ColourVotes()
    votes.look(image, BOX, 0.9)
    winner = votes.winner()
    assert winner is None or winner.share < 0.6
