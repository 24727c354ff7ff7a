"""The names of a position in Vietnam, before and after 1 July 2025."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PlaceNames:
    """What a position is called. Names are Vietnamese and whole: "Phường Hải Châu".

    Until 30 June 2025 a position had a commune, a district and a province; since then it has a
    commune and a province, both mostly larger. A former name that is not known is None.
    """

    commune: str
    province: str
    commune_former: str | None
    district_former: str | None
    province_former: str | None
    certain: bool
    """The commune is the right one: no other is nearer than what position and map may be wrong."""
    former_certain: bool
    """The former commune is the right one: today's was made of it alone. Else it is likely."""
    distance_m: float
    """From the position to the nearest other commune; 1000 where it is farther than that."""
    neighbours: tuple[str, ...] = ()
    """Where not certain: the other communes that it may be."""

    def text_vi(self) -> str:
        """E.g. "phường Hải Châu, thành phố Đà Nẵng (trước 1/7/2025: phường Thạch Thang, …)"."""
        near = "" if self.certain else "gần "
        maybe = f" (hoặc {' hay '.join(map(lower, self.neighbours))})" if self.neighbours else ""
        text = f"{near}{lower(self.commune)}{maybe}, {lower(self.province)}"
        former = ", ".join(map(lower, self._former()))
        likely = "" if self.former_certain else "có lẽ "
        return f"{text} (trước 1/7/2025: {likely}{former})" if former else text

    def text_en(self) -> str:
        """The same in English; the names stay Vietnamese."""
        near = "" if self.certain else "near "
        maybe = f" (or {' or '.join(self.neighbours)})" if self.neighbours else ""
        text = f"{near}{self.commune}{maybe}, {self.province}"
        former = ", ".join(self._former())
        likely = "" if self.former_certain else "probably "
        return f"{text} (before 1 July 2025: {likely}{former})" if former else text

    def _former(self) -> list[str]:
        """The former names from small to large, the province only where it was another."""
        province = self.province_former if self.province_former != self.province else None
        return [name for name in (self.commune_former, self.district_former, province) if name]


def lower(name: str) -> str:
    """A name inside a sentence: "Phường Hải Châu" becomes "phường Hải Châu"."""
    return name[:1].lower() + name[1:]
