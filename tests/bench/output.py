"""Where the bench leaves what it makes."""

from pathlib import Path

PLACE = Path(__file__).resolve().parents[2] / "target" / "bench"


def write_plot(name, text, scale):
    """Leaves a plot; that of a smoke run, which shows nothing but that it can be made, out of the way."""
    place = PLACE / "smoke" if scale.is_smoke else PLACE
    place.mkdir(parents=True, exist_ok=True)
    (place / name).write_text(text, encoding="utf-8")
