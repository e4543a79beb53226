"""Second looks as they are shown: the claim without a trace of the first decision, two decisions, agreement."""

import streamlit as st

from extractor.store import LookCounts
from review_app.logic import words
from review_app.logic.agreement import Agreement, PairAgreement
from review_app.logic.second import LookScreen, Voice
from review_app.widgets.check_card import rated_claim
from review_app.widgets.markup import isolated, safe

FEW = 30
"""Below so many claims a coefficient says little."""


def looked_at_claim(screen: LookScreen) -> None:
    """Draw the claim as it was before anybody had decided it."""
    rated_claim(screen.claim)
    doubts = [f"<b>{words.FLAG[flag.code]}</b> {isolated(flag.detail)}" for flag in screen.claim.flags]
    if doubts:
        items = "".join(f"<li>{doubt}</li>" for doubt in doubts)
        st.html(f'<section class="cd-claim" aria-label="Doubts"><ul class="cd-flags">{items}</ul></section>')
    told = (
        "Two reviewers decided this differently, each without seeing the other. Keep one, or decide otherwise."
        if screen.voices
        else "Somebody has decided this claim. You do not see how: decide it as if you were the first."
    )
    st.html(f'<p class="cd-hint">{told}</p>')


def voice_card(voice: Voice) -> None:
    """Draw one of two decisions."""
    rows = "".join(
        f"<li>{safe(c.field)}: <del>{isolated(c.before)}</del> → <ins>{isolated(c.after)}</ins></li>"
        for c in voice.changes
    )
    comment = f"<p>“{isolated(voice.comment)}”</p>" if voice.comment else ""
    changed = f'<ul class="cd-changes">{rows}</ul>' if rows else ""
    st.html(f'<div class="cd-voice"><p>{isolated(voice.who)}: <b>{safe(voice.did)}</b></p>{comment}{changed}</div>')


def sample_line(counts: LookCounts) -> None:
    """Say how far the second looks have come."""
    waiting = max(0, counts.in_sample - counts.made)
    st.html(f'<p class="cd-notice">{counts.made:,} looked at again, {waiting:,} waiting</p>', width="content")


def agreement_table(agreement: Agreement) -> None:
    """Draw how far reviewers agree, all together and two by two."""
    if not agreement.n:
        st.html(
            '<section class="cd-message"><h1>No second looks yet</h1>'
            "<p>Once claims have been decided twice, this tells how far reviewers agree.</p></section>"
        )
        return
    rows = "".join(_row(pair) for pair in agreement.pairs)
    st.html(
        '<section class="cd-agreement" aria-label="Agreement">'
        f"<p>Two reviewers decided the same on <b>{agreement.n_same / agreement.n:.0%}</b> of "
        f"{words.count(agreement.n, 'claim')}. Beyond chance: <b>{_number(agreement.alpha)}</b> "
        "(Krippendorff’s alpha).</p>"
        "<table><thead><tr><th>Reviewers</th><th>Claims</th><th>Same</th><th>Beyond chance</th></tr></thead>"
        f"<tbody>{rows}</tbody></table>"
        '<p class="cd-notice">Same: verified, corrected or rejected by both. Beyond chance: Cohen’s kappa, 1 when all '
        "agree, 0 when no more than by chance; a dash where chance cannot be told from agreement. In grey: fewer than "
        f"{FEW} claims, which say little.</p></section>"
    )


def _row(pair: PairAgreement) -> str:
    few = ' class="few"' if pair.n < FEW else ""
    return (
        f"<tr{few}><td>{isolated(pair.one)} and {isolated(pair.other)}</td><td>{pair.n:,}</td>"
        f"<td>{pair.same:.0%}</td><td>{_number(pair.kappa)}</td></tr>"
    )


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}".replace("-", "−")
