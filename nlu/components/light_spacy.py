"""spaCy without TensorFlow.

spaCy's engine (thinc) imports TensorFlow when it finds it, to share arrays with it: five seconds
and half a gigabyte for rules that need none. While spaCy is first imported, there is none to find.
"""

from __future__ import annotations

import sys
from typing import Any

_HIDDEN = "tensorflow"


def spacy_rules() -> tuple[Any, Any, Any]:
    """A vocabulary of no language in particular, spaCy's Matcher and its Doc."""
    hide = _HIDDEN not in sys.modules and "thinc.compat" not in sys.modules
    if hide:
        sys.modules[_HIDDEN] = None  # type: ignore[assignment]  # an import of it now fails
    try:
        import spacy
        from spacy.matcher import Matcher
        from spacy.tokens import Doc
    finally:
        if hide:
            del sys.modules[_HIDDEN]
    return spacy.blank("xx").vocab, Matcher, Doc
