"""The pictures that links carry, and the service's own sign, drawn with the fonts and colours of the pages."""

from __future__ import annotations

from functools import cache, lru_cache
from io import BytesIO
from textwrap import shorten

from PIL import Image, ImageDraw, ImageFont

from matchmaker.base.resources import folder

SIZE = 1200, 630
"""Width and height in pixels of the picture that a link carries: 1.91 to 1, as sites that show links cut them."""

EDGE = 80
PAGE, INK, MUTED = "#fbf6ec", "#2d2420", "#66574d"
TERRACOTTA, SAGE, CREAM, SUN = "#a33f26", "#4f7355", "#fdf3e4", "#f6c667"
TITLE_SIZES = (88, 76, 66, 58)
TITLE_HEIGHT = 290
LEADING = 1.14
TITLE_LENGTH = 140
PICTURES_KEPT = 100
"""The last ones, of 60 kB each: whoever shows a link asks for its picture many times."""

GRAIN = 4
"""The sign is drawn so many times larger and made smaller, which smooths its edges."""

Font = ImageFont.FreeTypeFont


@lru_cache(maxsize=PICTURES_KEPT)
def picture(title: str, *, above: str, below: str) -> bytes:
    """A PNG of SIZE with a title of any length, and a line above and below it."""
    image = Image.new("RGB", SIZE, PAGE)
    pen = ImageDraw.Draw(image)
    width, height = SIZE
    pen.rectangle((0, height - 28, width, height), fill=TERRACOTTA)
    corners = Image.new("L", (96 * GRAIN, 96 * GRAIN))
    ImageDraw.Draw(corners).rounded_rectangle((0, 0, 96 * GRAIN, 96 * GRAIN), 26 * GRAIN, 255)
    image.paste(_sign(96), (EDGE, EDGE - 16), corners.resize((96, 96), Image.Resampling.LANCZOS))
    pen.text((EDGE + 124, EDGE + 32), _cut(above, _text(38), width - 2 * EDGE - 124), INK, _text(38), "lm")
    lines, font = _title_lines(shorten(title, TITLE_LENGTH, placeholder=" …"), width - 2 * EDGE)
    top = EDGE + 128
    for line in lines:
        pen.text((EDGE, top), line, INK, font, "la")
        top += int(font.size * LEADING)
    pen.text((EDGE, height - 28 - 54), _cut(below, _text(34), width - 2 * EDGE), MUTED, _text(34), "lm")
    return _png(image)


@cache
def sign(size: int) -> bytes:
    """The service's sign as a square PNG of so many pixels."""
    return _png(_sign(size))


@cache
def _sign(size: int) -> Image.Image:
    # The shapes of static/logo.svg, on its grid of 40.
    unit = size * GRAIN / 40
    image = Image.new("RGB", (size * GRAIN, size * GRAIN), TERRACOTTA)
    pen = ImageDraw.Draw(image)
    hill = [(0, 30), (5, 27.4), (10, 26.8), (15, 27.6), (20, 29), (25, 30.4), (30, 30.9), (36, 29.6)]
    pen.polygon([(x * unit, y * unit) for x, y in (*hill, (40, 27), (40, 40), (0, 40))], fill=SAGE)
    pen.arc((8 * unit, 8 * unit, 32 * unit, 32 * unit), 180, 360, CREAM, round(4 * unit))
    for x in (8, 28):
        pen.rectangle((x * unit, 19.9 * unit, (x + 4) * unit, 25 * unit), CREAM)
        pen.ellipse((x * unit, 23 * unit, (x + 4) * unit, 27 * unit), CREAM)
    pen.ellipse((16.4 * unit, 16.9 * unit, 23.6 * unit, 24.1 * unit), SUN)
    return image.resize((size, size), Image.Resampling.LANCZOS)


def _png(image: Image.Image) -> bytes:
    written = BytesIO()
    image.save(written, "PNG", optimize=True)
    return written.getvalue()


def _title_lines(text: str, width: int) -> tuple[list[str], Font]:
    """The title in the largest letters in which it has room."""
    for size in TITLE_SIZES:
        font = _bold(size)
        lines = _wrapped(text, font, width)
        if len(lines) * size * LEADING <= TITLE_HEIGHT:
            break
    kept = lines[: int(TITLE_HEIGHT / (size * LEADING))]
    return [_cut(line, font, width) for line in kept], font


def _wrapped(text: str, font: Font, width: int) -> list[str]:
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if font.getlength(longer) <= width or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _cut(text: str, font: Font, width: int) -> str:
    while text and font.getlength(text) > width:
        text = text[:-2].rstrip(" …") + "…"
    return text


@cache
def _bold(size: int) -> Font:
    return ImageFont.truetype(folder("static/vendor") / "bricolage-grotesque-latin-700-normal.woff2", size)


@cache
def _text(size: int) -> Font:
    return ImageFont.truetype(
        folder("static/vendor") / "atkinson-hyperlegible-next-latin-wght-normal.woff2", size
    )
