"""Shares in per cent by noise rate -> a curve as SVG text, a line for each kind of scan."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

WIDTH, HEIGHT, EDGE = 560, 340, 50
COLOURS = ("#1b5e9b", "#b3541e", "#2e7d4f")
TITLE = "Right derivations that need a person, by share of misread symbols"


def curve(rates: Sequence[float], lines: Mapping[str, Sequence[float]]) -> str:
    """The picture; `lines` holds for each name a share at each rate."""
    most = max(*rates, 1e-9)

    def at(rate: float, share: float) -> tuple[float, float]:
        return EDGE + (WIDTH - 2 * EDGE) * rate / most, HEIGHT - EDGE - (HEIGHT - 2 * EDGE) * share / 100

    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif"'
           f' font-size="12"><title>{TITLE}</title>',
           f'<text x="{EDGE}" y="24" font-size="14">{TITLE}</text>']  # fmt: skip
    for share in range(0, 101, 20):
        x, y = at(0, share)
        out.append(f'<path d="M{x:.1f} {y:.1f}H{WIDTH - EDGE}" stroke="#ddd"/>')
        out.append(f'<text x="{x - 8:.1f}" y="{y + 4:.1f}" text-anchor="end">{share} %</text>')
    for rate in rates:
        x, y = at(rate, 0)
        out.append(f'<text x="{x:.1f}" y="{y + 18:.1f}" text-anchor="middle">{rate:g} %</text>')
    for number, (name, shares) in enumerate(lines.items()):
        colour = COLOURS[number % len(COLOURS)]
        points = [at(rate, share) for rate, share in zip(rates, shares, strict=True)]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        out.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        out += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in points]
        x, y = EDGE + 12, 2 * EDGE - 6 + 18 * number
        out.append(f'<text x="{x}" y="{y}" fill="{colour}">scans {name}</text>')
    return "\n".join([*out, "</svg>\n"])
