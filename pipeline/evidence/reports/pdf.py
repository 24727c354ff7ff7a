"""The report as a document to print: A4, two or three pages."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

from fpdf import FPDF
from fpdf.enums import Align, XPos, YPos
from PIL import Image

from pipeline.evidence.fonts import font_file
from pipeline.evidence.reports.pdf_drawing import set_drawing
from pipeline.evidence.reports.rows import Blank, Picture, Row
from pipeline.evidence.reports.sheet import Sheet

_FONT, _MONO = "DejaVu", "DejaVuMono"
_MARGIN = 15.0  # mm, as all lengths here
_GAP = 3.0
_LINE = 4.6
_LABEL = 46.0
_INK, _FAINT, _BLUE, _RULE = (26, 26, 26), (90, 90, 90), (31, 58, 95), (200, 208, 218)
_LINK = (20, 80, 170)


def write_pdf(sheet: Sheet, path: Path) -> None:
    """Write the document to `path`; pictures lie beside it. Raises OSError."""
    page = _Page(sheet, path.parent)
    page.head()
    page.facts((*sheet.facts, *sheet.told))
    page.pictures(sheet.pictures)
    page.map()
    page.measures()
    page.form()
    page.seal()
    page.digests()
    page.made()
    page.output(str(path))


class _Page(FPDF):
    """Sets the parts of a sheet one below the other."""

    def __init__(self, sheet: Sheet, folder: Path) -> None:
        super().__init__(format="A4")
        self._sheet = sheet
        self._folder = folder
        for style in ("", "B", "I"):
            self.add_font(_FONT, style, font_file(style))
        self.add_font(_MONO, "", font_file("mono"))
        self.set_margin(_MARGIN)
        self.c_margin = 0  # text begins where rules and pictures do
        self.set_auto_page_break(True, margin=_MARGIN + 4)
        self.set_title(f"{sheet.word('title')} – {sheet.record.id}")
        self.set_lang(sheet.language)
        self.set_creator(f"{sheet.record.tool.name} {sheet.record.tool.version}")
        self.set_creation_date(sheet.record.created)
        self.add_page()

    def footer(self) -> None:
        self.set_y(-_MARGIN)
        self._ink(7.5, colour=_FAINT)
        self.cell(self.epw / 2, 4, self._sheet.record.id)
        page = self._sheet.word("page", number=self.page_no(), total="{nb}")
        width = self.get_string_width(page.replace("{nb}", "9"))  # it has few pages
        self.set_x(-_MARGIN - width)
        self.cell(width, 4, page)

    # --- parts

    def head(self) -> None:
        sheet = self._sheet
        self._ink(15, "B", _BLUE)
        self._text(sheet.word("title"), 7)
        self._ink(8.5, colour=_FAINT)
        self._text(f"{sheet.word('number')}: {sheet.record.id}", 5)
        self._rule(_BLUE, 0.5)
        self.ln(1.5)
        self.set_fill_color(255, 244, 221)
        self._ink(9)
        self._lines(self.epw, 5, sheet.word("candidate"), fill=True, padding=(1, 2))
        self.ln(2)
        self._ink(13, "B")
        self._text(sheet.act, 6)
        self._ink(10)
        self._text(sheet.sentence, 5)
        self.ln(1)

    def facts(self, rows: Sequence[Row]) -> None:
        for row in rows:
            self._row(row)

    def pictures(self, pictures: Sequence[Picture]) -> None:
        if not pictures:
            return
        self._title(self._sheet.word("pictures"))
        by_role = {one.role: one for one in pictures}
        marked, beside = by_role.get("marked"), []
        for role in ("vehicle", "plate", "plate_enlarged"):
            beside += [by_role[role]] if role in by_role else []
        if marked is not None:
            self._main(marked, beside)
        elif beside:
            self._band(beside, 40)
        stills = [one for one in pictures if one.role == "still"]
        for start in range(0, len(stills), 3):
            self._band(stills[start : start + 3], 42)

    def measures(self) -> None:
        sheet = self._sheet
        if not sheet.measures:
            return
        self._title(sheet.word("measured"), room=min(15.2 + 5.2 * len(sheet.measures), 120))
        widths = (self.epw - 80, 40, 40)
        heads = (sheet.word("measure"), sheet.word("value"), sheet.word("sigma"))
        for index, cells in enumerate((heads, *sheet.measures)):
            self._ink(8 if index == 0 else 9, colour=_FAINT if index == 0 else _INK)
            self._room(_LINE + 1)
            for width, text, align in zip(widths, cells, (Align.L, Align.R, Align.R), strict=True):
                self.cell(width, _LINE + 0.6, text, align=align)
            self.ln(_LINE + 0.6)
            self._rule()

    def map(self) -> None:
        part = self._sheet.map
        if part is None:
            return
        drawing = part.drawing
        self._title(self._sheet.word("location"), room=drawing.height + 14)
        top = self.get_y()
        set_drawing(self, drawing, self.l_margin, top, _FONT)
        left = self.l_margin + drawing.width + _GAP
        self.set_xy(left, top)
        for text, size in ((part.key, 8.0), (part.online, 8.0), (part.address, 7.5)):
            address = text if text == part.address else ""
            self._ink(size, colour=_LINK if address else _FAINT)
            self.set_x(left)
            self.multi_cell(
                self.epw - drawing.width - _GAP,
                4,
                text,
                align=Align.L,
                link=address,
                new_x=XPos.LEFT,
                new_y=YPos.NEXT,
            )
            self.ln(1.2)
        self.set_xy(self.l_margin, top + drawing.height + 1)

    def form(self) -> None:
        sheet, form = self._sheet, self._sheet.form
        self._title(sheet.word("fill_in"), room=40)
        if form.status is not None:
            self._ink(9, "B")
            self._text(form.status, _LINE)
            self.ln(1)
        for blank in form.blanks:
            self._blank(blank, self.epw)
        self.ln(1)
        self._ink(9)
        for tick in form.ticks:
            self._text(f"{'☑' if tick.done else '☐'}  {tick.text}", 5.2)
        self._room(34)
        self.ln(1.5)
        self._ink(9, "B")
        self._text(sheet.word("statement_title"), 5)
        self._ink(9)
        self._text(form.statement, _LINE)
        if form.confirmed is not None:
            self._text(form.confirmed, _LINE)
        self.ln(3)
        half, top = (self.epw - _GAP) / 2, self.get_y()
        for place, name in enumerate(("date", "signature")):
            self.set_xy(self.l_margin + place * (half + _GAP), top)
            self._blank(Blank(sheet.word(name), None), half)
        self.ln(2)
        self._ink(8, "I", _FAINT)
        self._text(sheet.word("identity"), 4)

    def seal(self) -> None:
        """The number that stands for the evidence, and its code to scan."""
        sheet, code = self._sheet, self._sheet.code
        if code is None or sheet.seal is None:
            return
        self._title(sheet.word("seal"), room=code.height + 12)
        top = self.get_y()
        set_drawing(self, code, self.l_margin, top, _FONT)
        left, width = self.l_margin + code.width + _GAP, self.epw - code.width - _GAP
        self.set_xy(left, top + 3)
        self.set_font(_MONO, "", 8)
        self.set_text_color(*_INK)
        self.multi_cell(width, 4.4, sheet.seal, align=Align.L, new_x=XPos.LEFT, new_y=YPos.NEXT)
        self.ln(1.5)
        self.set_x(left)
        self._ink(8, colour=_FAINT)
        self.multi_cell(width, 4, sheet.word("seal_note"), align=Align.L)
        self.set_xy(self.l_margin, top + code.height)

    def digests(self) -> None:
        sheet = self._sheet
        self._title(sheet.word("files"), room=16)
        for digest in sheet.digests:
            self._room(14)
            self._ink(9)
            self._text(f"{digest.name}  –  {digest.what}", _LINE)
            self.set_font(_MONO, "", 7.5)
            self.set_text_color(*_FAINT)
            self._text(f"SHA-256 {digest.sha256}", 3.8)
            self.ln(0.8)

    def made(self) -> None:
        self._title(self._sheet.word("made"), room=20)
        for row in self._sheet.made:
            self._row(row)

    # --- pieces

    def _ink(self, size: float, style: str = "", colour: tuple[int, int, int] = _INK) -> None:
        self.set_font(_FONT, style, size)
        self.set_text_color(*colour)

    def _text(self, text: str, height: float) -> None:
        self._lines(self.epw, height, text)

    def _lines(self, width: float, height: float, text: str, **how: Any) -> None:
        """Text broken into lines; the next begins below, at the left margin."""
        self.multi_cell(
            width, height, text, align=Align.L, new_x=XPos.LMARGIN, new_y=YPos.NEXT, **how
        )

    def _height(self, width: float, text: str) -> float:
        """What `_lines` would take of the page."""
        lines = self.multi_cell(width, _LINE, text, dry_run=True, output="LINES")
        return _LINE * len(cast(list[str], lines))

    def _rule(self, colour: tuple[int, int, int] = _RULE, width: float = 0.2) -> None:
        self.set_draw_color(*colour)
        self.set_line_width(width)
        self.line(self.l_margin, self.get_y(), self.l_margin + self.epw, self.get_y())

    def _room(self, height: float) -> None:
        """A new page, unless `height` is left on this one."""
        if self.will_page_break(height):
            self.add_page()

    def _title(self, text: str, room: float = 14) -> None:
        self._room(room)
        self.ln(3)
        self._ink(10.5, "B", _BLUE)
        self._text(text, 5.5)
        self._rule()
        self.ln(1.2)

    def _row(self, row: Row) -> None:
        self._ink(9)
        height = (
            _LINE if line.startswith("SHA-256") else self._height(self.epw - _LABEL, line)
            for line in row.lines
        )
        self._room(sum(height) + 1.5)
        top = self.get_y()
        self._ink(9, colour=_FAINT)
        self._lines(_LABEL - 2, _LINE, row.label)
        bottom = self.get_y()
        self.set_y(top)
        for index, line in enumerate(row.lines):
            self._ink(9, "B" if row.strong and index == 0 else "")
            if line.startswith("SHA-256"):
                self.set_font(_MONO, "", 7.5)
            self.set_x(self.l_margin + _LABEL)
            self._lines(self.epw - _LABEL, _LINE, line)
        self.set_y(max(bottom, self.get_y()) + 0.5)
        self._rule()
        self.ln(0.7)

    def _blank(self, blank: Blank, width: float) -> None:
        """A label, and a dotted line to write on or what was told."""
        self._room(8)
        start, y = self.get_x(), self.get_y()
        self._ink(9, colour=_FAINT if blank.value else _INK)
        used = self.get_string_width(blank.label + ":") + 3
        self.cell(used, 7.4, blank.label + ":")
        if blank.value:
            self._ink(9, "B")
            self.set_xy(start + used, y + 1.4)
            self.multi_cell(
                width - used, _LINE, blank.value, align=Align.L, new_x=XPos.LMARGIN, new_y=YPos.NEXT
            )
            self.set_y(max(self.get_y(), y + 7.4))
            return
        self.set_draw_color(*_FAINT)
        self.set_line_width(0.2)
        self.set_dash_pattern(dash=0.4, gap=0.9)
        self.line(start + used, y + 5.8, start + width, y + 5.8)
        self.set_dash_pattern()
        self.set_xy(self.l_margin, y + 7.4)

    def _main(self, marked: Picture, beside: Sequence[Picture]) -> None:
        """The marked still, and to its right what was cut out of it, one below the other."""
        side = self.epw * 0.3
        width, height = self._fit(marked, self.epw - side - _GAP, 84)
        self._room(height + 10)
        top = self.get_y()
        lowest = self._figure(marked, self.l_margin, top, width, height)
        x, y = self.l_margin + width + _GAP, top
        room = self.epw - width - _GAP
        for picture in beside:
            share = 1.0 if len(beside) == 1 else 0.62 if picture.role == "vehicle" else 0.38
            size = self._fit(picture, min(room, 1.6 * side), share * height - 5)
            y = self._figure(picture, x, y, *size, room)
        self.set_xy(self.l_margin, max(lowest, y) + 0.5)

    def _band(self, pictures: Sequence[Picture], height: float) -> None:
        """Pictures side by side, three to the page's width."""
        third = (self.epw - 2 * _GAP) / 3
        sizes = [self._fit(picture, third, height) for picture in pictures]
        self._room(max(size[1] for size in sizes) + 6)
        top, lowest = self.get_y(), 0.0
        for number, (picture, size) in enumerate(zip(pictures, sizes, strict=True)):
            x = self.l_margin + number * (third + _GAP)
            lowest = max(lowest, self._figure(picture, x, top, *size, third))
        self.set_xy(self.l_margin, lowest + 0.5)

    def _fit(self, picture: Picture, width: float, height: float) -> tuple[float, float]:
        """The largest size with the picture's own shape."""
        with Image.open(self._folder / picture.path) as image:
            scale = min(width / image.width, height / image.height)
            return image.width * scale, image.height * scale

    def _figure(
        self,
        picture: Picture,
        x: float,
        y: float,
        width: float,
        height: float,
        room: float | None = None,
    ) -> float:
        """A picture and its caption; returns where the next may begin."""
        self.image(self._folder / picture.path, x, y, width, height, alt_text=picture.caption)
        self._ink(7.5, colour=_FAINT)
        self.set_xy(x, y + height + 0.5)
        self.multi_cell(room or width, 3.6, picture.caption, align=Align.L)
        return self.get_y() + 1.5
