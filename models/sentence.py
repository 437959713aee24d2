"""Sentences and faults in columns, as `rules.sentences.sentence_json` writes them."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import PlainSerializer, PlainValidator

from rules.sentences.faults import Fault, Place
from rules.sentences.sentence import Sentence
from rules.sentences.sentence_json import fault_from_json, from_json, to_json


def _read_fault(stored: Mapping[str, Any]) -> Fault:
    """The kept fault. Faults of older databases have the address `where` beside their sentence."""
    if "where" in stored:
        return Fault.of(from_json(stored), Place.of_address(stored["where"]))
    return fault_from_json(stored)


KeptSentence = Annotated[
    Sentence, PlainValidator(from_json), PlainSerializer(to_json, return_type=dict)
]
"""A sentence that is told later, in the language of its reader."""
KeptFault = Annotated[
    Fault, PlainValidator(_read_fault), PlainSerializer(to_json, return_type=dict)
]
"""A fault that is told later, with its place."""
