"""The templates, one environment per language, with the filters by which figures are written in it."""

from functools import cache, partial
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from central.people.passwords import MIN_CHARACTERS
from central.views.sites import NO_ZONE
from central.web import words
from central.web.assets import path_of
from central.web.curve import curve_path, curve_top
from central.web.languages import LANGUAGES, locale_of, translations
from central.web.ops import reasons
from central.web.ops.texts import FAULT_WORDS
from central.web.refusals import refused
from central.words import figures

FOLDER = Path(__file__).with_name("templates")
EXTENSIONS = ("jinja2.ext.i18n",)
# In templates: {{ charge.energy_wh | energy }}.
FIGURES = (figures.power, figures.energy, figures.exact_energy, figures.current, figures.money, figures.price,
           figures.price_e4, figures.temperature, figures.share, figures.points, figures.month)
TIMES = (figures.clock, figures.moment, figures.time_of_day)
# What codes are called: {{ _(end_words[reason]) }}.
WORDS: dict[str, Any] = {
    "post_words": words.POSTS, "charge_words": words.CHARGES, "refusal_words": words.REFUSALS, "end_words": words.ENDS,
    "other_reason": words.OTHER_REASON, "car_words": words.CARS, "driver_faults": words.FAULTS,
    "other_fault": words.OTHER_FAULT, "reason_words": reasons.REASONS, "other_end": reasons.OTHER_REASON,
    "dead_words": reasons.DEAD, "held_words": reasons.HELD, "over_order": reasons.OVER_ORDER,
    "fault_words": FAULT_WORDS, "refused": refused, "least_characters": MIN_CHARACTERS,
}  # fmt: skip


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
    made.filters.update({each.__name__: partial(each, locale=locale, zone=NO_ZONE) for each in TIMES})
    made.filters["duration"] = figures.duration
    made.filters["iso"] = figures.iso
    common: dict[str, Any] = {
        "asset": path_of, "curve_path": curve_path, "curve_top": curve_top,
        "languages": LANGUAGES, "no_zone": NO_ZONE, "language": language, "weekdays": figures.weekdays(locale),
    }  # fmt: skip
    made.globals |= common | WORDS
    return made


def render(template: str, language: str, **values: Any) -> str:
    return environment(language).get_template(template).render(values)
