"""Every way to fail, each with the exit code it ends the program with.

A message is one line that names the file and says what to do about it. Whatever is not listed here
is a defect of ours and shows as such.
"""

from __future__ import annotations

from pathlib import Path

EXIT_DONE = 0
EXIT_DEFECT = 1
EXIT_USAGE = 2
EXIT_INPUT = 3
EXIT_CHECK = 4
EXIT_OUTPUT = 5
EXIT_INTERRUPTED = 130


class DashcamError(Exception):
    """Base of all foreseen failures. `str(error)` is the one line the user reads."""

    exit_code = EXIT_DEFECT


class UsageError(DashcamError):
    """The command was called in a way that cannot work."""

    exit_code = EXIT_USAGE


class ConfigError(UsageError):
    """A configuration file or value that cannot be used."""


class InputError(DashcamError):
    """An input that cannot be read. The rest of a batch goes on without it."""

    exit_code = EXIT_INPUT

    def __init__(self, path: Path | str, problem: str, remedy: str = "") -> None:
        self.path = Path(path)
        self.problem = problem
        self.remedy = remedy
        super().__init__(f"{path}: {problem}" + (f"; {remedy}" if remedy else ""))


class DecodeError(InputError):
    """The file opened, but its pictures cannot be decoded."""


class OutputError(DashcamError):
    """Nothing can be written there: a full disk, no permission."""

    exit_code = EXIT_OUTPUT


class ModelError(DashcamError):
    """Weights that are missing, damaged, or not what they should be."""

    exit_code = EXIT_USAGE


class MissingExtraError(ModelError):
    """A backend whose extra is not installed."""

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(
            f"{what} needs the extra [{extra}]: pip install 'dashcam-evidence[{extra}]'"
        )


class CheckFailed(DashcamError):
    """A package that is not what it claims to be."""

    exit_code = EXIT_CHECK
