"""Dates and times as people and machines write them, as the day."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

_FIRST_DAY: Final = date(1500, 1, 1)
_LONGEST: Final = 120
_SLASHED: Final = re.compile(r"(?<!\d)(\d{1,2})[/-](\d{1,2})[/-](\d{4})(?!\d)")
_DOTTED: Final = re.compile(r"(?<!\d)(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})(?!\d)")
_YEAR_FIRST: Final = re.compile(
    r"(?<!\d)(\d{4})(?:[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)|(\d\d)(\d\d)(?:T|\d{4}|\d{6}|(?!\d)))"
    r"|(\d{4})\s?[年년]\s?(\d{1,2})\s?[月월]\s?(\d{1,2})\s?[日일]"
)
_MONTHS: Final = """
jan january januar janvier enero gennaio januari janeiro styczeń stycznia januari январь января
feb february februar février febrero febbraio februari fevereiro luty lutego февраль февраля
mar march märz mars marzo maart março marzec marca marts март марта
apr april avril abril aprile kwiecień kwietnia апрель апреля
may mai mayo maggio mei maio maj maja май мая
jun june juni juin junio giugno junho czerwiec czerwca июнь июня
jul july juli juillet julio luglio julho lipiec lipca июль июля
aug august août agosto augustus augusti sierpień sierpnia август августа
sep september septembre septiembre settembre setembro wrzesień września сентябрь сентября
oct october oktober octobre octubre ottobre outubro październik października октябрь октября
nov november novembre noviembre novembro listopad listopada ноябрь ноября
dec december dezember décembre diciembre dicembre dezembro grudzień grudnia декабрь декабря
"""
_SHORT: Final = """
januar jän jänner janv ene gen sty янв | févr fév lut фев | mär mrt mrz мар | avr abr kwi апр | мая
| jui giu cze июн | juil lug lip июл | ago aoû sie авг | sept set wrz сен | okt oct out ott paź окт
| lis ноя | dez dic déc gru дек
"""
_NUMBERS: Final = {
    name: number
    for names in (_MONTHS.strip().split("\n"), _SHORT.replace("\n", " ").split("|"))
    for number, line in enumerate(names, start=1)
    for name in line.split()
}
"""The number of a month by its name in the languages that are common in Europe."""
_NAME: Final = r"([^\W\d_]{3,12})\.?"
_DAY_FIRST: Final = re.compile(
    rf"(?<!\d)(\d{{1,2}})(?:st|nd|rd|th|er|[.ºª])?[\s-]+(?:de\s+|of\s+)?{_NAME},?[\s-]+"
    r"(?:de\s+|del\s+)?(\d{4})(?!\d)",
    re.IGNORECASE,
)
_MONTH_FIRST: Final = re.compile(
    rf"{_NAME}[\s-]+(\d{{1,2}})(?:st|nd|rd|th)?,?[\s-]+(\d{{4}})(?!\d)", re.IGNORECASE
)


def day(value: Any) -> str | None:
    """A date or time in any common form as YYYY-MM-DD; None if it is not a date, or is ambiguous.

    Days are those that the source writes, whatever its time zone; numbers are seconds or
    milliseconds since 1970, in UTC, or days such as 20200503.
    """
    if isinstance(value, datetime | date):
        return _in_range(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _from_number(value)
    text = str(value).strip()[:_LONGEST]
    if text.isdigit() and len(text) in (10, 13):
        return _from_number(int(text))
    try:
        return _in_range(parsedate_to_datetime(text))
    except (TypeError, ValueError, IndexError):
        pass
    found = {_made(*parts) for parts in _read(text)}
    return found.pop() if len(found) == 1 else None


def _read(text: str) -> list[tuple[int, int, int]]:
    """Year, month and day of every date in a text; (0, 0, 0) for an ambiguous one."""
    found = []
    for match in _YEAR_FIRST.finditer(text):
        year, month, day_ = (int(part) for part in match.groups() if part)
        found.append((year, month, day_))
    for match in _DOTTED.finditer(text):
        day_, month, year = map(int, match.groups())
        found.append((year, month, day_))
    for match in _SLASHED.finditer(text):
        first, second, year = map(int, match.groups())
        if first <= 12 and second <= 12 and first != second:
            found.append((0, 0, 0))
        else:
            found.append((year, min(first, second), max(first, second)))
    for match in _DAY_FIRST.finditer(text):
        found.append((int(match[3]), _NUMBERS.get(match[2].casefold(), 0), int(match[1])))
    for match in _MONTH_FIRST.finditer(text):
        found.append((int(match[3]), _NUMBERS.get(match[1].casefold(), 0), int(match[2])))
    return found


def _made(year: int, month: int, day_: int) -> str | None:
    try:
        return _in_range(date(year, month, day_))
    except ValueError:
        return None


def _from_number(value: float) -> str | None:
    if 15000101 <= value <= 21001231 and value == int(value):
        return _made(int(value) // 10000, int(value) // 100 % 100, int(value) % 100)
    seconds = value / 1000 if value > 1e11 else value
    if not 1e8 < seconds < 5e9:
        return None
    return datetime.fromtimestamp(seconds, UTC).date().isoformat()


def _in_range(value: datetime | date) -> str | None:
    found = value.date() if isinstance(value, datetime) else value
    return found.isoformat() if found >= _FIRST_DAY else None
