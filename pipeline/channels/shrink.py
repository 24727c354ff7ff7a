"""A clip made to fit: encoded again under a size, as an extra file beside the evidence.

Without sound (voices in the car say who sent it, and bits are few) and without any metadata. The
evidence itself stays what it is; whoever wants proof asks for the original clip by its SHA-256.
"""

from __future__ import annotations

import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import ffmpeg

from pipeline.errors import InputError, OutputError
from pipeline.footage.binary import ffmpeg_path, file_url
from pipeline.footage.opening import open_video

# Lines of the picture and the bits a second that H.264 wants for them at least, on roads.
_LADDER = ((1080, 2_500_000), (720, 1_100_000), (540, 600_000), (360, 250_000))
_MOST_BITS = 8_000_000  # a second; more brings nothing a person could see
_CONTAINER_SHARE = 0.02
_CONTAINER_BYTES = 8_192
_TRIES = 3  # the encoder keeps to its budget on average, not for each film
_AGAIN = 0.94


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a clip, in seconds since its first picture."""

    start_s: float
    end_s: float

    @property
    def duration_s(self) -> float:
        return self.end_s - self.start_s


def duration_of(clip: Path) -> float:
    """Length of a clip's pictures, seconds. Raises InputError."""
    try:
        with open_video(clip) as container:
            if container.duration:
                return float(container.duration / av.time_base)
            stream = container.streams.video[0]
            times = [packet.pts for packet in container.demux(stream) if packet.pts is not None]
            return float((max(times) - min(times)) * (stream.time_base or 0))
    except (av.FFmpegError, OSError, IndexError, ValueError) as error:
        raise InputError(clip, "the clip cannot be read", "make the package again") from error


def shrink(clip: Path, target: Path, most_bytes: int, stretch: Stretch) -> None:
    """Write `stretch` of `clip` to `target` (MP4, H.264) in `most_bytes` at most.

    Raises InputError where it cannot be done at a quality that shows anything, OutputError where
    nothing can be written.
    """
    room = most_bytes * (1 - _CONTAINER_SHARE) - _CONTAINER_BYTES
    bits = room * 8 / max(stretch.duration_s, 0.1)
    least = _LADDER[-1][1]
    for _ in range(_TRIES):
        if bits < least:
            break
        _encode(clip, target, int(min(bits, _MOST_BITS)), stretch)
        if target.stat().st_size <= most_bytes:
            return
        bits *= _AGAIN * most_bytes / target.stat().st_size
    target.unlink(missing_ok=True)
    raise InputError(
        clip,
        f"{stretch.duration_s:.0f} s of it do not fit into {most_bytes / 1e6:.1f} MB",
        "choose a channel that takes more, or a shorter clip (clip_s in the channels file)",
    )


def _encode(clip: Path, target: Path, bits: int, stretch: Stretch) -> None:
    """Two passes: the first counts where the bits are needed, the second spends them."""
    lines = next((lines for lines, least in _LADDER if bits >= least), _LADDER[-1][0])
    with tempfile.TemporaryDirectory(prefix="dashcam-") as folder:
        for number in (1, 2):
            command = _command(clip, target, bits, lines, stretch, number, Path(folder) / "pass")
            done = subprocess.run(
                command, stdin=subprocess.DEVNULL, capture_output=True, check=False
            )
            if done.returncode != 0:
                complaints = done.stderr.decode(errors="replace").strip().splitlines()
                reason = complaints[-1] if complaints else "the encoder stopped"
                raise OutputError(f"{target.name}: the clip cannot be encoded ({reason})")


def _command(
    clip: Path, target: Path, bits: int, lines: int, stretch: Stretch, number: int, log: Path
) -> list[str]:
    source = ffmpeg.input(
        file_url(clip),
        ss=f"{stretch.start_s:.3f}",
        t=f"{stretch.duration_s:.3f}",
        protocol_whitelist="file",
    )
    picture = source.video.filter("scale", -2, f"min({lines},ih)")
    options: dict[str, Any] = {
        "c:v": "libx264",
        "preset": "medium",
        "pix_fmt": "yuv420p",
        "b:v": bits,
        "maxrate": int(bits * 1.5),
        "bufsize": bits * 2,
        "pass": number,
        "passlogfile": str(log),
        "an": None,
        "map_metadata": -1,
        "map_chapters": -1,
        "fflags": "+bitexact",
        "flags:v": "+bitexact",
    }
    if number == 1:
        output = picture.output("-", format="null", **options)
    else:
        output = picture.output(file_url(target), movflags="+faststart", **options)
    output = output.global_args("-hide_banner", "-nostdin", "-loglevel", "error")
    return list(ffmpeg.compile(output, cmd=ffmpeg_path(), overwrite_output=True))
