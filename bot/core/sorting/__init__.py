"""What an opinion is about, how it is said and how soon it must be heard; each label with the words behind it.

The machine proposes, a person decides. Knowledge is data (`bot/content/taxonomy`), built into a `Taxonomy` once;
`classify` then only looks up. `sorting.model` learns from decisions (`taught`, with `cues_in` of each text); a `Model`
may be handed to `classify`. Where nothing speaks for a topic the topic is `qita`: unclassified is a good answer.
"""

from bot.core.sorting.labels import Ask, Kind, Labels, classify, cues_in
from bot.core.sorting.leaders import Leader, named
from bot.core.sorting.taxonomy import Taxonomy, taxonomy_from

__all__ = [
    "Ask",
    "Kind",
    "Labels",
    "Leader",
    "Taxonomy",
    "classify",
    "cues_in",
    "named",
    "taxonomy_from",
]
