"""What a published fact-check can be taken away as."""

import streamlit as st

from extractor.checkpage import check_page
from extractor.claimreview import as_json_ld, claim_review
from review_app.deps import Visit
from review_app.logic.checkdesk import CheckDesk
from review_app.logic.factchecks import CheckScreen
from review_app.widgets.markup import safe


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
