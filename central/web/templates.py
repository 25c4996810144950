"""The templates, one environment per language, with the filters by which figures are written in it."""

from functools import cache, partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from central.web.assets import path_of
from central.web.curve import curve_path, curve_top
from central.web.languages import LANGUAGES, locale_of, translations
from central.words import figures

FOLDER = Path(__file__).with_name("templates")
EXTENSIONS = ("jinja2.ext.i18n",)
# In templates: {{ charge.energy_wh | energy }}.
FIGURES = (figures.power, figures.energy, figures.exact_energy, figures.current, figures.money, figures.price,
           figures.price_e4, figures.temperature, figures.share, figures.points, figures.month)
TIMES = (figures.clock, figures.moment, figures.time_of_day)


@cache
def environment(language: str) -> Environment:
    """All of it escapes what it shows, and a value that is missing is a mistake, never an empty place."""
    made = Environment(
        loader=FileSystemLoader(FOLDER), extensions=EXTENSIONS, autoescape=True,
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    words = translations(language)
    made.install_gettext_callables(words.gettext, words.ngettext, newstyle=True)  # type: ignore[attr-defined]  # by the extension
    locale = locale_of(language)
    made.filters.update({each.__name__: partial(each, locale=locale) for each in FIGURES})
    made.filters.update({each.__name__: partial(each, locale=locale, zone="UTC") for each in TIMES})
    made.filters["duration"] = figures.duration
    made.filters["iso"] = figures.iso
    common: dict[str, Any] = {
        "asset": path_of, "curve_path": curve_path, "curve_top": curve_top,
        "languages": LANGUAGES, "language": language, "weekdays": figures.weekdays(locale),
    }  # fmt: skip
    made.globals |= common
    return made


def render(template: str, language: str, **values: Any) -> str:
    return environment(language).get_template(template).render(values)
