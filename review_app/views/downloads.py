"""What a published fact-check can be taken away as."""

import base64

import streamlit as st

from extractor.checkpage import check_page
from extractor.claimreview import as_json_ld, claim_review
from review_app.deps import Visit
from review_app.logic.checkdesk import CheckDesk
from review_app.logic.factchecks import CheckScreen
from review_app.widgets.markup import safe

PREVIEW_PX = 560
"""Height of the page in the app."""


def preview(checks: CheckDesk, screen: CheckScreen) -> None:
    """Draw the page as readers see it, or would see it."""
    if screen.preview is None:
        return
    appearances = checks.appearances(screen.opened.stored)
    page = check_page(screen.preview, appearances, desk=checks.profile.desk, scale=checks.profile.scale)
    with st.expander("How readers see it"):
        # An address of its own kind, so that the page is a stranger to the app; and it forbids itself every script.
        encoded = base64.b64encode(page.encode()).decode()
        st.iframe(f"data:text/html;charset=utf-8;base64,{encoded}", height=PREVIEW_PX, alt="The page for readers")


def downloads(visit: Visit, checks: CheckDesk, screen: CheckScreen) -> None:
    """Draw the downloads of what is public, and what a search engine is told."""
    public = screen.fact_check.publication if screen.fact_check else None
    if public is None or public.withdrawn is not None:
        return
    desk = checks.profile.desk
    if desk.missing:
        wanted = " and ".join(desk.missing)
        st.html(
            f'<p class="cd-notice">To take it away as ClaimReview or as a page, set {safe(wanted)} under [desk] in '
            f"<code>{safe(str(visit.settings.desk_path))}</code>.</p>"
        )
        return
    appearances = checks.appearances(screen.opened.stored)
    json = as_json_ld(claim_review(public, appearances, desk))
    page = check_page(public, appearances, desk=desk, scale=checks.profile.scale)
    with st.container(key="downloads", horizontal=True, gap="small"):
        for label, text, ending, mime in (
            ("Page (HTML)", page, "html", "text/html"),
            ("ClaimReview (JSON-LD)", json, "jsonld", "application/ld+json"),
        ):
            st.download_button(
                label,
                text,
                file_name=f"{public.claim.id}.{ending}",
                mime=mime,
                key=f"download_{ending}",
                icon=":material/download:",
                on_click="ignore",
            )
    st.html(
        '<details class="cd-history"><summary>What search engines are told</summary>'
        f'<pre class="cd-json">{safe(json)}</pre></details>'
    )
