"""A component trained on a few phrases, in Rasa's own storage."""

from __future__ import annotations

import pytest
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

PHRASES = {
    ("en", "service_pothole"): [
        "there is a hole in the road", "pothole on my street", "the road is full of holes",
        "a deep pothole outside the school", "please mend the hole in our road",
        "big hole in tarmac", "my tyre burst in a pothole", "road surface is breaking up",
    ],
    ("en", "service_library"): [
        "when does the library open", "I want to join the library", "renew my library books",
        "where is the nearest library", "can I print at the library", "library opening times",
        "reserve a book please", "is the library open on sunday",
    ],
    ("cy", "service_pothole"): [
        "mae twll yn y ffordd", "twll mawr ar fy stryd i", "mae'r ffordd yn llawn tyllau",
        "twll dwfn y tu allan i'r ysgol", "wnewch chi drwsio'r twll yn ein ffordd ni",
        "mae wyneb y ffordd yn torri", "cafodd fy nheiar ei rwygo gan dwll",
        "twll anferth wrth y siop",
    ],
    ("cy", "service_library"): [
        "pryd mae'r llyfrgell yn agor", "dwi eisiau ymuno â'r llyfrgell",
        "adnewyddu fy llyfrau llyfrgell", "ble mae'r llyfrgell agosaf",
        "ga i argraffu yn y llyfrgell", "oriau agor y llyfrgell",
        "hoffwn i gadw llyfr os gwelwch yn dda", "ydy'r llyfrgell ar agor ddydd sul",
    ],
}  # fmt: skip


@pytest.fixture
def phrases() -> TrainingData:
    """The phrases above, as the importer gives them."""
    examples = [
        Message.build(text, intent=intent) for (_, intent), ts in PHRASES.items() for text in ts
    ]
    languages = [language for (language, _), ts in PHRASES.items() for _ in ts]
    for message, language in zip(examples, languages):  # noqa: B905
        message.set("language", language)
    return TrainingData(examples)


@pytest.fixture
def trained(tmp_path, phrases):
    """Train a component class, then load it again from what it kept."""

    def make(component, encoder_when_loaded=None, **settings):
        storage, context = LocalModelStorage(tmp_path), ExecutionContext(GraphSchema({}), "m")
        config = {**component.get_default_config(), **settings}
        resource = component.create(config, storage, Resource("one"), context).train(phrases)
        if encoder_when_loaded:
            config["encoder"] = encoder_when_loaded
        return component.load(config, storage, resource, context)

    return make


def understood(component, text, **metadata):
    """One message through a component."""
    message = Message({"text": text, "metadata": metadata})
    return component.process([message])[0]
