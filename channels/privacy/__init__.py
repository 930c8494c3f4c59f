"""What becomes of personal data: erased on request, kept no longer than the schedule says."""

from channels.privacy.erase import Places, erase, places_of

__all__ = ["Places", "erase", "places_of"]
