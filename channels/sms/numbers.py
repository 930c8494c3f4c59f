"""One way to write a phone number: digits with the country code, ``447700900123``."""

from __future__ import annotations

import phonenumbers

from bot.errors import BadInput


class NumberUnknown(BadInput):
    """That is not a phone number we can text. Send it with its country code: 447700900123."""


def clean_number(raw: str) -> str:
    """``raw`` in digits with the country code. Raises NumberUnknown."""
    text = raw.strip()
    if text[:1].isdecimal() and not text.startswith("0"):
        text = "+" + text  # providers leave the plus out
    try:
        number = phonenumbers.parse(text, "GB")
    except phonenumbers.NumberParseException as error:
        raise NumberUnknown from error
    if not phonenumbers.is_possible_number(number):
        raise NumberUnknown
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164).lstrip("+")


def is_landline(number: str) -> bool:
    """Whether ``number`` (digits with the country code) is one that gets no texts. Where a
    country's mobiles and landlines look the same it is taken for a mobile."""
    parsed = phonenumbers.parse("+" + number)
    return phonenumbers.number_type(parsed) == phonenumbers.PhoneNumberType.FIXED_LINE
