"""The claim itself: what is said, by whom, how, why it is worth checking, and what is doubtful."""

from collections.abc import Sequence
from datetime import datetime

import streamlit as st

from extractor.schema import Claim, Source, SourceKind
from review_app.logic import words
from review_app.logic.desk import Opened
from review_app.logic.history import Change, Step, steps
from review_app.logic.triage import Stale, is_waiting
from review_app.widgets.markup import isolated, safe

LONG_CHARS = 180
"""A claim longer than this is set smaller, so that the keys stay on a screen of 800 px."""


def claim_card(opened: Opened, now: datetime) -> None:
    """Draw a claim."""
    claim = opened.stored.claim
    st.html(
        '<section class="cd-claim" aria-label="Claim">'
        f"{_eyebrow(opened)}{_status(opened, now)}"
        f'<p class="cd-text{" long" if len(claim.text) > LONG_CHARS else ""}" dir="auto">{safe(claim.text)}</p>'
        f"{_source(claim)}{_worth(claim)}{_doubts(claim)}"
        "</section>"
    )


def doubts_only(opened: Opened) -> None:
    """Draw what is doubtful about a claim whose fields stand in a form below."""
    if doubts := _doubts(opened.stored.claim):
        st.html(f'<section class="cd-claim" aria-label="Doubts">{doubts}</section>')


def history_list(opened: Opened, now: datetime) -> None:
    """Draw what happened to a claim, folded away; a claim without a past gets one quiet line."""
    found = f"Found by {isolated(opened.stored.model)}."
    told = steps(opened.history, now)
    if not told:
        st.html(f'<p class="cd-history">{found} No decision yet.</p>')
        return
    entries = "".join(f"<li>{_step(step)}</li>" for step in told)
    st.html(
        f'<details class="cd-history"><summary>History: {words.count(len(told), "step")}</summary>'
        f"<ol>{entries}<li>{found}</li></ol></details>"
    )


def stale_banner(stale: Stale) -> None:
    """Say that a save was refused, who came before, and what they did."""
    if stale.last is None:
        what = "<p>A newer extraction changed this claim while you had it open.</p>"
    else:
        what = f"<p>{_step(stale.last)}</p>"
    st.html(
        '<div class="cd-stale" role="alert"><b>Not saved: this claim was changed in the meantime.</b>'
        f"{what}<p>You see it as it stands now. What you typed is still here: decide again, or go on.</p></div>"
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
    if is_waiting(opened):
        return ""
    status = opened.stored.status
    last = steps(opened.history, now)[:1]
    by = f" by {isolated(last[0].who)} {last[0].when}" if last else ""
    return f'<p class="cd-status {status}">Already {words.STATUS[status]}{by}. A new decision replaces it.</p>'


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


def _doubts(claim: Claim) -> str:
    doubts = [f"<b>{words.FLAG[flag.code]}</b> {isolated(flag.detail)}" for flag in claim.flags]
    placed = words.placement(claim.content)
    if placed and not claim.flags:
        doubts.append(f"<b>Check the passage</b> {placed}")
    return '<ul class="cd-flags">' + "".join(f"<li>{d}</li>" for d in doubts) + "</ul>" if doubts else ""


def _step(step: Step) -> str:
    comment = f" “{isolated(step.comment)}”" if step.comment else ""
    return f"{isolated(step.who)} {step.did} {step.when}.{comment}{_changes(step.changes)}"


def _changes(changes: Sequence[Change]) -> str:
    rows = "".join(
        f"<li>{c.field}: <del>{isolated(c.before)}</del> → <ins>{isolated(c.after)}</ins></li>" for c in changes
    )
    return f"<ul>{rows}</ul>" if rows else ""
