"""What the shipped plate reader says in each of its slots."""

from __future__ import annotations

from .rules import ALPHABET

BREAK = len(ALPHABET)  # between the lines of a plate of two
END = BREAK + 1  # behind the last character, and everywhere after it
SYMBOLS = END + 1
SLOTS = 11  # the longest plate has ten characters and a break
COLOURS = ("white", "yellow", "blue", "red")
WIDTH_PX, HEIGHT_PX = 128, 64  # of the picture that it reads
MARGIN = 0.06  # of that picture, at each side of the plate
