"""Compare pictures by content: blank or not, size, perceptual hash and colors.

The hash needs ImageHash, and reading a picture needs Pillow. The extra ``compare`` has both.
"""

from __future__ import annotations

import base64
import binascii
import io
import re
import warnings
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = [
    "PictureError",
    "are_same_svg",
    "compare_pictures",
    "describe_picture",
    "is_blank",
    "open_picture",
    "thumbnail",
]

_MOST_PIXELS = 40_000_000
_SIZE = 0.02
"""Share by which the sides may differ: fonts change the tight bounding box."""
_HASH_DISTANCE = 8
"""Bits of 256 in which perceptual hashes may differ."""
_COLORS = ((40, 0.015), (8, 0.08))
"""Differences of a color channel that count, and the share of pixels that may have each."""
_SCALED = 160
"""Side of the scaled pictures whose colors are compared."""
_THUMBNAIL = 360
_MOST_TEXT = 40_000_000
_INSTALL = "install jupyter_pipeline[compare] to compare pictures by content"

_SVG_NOISE = re.compile(r"""\b(?:id|xlink:href|clip-path)=(?:"[^"]*"|'[^']*')|<dc:date>[^<]*</dc:date>|url\(#[^)]*\)""")
"""Parts of an SVG picture that change from run to run."""


class PictureError(Exception):
    """A picture cannot be read or compared; the message is the reason."""


def open_picture(data: str | bytes) -> Image:
    """Return a picture in RGB on white.

    Parameters
    ----------
    data : str or bytes
        The file, or its base64 text.

    Raises
    ------
    PictureError
        If it is too large, or cannot be read.
    """
    try:
        from PIL import Image
    except ImportError as error:
        raise PictureError(_INSTALL) from error

    if len(data) > _MOST_TEXT:
        raise PictureError("the picture is too large")
    try:
        content = base64.b64decode(data) if isinstance(data, str) else data
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image = Image.open(io.BytesIO(content))
            if image.width * image.height > _MOST_PIXELS:
                raise PictureError(f"the picture is too large ({image.width} x {image.height} pixels)")
            layer = image.convert("RGBA")
    except (OSError, ValueError, SyntaxError, binascii.Error, Image.DecompressionBombError) as error:
        raise PictureError(f"the picture cannot be read ({type(error).__name__})") from error
    white = Image.new("RGBA", layer.size, "white")
    return Image.alpha_composite(white, layer).convert("RGB")


def is_blank(image: Image) -> bool:
    """Return True if all pixels have one color."""
    return all(low == high for low, high in image.getextrema())  # type: ignore[misc]


def describe_picture(image: Image) -> str:
    """Return size and content in words."""
    return f"{image.width} x {image.height} pixels" + (", blank" if is_blank(image) else "")


def compare_pictures(notebook: Image, run: Image) -> str:
    """Return the reason why two pictures differ; empty if they do not.

    Raises
    ------
    PictureError
        If both have the same size and content, but no library can compare the content.
    """
    if is_blank(notebook) != is_blank(run):
        return f"the picture of the {'run' if is_blank(run) else 'notebook'} is blank"
    ratio = run.width / notebook.width
    if round(ratio, 2) not in (0.5, 2.0) or abs(run.height / notebook.height / ratio - 1) > _SIZE:  # retina
        sides = ((notebook.width, run.width), (notebook.height, run.height))
        if any(abs(a - b) > max(4, _SIZE * max(a, b)) for a, b in sides):
            return f"size {run.width} x {run.height} instead of {notebook.width} x {notebook.height} pixels"
    elif run.width != notebook.width:
        run = run.resize(notebook.size)
    if run.size == notebook.size and run.tobytes() == notebook.tobytes():
        return ""
    return _compare_content(notebook, run)


def _compare_content(notebook: Image, run: Image) -> str:
    try:
        import imagehash
        import numpy as np
    except ImportError as error:
        raise PictureError(_INSTALL) from error

    distance = int(imagehash.phash(notebook, hash_size=16) - imagehash.phash(run, hash_size=16))
    if distance > _HASH_DISTANCE and not is_blank(notebook):
        return f"the content differs ({distance} of 256 bits of the perceptual hash)"
    size = (_SCALED, _SCALED)
    first, second = (np.asarray(each.resize(size), dtype="int16") for each in (notebook, run))
    distances = np.abs(first - second).max(axis=2)
    for color, allowed in _COLORS:
        share = float((distances > color).mean())
        if share > allowed:
            return f"the colors differ in {share:.0%} of the picture"
    return ""


def thumbnail(image: Image) -> str:
    """Return a small copy of a picture as PNG in base64."""
    small = image.copy()
    small.thumbnail((_THUMBNAIL, _THUMBNAIL))
    buffer = io.BytesIO()
    small.quantize(64).save(buffer, "PNG", optimize=True)
    return base64.b64encode(buffer.getvalue()).decode()


def are_same_svg(first: str, second: str) -> bool:
    """Return True if two SVG pictures are the same except for identifiers, their uses, the date and spaces."""
    one, other = ("".join(_SVG_NOISE.sub("", text).split()) for text in (first, second))
    return one == other
