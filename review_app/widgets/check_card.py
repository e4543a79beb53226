"""A fact-check as people at the desk read it: the claim it is about, rating, evidence, notices."""

from collections.abc import Sequence
from datetime import datetime

import streamlit as st

from extractor.factcheck import Assessment, CheckState, Evidence, FactCheck, Publication, Rating, web_address
from extractor.schema import Claim
from review_app.logic import checkwords, words
from review_app.logic.factchecks import CheckScreen, Entry, Item, StaleCheck
from review_app.logic.steps import Change, Step
from review_app.widgets.markup import isolated, safe


def entry_row(entry: Entry) -> None:
    """Draw one line of a list."""
    rating = f'<span class="cd-rating">{safe(entry.rating)}</span>' if entry.rating else ""
    state = f'<span class="cd-kind">{safe(entry.state)}</span>' if entry.state else ""
    mine = '<span class="cd-mine">waits for you</span>' if entry.is_mine else ""
    st.html(
        '<article class="cd-entry">'
        f'<p class="cd-entry-text" dir="auto">{safe(entry.text)}</p>'
        f'<p class="cd-entry-about">{rating}{isolated(entry.source, "cd-name")}'
        f"<span>{safe(entry.about)}</span>{state}{mine}</p></article>"
    )


def rated_claim(claim: Claim) -> None:
    """Draw the claim that a fact-check is about."""
    st.html(_claim(claim))


def state_line(screen: CheckScreen, now: datetime) -> None:
    """Say where the fact-check stands, and whether what was typed is safe."""
    if screen.fact_check is None:
        parts = ["<b>Not begun</b>"]
    else:
        it = screen.fact_check
        when = f'<time datetime="{it.changed_at.isoformat()}" title="{it.changed_at:%Y-%m-%d %H:%M} UTC">'
        changed = f"{isolated(it.changed_by)}, {when}{words.ago(it.changed_at, now)}</time>"
        parts = [f"<b>{checkwords.told_state(it).capitalize()}</b>", changed]
        if it.approved_by:
            parts.append(f"approved by {isolated(it.approved_by)}")
    if screen.kept:
        parts.append(f"what you typed is kept ({screen.kept}), not saved yet")
    st.html(f'<p class="cd-check-state">{" · ".join(parts)}</p>')


def warnings(screen: CheckScreen) -> None:
    """Draw what has to be known before anybody goes on."""
    if screen.stale:
        st.html(_stale(screen.stale))
    told = []
    if not screen.claim_verified:
        told.append("<b>This claim is not verified.</b> A fact-check rates what was really said: verify it first.")
    if screen.claim_changed and screen.fact_check is not None:
        was, now = isolated(screen.fact_check.claim.text), isolated(screen.opened.stored.claim.text)
        told.append(
            f"<b>The claim was changed after it was rated.</b> It was: “{was}”. Saving rates it as it is now."
            if screen.can_write
            else f"<b>The claim was changed after it was rated.</b> Now it says: “{now}”."
        )
    if returned := _returned(screen):
        told.append(f"<b>Returned by {isolated(returned.who)}:</b> “{safe(returned.comment)}”")
    if screen.shortfalls:
        items = "".join(f"<li>{_which(one.position)}{safe(one.message)}</li>" for one in screen.shortfalls)
        told.append(f"<b>Still missing</b><ul>{items}</ul>")
    if told:
        st.html("".join(f'<div class="cd-stale" role="alert">{text}</div>' for text in told))


def assessment_shown(assessment: Assessment) -> None:
    """Draw an assessment for reading."""
    st.html(f'<section class="cd-check" aria-label="Fact-check">{_assessment(assessment)}</section>')


def publication_notices(publication: Publication) -> None:
    """Draw what readers were told about changes."""
    notices = [("Corrected", notice) for notice in publication.corrections]
    if publication.withdrawn:
        notices.append(("Withdrawn", publication.withdrawn))
    if notices:
        items = "".join(
            f"<li><b>{what} on {n.at.day} {n.at:%B %Y}</b> by {isolated(n.by)}: {safe(n.text)}</li>"
            for what, n in notices
        )
        st.html(f'<ul class="cd-notices">{items}</ul>')


def public_version(fact_check: FactCheck) -> None:
    """Draw, folded away, what readers see while something else is being written."""
    if fact_check.publication is not None:
        body = _assessment(fact_check.publication.assessment)
        st.html(
            '<details class="cd-history"><summary>What is public now</summary>'
            f'<section class="cd-check">{body}</section></details>'
        )


def meaning_line(rating: Rating | None) -> None:
    """Say when a rating is given."""
    text = rating.meaning if rating else "Choose how true the claim is, as it was made."
    st.html(f'<p class="cd-meaning">{safe(text)}</p>')


def evidence_card(item: Item, position: int) -> None:
    """Draw a piece of evidence."""
    missing = "".join(f'<li class="cd-missing">{safe(text)}</li>' for text in item.shortfalls)
    problems = f'<ul class="cd-problems">{missing}</ul>' if missing else ""
    st.html(f'<div class="cd-evidence">{_evidence(item.evidence, position)}</div>{problems}')


def check_history(steps: Sequence[Step]) -> None:
    """Draw what happened to a fact-check, folded away."""
    if steps:
        entries = "".join(f"<li>{_step(step)}</li>" for step in steps)
        st.html(
            f'<details class="cd-history"><summary>History: {words.count(len(steps), "step")}</summary>'
            f"<ol>{entries}</ol></details>"
        )


def _claim(claim: Claim) -> str:
    role = f", {isolated(claim.source.role)}" if claim.source.role else ""
    eyebrow = f"{words.CLAIM_KIND[claim.kind]}</span><span>{words.QUOTATION[claim.quotation]}"
    return (
        f'<section class="cd-claim cd-rated" aria-label="Claim"><p class="cd-eyebrow"><span>{eyebrow}</span></p>'
        f'<p class="cd-text" dir="auto">{safe(claim.text)}</p>'
        f'<div class="cd-source"><p>{isolated(claim.source.name, "cd-name")}{role}</p></div></section>'
    )


def _assessment(assessment: Assessment) -> str:
    rating = assessment.rating
    shown = f'<p class="cd-verdict"><span class="cd-rating">{safe(rating.label)}</span></p>' if rating else ""
    conclusion = f'<p class="cd-conclusion" dir="auto">{safe(assessment.conclusion)}</p>'
    paragraphs = [text for text in assessment.explanation.split("\n\n") if text.strip()]
    explanation = "".join(f'<p dir="auto">{safe(text.strip())}</p>' for text in paragraphs)
    evidence = "".join(
        f'<li class="cd-evidence">{_evidence(item, position)}</li>'
        for position, item in enumerate(assessment.evidence, start=1)
    )
    listed = f'<h3>Evidence</h3><ol class="cd-evidence-list">{evidence}</ol>' if evidence else ""
    return f'{shown}{conclusion}<div class="cd-explanation">{explanation}</div>{listed}'


def _evidence(item: Evidence, position: int) -> str:
    title = isolated(item.title or item.publisher or "No title yet")
    publisher = f'<span class="cd-publisher">{isolated(item.publisher)}</span>' if item.title and item.publisher else ""
    excerpt = f'<blockquote dir="auto">{safe(item.excerpt)}</blockquote>' if item.excerpt else ""
    accessed = f"<span>read on {item.accessed.day} {item.accessed:%B %Y}</span>" if item.accessed else ""
    return (
        f'<span class="cd-number">{position}</span><div><p class="cd-evidence-head"><b>{title}</b>{publisher}'
        f'<span class="cd-stance {item.stance}">{checkwords.STANCE[item.stance]}</span></p>{excerpt}'
        f'<p class="cd-evidence-foot">{_link(item.url)}{accessed}</p></div>'
    )


def _link(url: str) -> str:
    try:
        address = web_address(url)
    except ValueError:
        return f"<span>{safe(url)}</span>"
    return f'<a href="{safe(address)}" target="_blank" rel="noopener noreferrer nofollow">{safe(address)}</a>'


def _stale(stale: StaleCheck) -> str:
    changed = _changes(stale.differences)
    what = f"<p>What stands now, and what you typed:</p>{changed}" if changed else "<p>It says the same as you do.</p>"
    return (
        f'<div class="cd-stale" role="alert"><b>{isolated(stale.who)} changed this fact-check {stale.when}.</b>'
        f"{what}<p>What you typed is still in the form. Save it to put it in place of theirs, or take theirs.</p></div>"
    )


def _returned(screen: CheckScreen) -> Step | None:
    if screen.fact_check is None or screen.fact_check.state is not CheckState.RETURNED:
        return None
    return next((step for step in screen.steps if step.comment), None)


def _which(position: int | None) -> str:
    return "" if position is None else f"Evidence {position + 1}: "


def _step(step: Step) -> str:
    comment = f" “{isolated(step.comment)}”" if step.comment else ""
    return f"{isolated(step.who)} {step.did} {step.when}.{comment}{_changes(step.changes)}"


def _changes(changes: Sequence[Change]) -> str:
    rows = "".join(
        f"<li>{c.field}: <del>{isolated(c.before)}</del> → <ins>{isolated(c.after)}</ins></li>" for c in changes
    )
    return f"<ul>{rows}</ul>" if rows else ""
