"""What a verification proves and what it does not, in plain words."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from pipeline.evidence.keys import grouped
from pipeline.wording import Language, word


@dataclass(slots=True)
class Proof:
    """What the answers showed."""

    key_wanted: bool  # somebody said whose key it should be
    whole: bool = False  # every file is as the lists say
    key: str | None = None  # fingerprint of the key whose signature holds
    stamped: datetime | None = None
    stamp_trusted: bool = False
    originals: list[str] = field(default_factory=list)  # names of those that the record knows
    identical: set[str] = field(default_factory=set)  # clips whose packets are the original's
    credited: list[str] = field(default_factory=list)  # films whose C2PA manifest is that key's
    clips: int = 0

    def sentences(self, ok: bool, language: Language) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """What is proved, and what is not."""

        def says(key: str, **values: object) -> str:
            return word(f"verify.proof.{key}", language, **values)

        if not ok:
            return (), (says("nothing"),)
        proved, open_ = [], []
        if self.key is not None:
            proved.append(says("signed", fingerprint=grouped(self.key)))
            if self.key_wanted:
                proved.append(says("yours"))
            else:
                open_.append(says("whose"))
        else:
            proved.append(says("whole"))
            open_.append(says("unsigned"))
        if self.credited:
            names = ", ".join(self.credited)
            proved.append(says("credited", names=names))
            open_.append(says("credited_by_whom"))
        if self.stamped is not None:
            time = f"{self.stamped:%Y-%m-%d %H:%M:%S} UTC"
            (proved if self.stamp_trusted else open_).append(
                says("stamped" if self.stamp_trusted else "stamp_unchecked", time=time)
            )
        if self.clips and len(self.identical) >= self.clips:
            proved.append(says("clip", names=", ".join(self.originals)))
        else:
            open_.append(says("no_original"))
        open_ += [says("camera"), says("clock"), says("verdict")]
        return tuple(proved), tuple(open_)
