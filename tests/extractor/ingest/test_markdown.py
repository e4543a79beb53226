"""Markdown as a reader sees it."""

from datetime import date

import pytest

from extractor.errors import IngestError
from extractor.ingest.markdown import read_markdown
from extractor.schema import ArticleMetadata

KNOWN = ArticleMetadata(origin="a.md")
PROSE = "The harbour will close for two days, the port authority said."


def test_marks_go_and_words_stay() -> None:
    source = """# Harbour *to* close

The **port** authority [said](http://example.org) so.
It was ![a picture](x.png) `final` &amp; <b>clear</b>, {{ name }}.

1. One
2. Two

   More of two

> "We had to," she said.

| Day | Ships |
|-----|-------|
| Mon | 12    |

<!-- a note to the editor -->

<div>Kept</div>

<script>
gone()
</script>

```
code {% x %}
```
"""
    article = read_markdown(source, KNOWN)
    assert article.text == (
        "Harbour to close\n\n"
        "The port authority said so. It was  final & clear, {{ name }}.\n\n"
        "- One\n\n- Two\n\nMore of two\n\n"
        '"We had to," she said.\n\n'
        "Day | Ships\nMon | 12\n\n"
        "Kept\n\n"
        "code {% x %}"
    )
    assert article.metadata.title == "Harbour to close"
    assert article.text[article.body_start_char :].startswith("The port authority")


def test_a_tight_list_keeps_its_lines_together() -> None:
    assert read_markdown(f"{PROSE}\n\n- One\n- Two\n  - Three\n", KNOWN).text == f"{PROSE}\n\n- One\n- Two\n- Three"


def test_front_matter() -> None:
    source = f"""---
title: "Harbour: closed"
subtitle: Ferries sail on
author: [Ana Silva, Ben Ode]
date: 2021-05-04 10:00:00
lang: en-GB
publisher: Port News
layout: post
tags: [sea]
---

{PROSE}
"""
    assert read_markdown(source, KNOWN).metadata == ArticleMetadata(
        title="Harbour: closed",
        deck="Ferries sail on",
        byline="Ana Silva, Ben Ode",
        published=date(2021, 5, 4),
        language="en",
        publisher="Port News",
        origin="a.md",
    )
    assert read_markdown(source, KNOWN).text == PROSE


@pytest.mark.parametrize("heading", ["# Harbour", "Harbour\n=======", "## Harbour"])
def test_the_first_heading_is_the_title(heading: str) -> None:
    article = read_markdown(f"{heading}\n\n{PROSE}", KNOWN)
    assert article.metadata.title == "Harbour"
    assert article.text[article.body_start_char :] == PROSE


def test_a_heading_inside_the_article_is_not_its_title() -> None:
    article = read_markdown(f"{PROSE}\n\n## Background\n\n{PROSE}", KNOWN)
    assert article.metadata.title is None
    assert article.body_start_char == 0


@pytest.mark.parametrize("rule", ["---\n\nA rule, no front matter.", "---\njust words\n---\n\nText of it."])
def test_a_rule_is_no_front_matter(rule: str) -> None:
    assert read_markdown(rule, KNOWN).metadata.title is None


def test_front_matter_that_grows_without_end() -> None:
    levels = "".join(f"a{i + 1}: &a{i + 1} [{', '.join([f'*a{i}'] * 9)}]\n" for i in range(12))
    source = f"---\na0: &a0 x\n{levels}title: *a12\nauthor: *a12\ndate: *a12\n---\n\n{PROSE}"
    assert read_markdown(source, KNOWN).metadata == KNOWN


def test_broken_front_matter_is_named() -> None:
    with pytest.raises(IngestError, match=r"'a\.md' has front matter that is not YAML"):
        read_markdown(f"---\ntitle: [open\n---\n\n{PROSE}", KNOWN)


@pytest.mark.parametrize("source", ["---\ntitle: x\n---\n", "<!-- nothing -->", "![only](a.png)"])
def test_nothing_to_read(source: str) -> None:
    with pytest.raises(IngestError, match=r"'a\.md' is empty"):
        read_markdown(source, KNOWN)
