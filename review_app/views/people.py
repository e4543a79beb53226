"""The page of the people at the desk, for admins."""

from collections.abc import Sequence

import streamlit as st

from extractor.people import Member, Role
from review_app.deps import Visit
from review_app.logic import words
from review_app.logic.people import ROLES, People, PeopleScreen
from review_app.logic.visible import visible
from review_app.widgets.claim_card import notice_line
from review_app.widgets.markup import isolated, safe

NEW = ""
"""The choice that is no member."""


def people_page(visit: Visit) -> None:
    """Draw who belongs to the desk, and the form to change it."""
    if "people" not in st.session_state:
        st.session_state["people"] = visit.people()
    people: People = st.session_state["people"]
    screen = people.screen()
    left, right = st.columns([11, 8], gap="large")
    with left, st.container(key="people"):
        _title(visit, screen)
        _table(screen.members, visit)
        _left(screen.left)
    with right, st.container(key="people_form", border=True):
        _form(people, screen)
        with st.container(key="people_notice", horizontal=True, gap="small"):
            notice_line(screen.notice)
            if screen.undo:
                st.button(screen.undo, key="people_undo", type="tertiary", on_click=people.undo)


def _title(visit: Visit, screen: PeopleScreen) -> None:
    told = (
        f"{words.count(len(screen.members), 'member')}. Who logs in with one of these logins gets in, in that role."
        if screen.members
        else "Nobody has been let in yet. Add the logins of your colleagues, as the login service has them."
    )
    if visit.is_local:
        told += " You are here in local mode: you need no login, and you may do everything."
    st.html(f'<h1 class="cd-heading">People</h1><p class="cd-quiet">{safe(told)}</p>')


def _table(members: Sequence[Member], visit: Visit) -> None:
    if not members:
        return
    now = visit.now()
    rows = "".join(
        f"<tr><td><b>{isolated(m.name)}</b><small>{isolated(m.login)}</small></td><td>{ROLES[m.role][0]}</td>"
        f'<td><time title="{words.clock(m.changed_at)}">{words.ago(m.changed_at, now)}</time>'
        f"<small>by {isolated(m.changed_by)}</small></td></tr>"
        for m in members
    )
    st.html(
        '<table class="cd-people"><thead><tr><th scope="col">Who</th><th scope="col">Role</th>'
        f'<th scope="col">Since</th></tr></thead><tbody>{rows}</tbody></table>'
    )


def _left(members: Sequence[Member]) -> None:
    if members:
        names = ", ".join(f"{isolated(m.name)} ({isolated(m.login)})" for m in members)
        st.html(f'<p class="cd-quiet">No longer here: {names}. Adding the login lets them in again.</p>')


def _form(people: People, screen: PeopleScreen) -> None:
    st.html('<h2 class="cd-panel">Let somebody in, or change their role</h2>')
    by_login = {m.login: m for m in screen.members}
    chosen = st.selectbox(
        "Who",
        [NEW, *by_login],
        format_func=lambda login: visible(by_login[login].name) if login else "Somebody new",
        key="people_who",
    )
    member = by_login.get(chosen)
    # A form for each, so that one begins with its own values.
    prefix = f"people_{chosen}_"
    if member is None:
        st.text_input("Login", key=prefix + "login", placeholder="anna@example.org", on_change="ignore")
        st.text_input(
            "Name, as their decisions carry it; it never changes",
            key=prefix + "name",
            placeholder="Anna Kovar",
            on_change="ignore",
        )
    roles = list(Role)
    st.radio(
        "Role",
        roles,
        index=roles.index(member.role if member else Role.CHECKER),
        format_func=lambda role: ROLES[role][0],
        captions=[ROLES[role][1] for role in roles],
        key=prefix + "role",
        on_change="ignore",
    )
    if screen.problem:
        st.html(f'<p class="cd-stale" role="alert">{safe(screen.problem)}</p>')

    def put() -> None:
        login = member.login if member else str(st.session_state[prefix + "login"])
        name = "" if member else str(st.session_state[prefix + "name"])
        people.put(login, name, st.session_state[prefix + "role"])

    with st.container(key="people_row", horizontal=True, gap="small"):
        st.button("Save" if member else "Let in", key="people_put", type="primary", on_click=put)
        if member:
            st.button(
                "Let in no longer", key="people_remove", type="tertiary", on_click=people.remove, args=(member.login,)
            )
