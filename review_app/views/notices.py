"""The pages without a claim: nothing there yet, all done, out of order."""

import streamlit as st

from extractor.schema import DecisionKind
from review_app.logic import words
from review_app.logic.screens import EmptyScreen, FinishedScreen
from review_app.logic.triage import Triage
from review_app.views.actions import undo_button
from review_app.views.part import part_finished
from review_app.widgets.claim_card import notice_line
from review_app.widgets.frame import left_out_list, message


def empty_page(screen: EmptyScreen) -> None:
    """Say which commands fill the queue."""
    if screen.left_out:
        n_articles = words.count(len(screen.left_out), "article")
        message(
            "No claims yet",
            [f"{n_articles} in the database, and no claim in any. Extract them under Articles, or by"],
            ["claimdesk extract"],
        )
        left_out_list(screen.left_out)
    else:
        message(
            "Nothing to review yet",
            ["Add an article, a file or an address, and pull out its claims: under Articles, or by these commands."],
            ["claimdesk ingest article.txt", "claimdesk extract"],
        )


def finished_page(triage: Triage, screen: FinishedScreen) -> None:
    """Say what was done, and offer the way back."""
    waiting = screen.progress.waiting
    if screen.part:
        part_finished(triage, screen, screen.part)
    elif waiting:
        told = [f"{words.count(waiting, 'claim')} left, and somebody else has just opened what is left."]
        message("Nothing free at the moment", [*told, _done(screen)])
    else:
        message("All done", [f"{words.count(screen.progress.total, 'claim')} decided, none waiting.", _done(screen)])
    left_out_list(screen.left_out)
    with st.container(key="move", horizontal=True, gap="small", horizontal_alignment="center"):
        st.button("Look again", key="skip", shortcut="S", on_click=triage.skip)
        undo_button(triage, screen.undo)
    notice_line(screen.notice)


def trouble_page(reason: str) -> None:
    """Say in one sentence what is wrong and what to do."""
    message("The queue cannot be shown", [reason[:1].upper() + reason[1:] + ".", "Then reload this page."])


def _done(screen: FinishedScreen) -> str:
    kinds = (DecisionKind.VERIFY, DecisionKind.CORRECT, DecisionKind.REJECT)
    done = [f"{words.DID[kind]} {screen.done[kind]:,}" for kind in kinds if screen.done.get(kind)]
    return f"In this session you {_listed(done)}. Thank you." if done else "You decided none of them in this session."


def _listed(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]
