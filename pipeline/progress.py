"""How far long work has come: bars on a terminal, plain lines elsewhere, nothing for a library."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

Advance = Callable[[float], None]
"""Called with how much is done so far, in the unit of its stage."""

_LINE_EVERY_S = 10.0


class Reporter(Protocol):
    """Whoever wants to know how far a run is."""

    def stage(self, name: str, total: float, unit: str) -> AbstractContextManager[Advance]:
        """A stretch of work of `total` units."""
        ...

    def say(self, message: str) -> None:
        """One line for the user."""
        ...


class Silent:
    """Tells nobody."""

    @contextmanager
    def stage(self, name: str, total: float, unit: str) -> Iterator[Advance]:
        yield lambda done: None

    def say(self, message: str) -> None:
        pass


class Lines:
    """Plain lines on stderr, at most one in ten seconds: for logs and pipes."""

    @contextmanager
    def stage(self, name: str, total: float, unit: str) -> Iterator[Advance]:
        start = last = time.monotonic()

        def advance(done: float) -> None:
            nonlocal last
            now = time.monotonic()
            if now - last < _LINE_EVERY_S:
                return
            last = now
            rate = done / (now - start)
            left = f", {(total - done) / rate:.0f} s left" if rate > 0 else ""
            self.say(f"{name}: {done:.0f} of {total:.0f} {unit}, {rate:.1f} {unit}/s{left}")

        yield advance
        self.say(f"{name}: done in {time.monotonic() - start:.1f} s")

    def say(self, message: str) -> None:
        print(message, file=sys.stderr, flush=True)


class _Rate(ProgressColumn):
    """Units a second."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        unit = task.fields["unit"]
        return Text(f"{speed:.1f} {unit}/s" if speed else "", style="progress.data.speed")


class Bars:
    """One bar a stage on a terminal, with rate and time left."""

    def __init__(self, console: Console) -> None:
        self._console = console

    @contextmanager
    def stage(self, name: str, total: float, unit: str) -> Iterator[Advance]:
        columns = (
            SpinnerColumn(finished_text="✓"),
            TextColumn("{task.description:<28}"),
            BarColumn(bar_width=30),
            TextColumn("{task.completed:.0f}/{task.total:.0f} {task.fields[unit]}"),
            _Rate(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
        )
        # What is printed to a redirected stdout meanwhile must not come out on stderr.
        redirect = sys.stdout.isatty()
        with Progress(*columns, console=self._console, redirect_stdout=redirect) as progress:
            task = progress.add_task(name, total=total, unit=unit)
            yield lambda done: progress.update(task, completed=min(done, total))
            progress.update(task, completed=total)

    def say(self, message: str) -> None:
        self._console.print(message, highlight=False, markup=False)


def reporter_for(stream_is_terminal: bool) -> Reporter:
    """Bars where a person watches, lines where a log does."""
    return Bars(Console(stderr=True)) if stream_is_terminal else Lines()
