"""What becomes of personal data: erased on request, kept no longer than the schedule says."""

from channels.privacy.erase import Kept, Places, erase, places_of

__all__ = ["Kept", "Places", "erase", "places_of"]
