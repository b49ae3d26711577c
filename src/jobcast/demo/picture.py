"""A picture of requests and needs, as SVG that needs nothing to be shown."""

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from math import ceil, floor, log2

import polars as pl

from jobcast.units import MIB, format_memory

_SIZE, _MARGIN = 640, 72
_ROOM = 0.1
"""Powers of two between the largest amount and the end of the axes, at least."""
_TEXT = 'font-family="system-ui, sans-serif" font-size="13" fill="#334"'
_DOTS = {
    "as-requested": 'fill="#b9bfcc"',
    "with-jobcast": 'fill="#0a7d78" fill-opacity=".55"',
    "short": 'fill="#c8372d"',
}
"""Kinds of dots, the last on top. Colours are attributes: not every program that shows SVG reads style sheets."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """What is written into the picture."""

    title: str
    """Above the picture, and for screen readers."""
    needed: str
    """Along the horizontal axis."""
    requested: str
    """Along the vertical axis."""
    as_requested: str
    """Legend of what people asked for."""
    with_jobcast: str
    """Legend of what the advice would ask for."""
    short: str
    """Legend of the jobs that get less than they need from the advice."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Scale:
    """Both axes, logarithmic: from bytes to points of the picture."""

    low: int
    """Power of two at which both axes begin."""
    high: int
    """Powers of two."""

    def along(self, amount: float) -> float:
        share = (log2(max(amount, MIB)) - self.low) / (self.high - self.low)
        return round(_MARGIN + share * (_SIZE - 2 * _MARGIN), 1)

    def up(self, amount: float) -> float:
        return round(_SIZE - self.along(amount), 1)


def draw(jobs: pl.DataFrame, words: Words) -> str:
    """Return the picture of the jobs that `jobcast.demo.judging.judged` returned: one dot for each request."""
    amounts = jobs.select("memory_needed", "memory_requested", "advised")
    scale = _scale(amounts)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_SIZE} {_SIZE}" role="img" {_TEXT}>',
        f"<title>{escape(words.title)}</title>",
        f'<rect width="{_SIZE}" height="{_SIZE}" fill="#fff"/>',
        *_axes(scale),
        *_dots(amounts, scale),
        *_legend(words),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _scale(amounts: pl.DataFrame) -> _Scale:
    values = [value for column in amounts for value in (column.min(), column.max()) if value is not None]
    logs = [log2(max(float(value), MIB)) for value in values if isinstance(value, int | float)]
    return _Scale(
        low=floor(min(logs, default=30)),
        high=max(ceil(max(logs, default=31) + _ROOM), floor(min(logs, default=30)) + 1),
    )


def _axes(scale: _Scale) -> Iterator[str]:
    begin, end = _MARGIN, _SIZE - _MARGIN
    for power in range(scale.low, scale.high + 1, 2):
        x, y, label = scale.along(2**power), scale.up(2**power), format_memory(2**power)
        yield f'<path stroke="#e4e6ec" d="M{x} {begin}V{end}M{begin} {y}H{end}"/>'
        yield f'<text x="{x}" y="{end + 18}" text-anchor="middle">{label}</text>'
        yield f'<text x="{begin - 6}" y="{y + 4}" text-anchor="end">{label}</text>'
    side = end - begin
    yield f'<rect fill="none" stroke="#99a" x="{begin}" y="{begin}" width="{side}" height="{side}"/>'
    yield f'<path stroke="#556" stroke-dasharray="5 4" d="M{begin} {end}L{end} {begin}"/>'


def _dots(amounts: pl.DataFrame, scale: _Scale) -> Iterator[str]:
    dots: dict[str, list[str]] = {kind: [] for kind in _DOTS}
    for needed, requested, advised in amounts.iter_rows():
        if requested is not None:
            dots["as-requested"].append(_dot(scale, needed, requested))
        if advised is not None:
            dots["short" if advised < needed else "with-jobcast"].append(_dot(scale, needed, advised))
    for kind, drawn in dots.items():
        yield f'<g class="{kind}" {_DOTS[kind]}>'
        yield from drawn
        yield "</g>"


def _dot(scale: _Scale, needed: float, requested: float) -> str:
    return f'<circle cx="{scale.along(needed)}" cy="{scale.up(requested)}" r="2.5"/>'


def _legend(words: Words) -> Iterator[str]:
    middle = _SIZE // 2
    yield f'<text x="{middle}" y="22" text-anchor="middle" font-weight="bold">{escape(words.title)}</text>'
    yield f'<text x="{middle}" y="{_SIZE - 16}" text-anchor="middle">{escape(words.needed)}</text>'
    yield f'<text transform="translate(16 {middle}) rotate(-90)" text-anchor="middle">{escape(words.requested)}</text>'
    texts = (words.as_requested, words.with_jobcast, words.short)
    for place, (colour, text) in enumerate(zip(_DOTS.values(), texts, strict=True)):
        x = _MARGIN + place * 170
        yield f'<circle {colour} cx="{x + 5}" cy="48" r="5"/><text x="{x + 16}" y="53">{escape(text)}</text>'
