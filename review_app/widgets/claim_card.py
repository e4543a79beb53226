"""The claim itself: what is said, by whom, how, why it is worth checking, and what is doubtful."""

from collections.abc import Sequence
from datetime import datetime

import streamlit as st

from extractor.people import Person
from extractor.schema import Claim, ClaimStatus, Source, SourceKind
from extractor.store import Assigned, Commented, Found, Lease, OtherReading
from review_app.logic import words
from review_app.logic.desk import Opened
from review_app.logic.history import in_force, step, steps
from review_app.logic.screens import Stale
from review_app.logic.steps import Change, Step
from review_app.widgets.markup import isolated, safe

SHOWN_COMMENTS = 2
"""The others are in the history."""
LONG_CHARS = 180
"""A claim longer than this is set smaller, so that the keys stay on a screen of 800 px."""


def claim_card(opened: Opened, person: Person, now: datetime) -> None:
    """Draw a claim."""
    claim = opened.stored.claim
    st.html(
        '<section class="cd-claim" aria-label="Claim">'
        f"{_eyebrow(opened)}{_status(opened, now)}{_sent(opened, person, now)}"
        f'<p class="cd-text{" long" if len(claim.text) > LONG_CHARS else ""}" dir="auto">{safe(claim.text)}</p>'
        f"{_source(claim)}{_worth(claim)}{_doubts(opened)}{_said(opened, now)}{_age(opened, now)}"
        "</section>"
    )


def claim_line(opened: Opened) -> None:
    """Draw no more of a claim than what it says and who says it."""
    claim = opened.stored.claim
    st.html(
        '<section class="cd-claim" aria-label="Claim">'
        f'<p class="cd-text long" dir="auto">{safe(claim.text)}</p>{_source(claim)}</section>'
    )


def doubts_only(opened: Opened) -> None:
    """Draw what is doubtful about a claim whose fields stand in a form below."""
    if doubts := _doubts(opened):
        st.html(f'<section class="cd-claim" aria-label="Doubts">{doubts}</section>')


def history_list(opened: Opened, now: datetime) -> None:
    """Draw what happened to a claim, by machines and people, folded away."""
    told = steps(opened.timeline, now)
    if not told:
        return
    made = opened.timeline.parents or opened.timeline.children
    entries = "".join(f'<li class="{"machine" if step.is_machine else "human"}">{_step(step)}</li>' for step in told)
    kin = _kin(opened) if made else ""
    st.html(
        f'<details class="cd-history"><summary>History: {words.count(len(told), "step")}</summary>'
        f"<ol>{entries}</ol>{kin}</details>"
    )


def stale_banner(stale: Stale, *, is_writing: bool) -> None:
    """Say that a save was refused, who came before, and what they did; field by field, unless the form does."""
    if stale.last is None:
        what = "<p>A newer extraction changed this claim while you had it open.</p>"
    else:
        what = f"<p>{_who(stale.last)} {safe(stale.last.did)} {_when(stale.last)}.</p>"
    rows = "".join(
        f"<tr><th scope='row'>{safe(d.label)}</th><td>{_words(d.seen)}</td><td>{_words(d.theirs)}</td></tr>"
        for d in stale.differences
    )
    table = (
        "<table><thead><tr><td></td><th scope='col'>You saw</th><th scope='col'>It is now</th></tr></thead>"
        f"<tbody>{rows}</tbody></table>"
        if rows
        else ""
    )
    go_on = (
        "What you typed is still here. Take over what you want and save again, or go back."
        if is_writing
        else "You see it as it stands now: decide again, or go on."
    )
    st.html(
        '<div class="cd-stale" role="alert"><b>Not saved: this claim was changed in the meantime.</b>'
        f"{what}{table}<p>{go_on}</p></div>"
    )


def held_banner(lease: Lease, now: datetime) -> None:
    """Say that somebody else has the claim in hand."""
    minutes = max(1, round((lease.until - now).total_seconds() / 60))
    st.html(
        f'<div class="cd-held" role="status"><b>{isolated(lease.holder)} has this claim open.</b> You can read it. '
        f"It can be decided when they are done, or in {words.count(minutes, 'minute')} if they leave it.</div>"
    )


def notice_line(notice: str | None) -> None:
    """Draw one sentence about the last press; an empty line keeps the page from jumping."""
    quiet = "" if notice else " quiet"
    st.html(f'<p class="cd-notice{quiet}" role="status">{safe(notice or "")}&nbsp;</p>')


def _eyebrow(opened: Opened) -> str:
    claim = opened.stored.claim
    parts = [words.CLAIM_KIND[claim.kind], words.QUOTATION[claim.quotation]]
    return '<p class="cd-eyebrow">' + "".join(f"<span>{part}</span>" for part in parts) + "</p>"


def _status(opened: Opened, now: datetime) -> str:
    if opened.stored.status is ClaimStatus.PENDING:
        return ""
    status = opened.stored.status
    standing = in_force(opened.timeline)
    by = ""
    if standing:
        told = step(standing, now)
        by = f" by {_who(told)} {_when(told)}"
    return f'<p class="cd-status {status}">Already {words.STATUS[status]}{by}. A new decision replaces it.</p>'


def _sent(opened: Opened, person: Person, now: datetime) -> str:
    """Tell to whom the claim was sent, and by whom."""
    to = opened.stored.assigned_to
    last = next((s for s in reversed(opened.timeline.steps) if isinstance(s, Assigned)), None)
    if to is None or last is None:
        return ""
    whom = "you" if to == person.name else isolated(to)
    return f'<p class="cd-sent">Sent to {whom} by {isolated(last.by)} {words.ago(last.at, now)}.</p>'


def _said(opened: Opened, now: datetime) -> str:
    """Show the last comments."""
    said = [s for s in opened.timeline.steps if isinstance(s, Commented)][-SHOWN_COMMENTS:]
    rows = "".join(
        f"<li>{isolated(s.comment.author)}, {words.ago(s.at, now)}: <q>{isolated(s.comment.text)}</q></li>"
        for s in said
    )
    return f'<ul class="cd-said">{rows}</ul>' if rows else ""


def _age(opened: Opened, now: datetime) -> str:
    """Tell which model found the claim, and how old its article is."""
    parts = []
    if opened.stored.added_by:
        parts.append(f"Added by {isolated(opened.stored.added_by)}")
    else:
        found = next((s for s in reversed(opened.timeline.steps) if isinstance(s, Found)), None)
        when = f' <time title="{words.clock(found.at)}">{words.ago(found.at, now)}</time>' if found else ""
        parts.append(f"Found by {isolated(opened.stored.model)}{when}")
    if published := opened.article.metadata.published:
        parts.append(f"article {words.days_old(published, now)}")
    return f'<p class="cd-age">{" · ".join(parts)}</p>'


def _source(claim: Claim) -> str:
    source = claim.source
    role = f", {isolated(source.role)}" if source.role else ""
    told = (source.kind is SourceKind.PERSON and role) or source.name.casefold() in words.SOURCE_KIND[source.kind]
    kind = "" if told else f'<span class="cd-kind">{words.SOURCE_KIND[source.kind]}</span>'
    chain = "".join(f"<li>as reported by {_link(link)}</li>" for link in reversed(claim.chain))
    return (
        f'<div class="cd-source"><p>{isolated(source.name, "cd-name")}{role} {kind}</p>'
        + (f"<ul>{chain}</ul>" if chain else "")
        + "</div>"
    )


def _link(link: Source) -> str:
    role = f", {isolated(link.role)}" if link.role else ""
    return f"{isolated(link.name)}{role} <span class='cd-kind'>{words.SOURCE_KIND[link.kind]}</span>"


def _worth(claim: Claim) -> str:
    share = round(claim.check_worthiness * 100)
    reason = claim.check_worthiness_reason[:1].upper() + claim.check_worthiness_reason[1:]
    return (
        '<div class="cd-worth">'
        f'<p><span class="cd-meter" aria-hidden="true"><i style="width:{share}%"></i></span>'
        f"<b>{words.worth(claim.check_worthiness)} check-worthiness</b> <span>{share} of 100</span></p>"
        + (f'<p class="cd-reason" dir="auto">{safe(reason)}</p>' if reason else "")
        + "</div>"
    )


def _doubts(opened: Opened) -> str:
    claim = opened.stored.claim
    doubts = [f"<b>{words.FLAG[flag.code]}</b> {isolated(_sentence(flag.detail))}" for flag in claim.flags]
    placed = words.placement(claim.content)
    if placed and not claim.flags:
        doubts.append(f"<b>Check the passage</b> {placed}")
    doubts += [_disagrees(claim, other) for other in opened.disagreeing]
    return '<ul class="cd-flags">' + "".join(f"<li>{d}</li>" for d in doubts) + "</ul>" if doubts else ""


def _sentence(detail: str) -> str:
    return f"{detail[:1].upper()}{detail[1:]}"


def _disagrees(claim: Claim, other: OtherReading) -> str:
    model = isolated(other.model)
    if other.found is None:
        return f"<b>Extractors disagree</b> {model} has no claim in these words."
    found = other.found
    if found.source.name.casefold() != claim.source.name.casefold():
        return f"<b>Extractors disagree</b> {model} has it from {isolated(found.source.name)}."
    return f"<b>Extractors disagree</b> {model} has it as: {safe(words.QUOTATION[found.quotation]).lower()}."


def _kin(opened: Opened) -> str:
    """Tell what the claim was made of, or what was made of it."""
    parents, children = len(opened.timeline.parents), len(opened.timeline.children)
    told = []
    if parents:
        told.append(f"It was made out of {words.count(parents, 'claim')}.")
    if children:
        told.append(f"{words.count(children, 'claim').capitalize()} stand in its place.")
    return f"<p>{' '.join(told)}</p>"


def _step(told: Step) -> str:
    comment = f" <q>{isolated(told.comment)}</q>" if told.comment else ""
    return f"{_who(told)} {safe(told.did)} {_when(told)}.{comment}{_changes(told.changes)}"


def _who(told: Step) -> str:
    return isolated(told.who, "cd-by")


def _when(told: Step) -> str:
    return f'<time title="{safe(told.at)}">{safe(told.when)}</time>'


def _words(text: str) -> str:
    return f'<span dir="auto">{safe(text)}</span>'


def _changes(changes: Sequence[Change]) -> str:
    rows = "".join(
        f"<li>{c.field}: <del>{isolated(c.before)}</del> → <ins>{isolated(c.after)}</ins></li>" for c in changes
    )
    return f"<ul>{rows}</ul>" if rows else ""
