"""Who carries our texts: a log for trying out, GOV.UK Notify, or Twilio."""

from __future__ import annotations

from channels.settings import BadSetting, Settings
from channels.sms.providers.base import SmsProvider
from channels.sms.providers.log import LogProvider
from channels.sms.providers.notify import NotifyProvider
from channels.sms.providers.twilio import TwilioProvider

__all__ = ["SmsProvider", "make_provider", "make_second_provider"]


def make_provider(settings: Settings) -> SmsProvider:
    """The provider that is set up. Raises BadSetting naming what it still needs."""
    if settings.sms_provider == "notify":
        _need("notify", NOTIFY_API_KEY=settings.notify_api_key,
              NOTIFY_TEMPLATE_ID=settings.notify_template_id)  # fmt: skip
        return NotifyProvider(
            settings.notify_api_key, settings.notify_template_id, settings.notify_url
        )
    if settings.sms_provider == "twilio":
        _need("twilio", TWILIO_ACCOUNT_SID=settings.twilio_account_sid,
              TWILIO_AUTH_TOKEN=settings.twilio_auth_token,
              TWILIO_NUMBER=settings.twilio_number)  # fmt: skip
        return TwilioProvider(
            settings.twilio_account_sid,
            settings.twilio_auth_token,
            settings.twilio_number,
            settings.twilio_url,
        )
    return LogProvider()


def make_second_provider(settings: Settings) -> SmsProvider | None:
    """Twilio beside Notify, for the alphabets that Notify destroys, where an account is set."""
    has_twilio = settings.twilio_account_sid and settings.twilio_auth_token
    if settings.sms_provider != "notify" or not has_twilio or not settings.twilio_number:
        return None
    return TwilioProvider(
        settings.twilio_account_sid,
        settings.twilio_auth_token,
        settings.twilio_number,
        settings.twilio_url,
    )


def _need(provider: str, **values: str) -> None:
    for name, value in values.items():
        if not value:
            raise BadSetting(f"FAIRWAY_SMS_PROVIDER={provider} needs FAIRWAY_{name}.")
