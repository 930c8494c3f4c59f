"""Which intent a message carries: three readings of it, blended, and one more of English.

Letters and words (a linear classifier), meaning (a linear classifier of the sentence vector),
nearness (the closest training phrases) and, of English, what networks make of the vectors of two
encoders (nlu/components/english.py). Their log-probabilities are added, each with a
weight that was best for phrases none of them had seen (nlu/components/mixing.py). How it is
learned: nlu/components/intent_training.py.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from nlu.components.arrays import log_softmax
from nlu.components.decided import dangers_of
from nlu.components.early import Stage, believed
from nlu.components.english import English
from nlu.components.examples import ENGLISH
from nlu.components.limits import DANGER, likeness
from nlu.components.linear_text import Array, LinearText, confidences
from nlu.components.meaning import Meaning
from nlu.components.mixing import ALL, Mix, blend

SHARPNESS = 16.0
"""How strongly nearness tells labels apart: cosines lie close together."""
LIKELY, HINT = 12, 1e-3
"""Labels, the likeliest by the other readings, whose phrases are looked at for nearness; and
those of danger from this sum of theirs on: there are thousands of them."""
HEAD = "blend.json"
Encode = Callable[[str], Array]
"""A text's vector."""


@dataclass(frozen=True)
class IntentModel:
    """``mixes``: language → weights of letters, meaning, nearness and, where there is that
    reading, ``english``. ``early``: when less than all of them is believed, in the order of asking.
    ``danger``: the sum of the danger intents from which it is danger. ``leaning``: language → what
    makes up for intents' having more or fewer phrases. ``named``: whether the phrases name their
    languages. ``familiar``: language → the nearness of a message's phrases below which it is
    unlike any."""

    letters: LinearText
    meaning: Meaning | None
    mixes: Mapping[str, Mix]
    early: Sequence[Stage] = ()
    danger: Mapping[str, float] = field(default_factory=lambda: {ALL: DANGER})
    leaning: Mapping[str, Array] = field(default_factory=dict)
    english: English | None = None
    named: bool = True
    familiar: Mapping[str, float] = field(default_factory=dict)

    def danger_from(self, language: str) -> float:
        """The sum of the danger intents from which a message in ``language`` is danger."""
        return self.danger.get(language, self.danger[ALL])

    @property
    def labels(self) -> tuple[str, ...]:
        """The intents, in the order of every score."""
        return self.letters.labels

    @property
    def dangers(self) -> list[int]:
        """The places of the danger intents among the labels."""
        return dangers_of(self.labels)

    def confidences(
        self, text: str, language: str, encode: Encode, encode_english: Encode = lambda _: None
    ) -> Array:
        """One number from 0 to 1 a label, adding up to 1; see ``read``."""
        return self.read(text, language, encode, encode_english)[0]

    def read(
        self, text: str, language: str, encode: Encode, encode_english: Encode
    ) -> tuple[Array, float]:
        """The confidences, and how far they can be believed, from 0 to 1: less where the message
        is unlike every phrase. ``encode`` is asked for the text's vector unless less is
        enough, or the text is a training phrase; ``encode_english``, which may be asked twice,
        where the text is taken for English."""
        letters = log_softmax(self.letters.scores(text)[None, :])
        mix, lean = self.mixes.get(language, self.mixes[ALL]), self.leaning.get(language, 0.0)
        if self.meaning is None:
            return confidences(blend([letters], mix, lean)[0]), 1.0
        told = self._early(letters, text, encode_english) if language == ENGLISH else None
        if told is not None:
            return told, 1.0
        known, more = self.meaning.vector_of(text), None
        vector = (encode(text) if known is None else known)[None, :]
        if self.english is not None and (language == ENGLISH or not self.named):
            two = self._english_vector(text, encode_english)
            more = self.english.both.tell([vector, two], len(self.labels))
        scores, near = self._with_meaning(letters, vector, self.meaning, mix, more)
        enough = self.familiar.get(language, self.familiar.get(ALL, 0.0))
        return confidences(scores + lean), likeness(near, enough)

    def _early(self, letters: Array, text: str, encode_english: Encode) -> Array | None:
        """The confidences of the first stage that is sure and to be believed."""
        for stage in self.early:
            parts, near = [letters], None
            if len(stage.weights) > 1 and self.english is not None and self.english.alone:
                two, near = self._english_vector(text, encode_english), self.english.phrases
                parts = [letters, self.english.alone.tell([two], len(self.labels))]
            told = confidences(blend(parts, stage.weights)[0])
            if told.max() < stage.sure or not believed(told[None, :], self.labels)[0]:
                continue
            named = int(told.argmax())
            if near is None or near.nearness_of(two, [named]).max() >= stage.enough:
                return told
        return None

    def _english_vector(self, text: str, encode_english: Encode) -> Array:
        held = self.english.phrases.vector_of(text) if self.english is not None else None
        return (encode_english(text) if held is None else held)[None, :]

    def _with_meaning(
        self, letters: Array, vector: Array, meaning: Meaning, mix: Mix, english: Array | None
    ) -> tuple[Array, float]:
        """The blend for one message, and how near the nearest label's phrases are. Nearness is
        asked of the likely labels only."""
        linear = log_softmax(meaning.linear(vector))
        more = 0.0 if english is None else mix[3] * english
        likely = confidences((mix[0] * letters + mix[1] * linear + more)[0])
        dangers = self.dangers if likely[self.dangers].sum() >= HINT else []
        asked = sorted({*likely.argsort()[-LIKELY:].tolist(), *dangers})
        nearness = meaning.nearness_of(vector, asked)
        near = log_softmax(nearness * SHARPNESS)
        scores = (blend([letters, linear, near], mix[:3]) + more)[0]
        return scores, float(nearness.max())

    def save(self, folder: Path) -> None:
        """Write it into ``folder``."""
        self.letters.save(folder)
        for one in (self.meaning, self.english):
            if one is not None:
                one.save(folder)
        head = {
            "mixes": dict(self.mixes),
            "early": [asdict(stage) for stage in self.early],
            "danger": dict(self.danger),
            "leaning": {language: lean.tolist() for language, lean in self.leaning.items()},
            "meaning": self.meaning is not None,
            "english": self.english is not None,
            "named": self.named,
            "familiar": dict(self.familiar),
        }
        (folder / HEAD).write_text(json.dumps(head), "utf-8")

    @classmethod
    def load(cls, folder: Path) -> IntentModel:
        """Read what ``save`` wrote, now or in an earlier version."""
        head = json.loads((folder / HEAD).read_text("utf-8"))
        meaning = Meaning.load(folder) if head["meaning"] else None
        mixes = {language: tuple(mix) for language, mix in head["mixes"].items()}
        letters, early = LinearText.load(folder), _stages(head)
        leaning = {language: np.array(lean) for language, lean in head["leaning"].items()}
        english = English.load(folder) if head.get("english") else None
        danger, named, familiar = head["danger"], head.get("named", True), head.get("familiar", {})
        return cls(letters, meaning, mixes, early, danger, leaning, english, named, familiar)


def _stages(head: Mapping[str, Any]) -> tuple[Stage, ...]:
    """Those of a saved model. Before there were two of them, one was kept as ``quick``."""
    if "early" in head:
        return tuple(
            Stage(tuple(one["weights"]), one["sure"], one["enough"]) for one in head["early"]
        )
    return (Stage((head["quick"]["weight"],), head["quick"]["sure"]),)
