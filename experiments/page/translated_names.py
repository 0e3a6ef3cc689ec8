"""A run with its firms and authorities called as the page's language calls them."""

from __future__ import annotations

from dataclasses import replace

from kingmaker.experiments.page.records import Story
from kingmaker.experiments.page.wording import Words


def in_language(story: Story, words: Words) -> Story:
    """The same run under the names of the language; proper names stay as they are."""
    if words.language == "en":
        return story
    return story.once(("names", words.language), lambda: _renamed(story, words))


def _renamed(story: Story, words: Words) -> Story:
    nodes = tuple(replace(node, name=words.name(node.name)) for node in story.nodes)
    events = tuple(replace(event, who=words.name(event.who)) for event in story.events)
    return replace(story, nodes=nodes, events=events, memo={})
