"""Who comes in, and who may do what: each write with each role."""

import ast
import re
import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import inspect

from extractor.errors import ClaimDeskError, ConfigError, NotAllowed
from extractor.factcheck import Assessment, Deed, Move
from extractor.people import Act, Person, Role
from extractor.profile import load_profile
from extractor.schema import ClaimStatus, DecisionKind
from extractor.secondlook import Choice
from extractor.settings import load_settings
from extractor.store import (
    NewDecision,
    NewMember,
    NewSettlement,
    Typed,
    open_engine,
    open_session,
    put_member,
    remove_member,
)
from extractor.suggest import suggest
from review_app.deps import Visit, arrival
from review_app.launch import serve
from review_app.logic import deeds
from review_app.logic.checkdesk import CheckDesk
from review_app.logic.desk import Desk
from review_app.logic.door import LogIn, Stranger
from review_app.logic.people import People, PeopleDesk
from review_app.logic.screens import ClaimScreen
from review_app.logic.seconddesk import SecondDesk
from review_app.logic.sheet import addition_of, correction_of, merge_of, split_of
from review_app.logic.shelf import Shelf
from review_app.login import check_login
from tests.review_app.desk_data import NOW, bridge_article, bridge_claims, bridge_desk
from tests.review_app.test_triage import find, unchecked

if TYPE_CHECKING:
    from sqlalchemy import Engine

ARTICLE = bridge_article()
CLAIM, OTHER = bridge_claims(ARTICLE)[:2]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A desk of six claims, to be copied."""
    path = tmp_path_factory.mktemp("template") / "desk.db"
    engine = bridge_desk(f"sqlite:///{path}")
    let_in(engine, "old@desk", Role.READER)
    engine.dispose()
    return path


@pytest.fixture
def engine(template: Path, tmp_path: Path) -> Iterator["Engine"]:
    shutil.copy(template, tmp_path / "desk.db")
    engine = open_engine(f"sqlite:///{tmp_path / 'desk.db'}")
    yield engine
    engine.dispose()


def let_in(engine: "Engine", login: str, role: Role, name: str | None = None) -> None:
    with open_session(engine) as session:
        put_member(session, new=NewMember(login=login, role=role, name=name), by="root", now=NOW)


class Room:
    """Everything that one person could write to."""

    def __init__(self, engine: "Engine", person: Person) -> None:
        self.desk = Desk(
            engine=engine,
            person=person,
            now=lambda: NOW,
            place=find,
            check=unchecked,
            suggest=suggest,
            shelf=Shelf(lambda: 0.0),
        )
        self.second = SecondDesk(engine=engine, person=person, now=lambda: NOW, share=1, place=find, check=unchecked)
        profile = load_profile(load_settings({}))
        self.checks = CheckDesk(engine=engine, person=person, now=lambda: NOW, profile=profile)
        self.people = PeopleDesk(engine=engine, person=person, now=lambda: NOW)


def verification(by: str) -> NewDecision:
    return NewDecision(claim_id=CLAIM.id, version=1, kind=DecisionKind.VERIFY, reviewer=by)


def theirs(room: Room) -> None:
    """Take back what a colleague has decided."""
    carla = Room(room.desk.engine, Person(name="carla", role=Role.CHECKER))
    deeds.record(carla.desk, verification("carla"))
    deeds.take_back(room.desk, carla.desk.last_decision(), 2)


def own(room: Room) -> None:
    """Take back what one has decided when one still could."""
    before = Room(room.desk.engine, Person(name=room.desk.reviewer, role=Role.CHECKER))
    deeds.record(before.desk, verification(room.desk.reviewer))
    deeds.take_back(room.desk, before.desk.last_decision(), 2)


def move(deed: Deed) -> Callable[[Room], object]:
    return lambda room: room.checks.move(Move(claim_id=CLAIM.id, version=0, deed=deed, person=room.desk.reviewer))


def settlement(room: Room) -> object:
    new = NewSettlement(claim_id=CLAIM.id, version=1, by=room.desk.reviewer, choice=Choice.FIRST)
    return room.second.settle(new)


TYPED = Typed(base_version=0, kept_at=NOW, assessment=Assessment(), note="")
SHEET = correction_of(CLAIM, 1, ARTICLE)
PARTS = tuple(CLAIM.model_copy(update={"id": f"{n:024x}", "text": f"Part {n}."}) for n in (1, 2))
WRITES: list[tuple[Act, str, Callable[[Room], object]]] = [
    (Act.DECIDE, "next", lambda room: room.desk.next_id()),
    (Act.DECIDE, "skip", lambda room: room.desk.skip(CLAIM.id)),
    (Act.DECIDE, "keep", lambda room: room.desk.keep(SHEET)),
    (Act.DECIDE, "decide", lambda room: deeds.record(room.desk, verification(room.desk.reviewer))),
    (
        Act.DECIDE,
        "add",
        lambda room: deeds.add_claim(room.desk, addition_of(PARTS[0], CLAIM, 1, ARTICLE), PARTS[0], ARTICLE.sha256),
    ),
    (Act.DECIDE, "split", lambda room: deeds.split_claim(room.desk, split_of(CLAIM, 1, ARTICLE), PARTS)),
    (
        Act.DECIDE,
        "merge",
        lambda room: deeds.merge_claims(room.desk, merge_of(CLAIM, 1, [(OTHER, 1)], ARTICLE), PARTS[0]),
    ),
    (Act.DECIDE, "comment", lambda room: deeds.say(room.desk, CLAIM.id, "Ask them.")),
    (Act.DECIDE, "undo", own),
    (Act.EDIT, "undo a colleague's", theirs),
    (Act.ASSIGN, "send", lambda room: deeds.send(room.desk, CLAIM.id, "ben")),
    (Act.RATE, "type a fact-check", lambda room: room.checks.keep(CLAIM.id, TYPED)),
    (Act.RATE, "undo a fact-check", lambda room: room.checks.undo(CLAIM.id, 0)),
    *((Act.RATE, deed.value, move(deed)) for deed in (Deed.SAVE, Deed.SUBMIT, Deed.REVISE, Deed.DROP, Deed.DECLINE)),
    *((Act.APPROVE, deed.value, move(deed)) for deed in (Deed.APPROVE, Deed.RETURN, Deed.PUBLISH, Deed.WITHDRAW)),
    (Act.DECIDE, "take a second look", lambda room: room.second.next()),
    (Act.DECIDE, "decide at second look", lambda room: room.second.look(verification(room.desk.reviewer))),
    (Act.DECIDE, "undo a second look", lambda room: room.second.undo()),
    (Act.EDIT, "settle", settlement),
    (Act.EDIT, "unsettle", lambda room: room.second.unsettle(CLAIM.id)),
    (Act.MANAGE, "let in", lambda room: room.people.put(NewMember(login="new@desk", role=Role.READER))),
    (Act.MANAGE, "let in no longer", lambda room: room.people.remove("old@desk")),
    (Act.MANAGE, "list", lambda room: room.people.members()),
]
ALLOWED = {
    Role.READER: set(),
    Role.CHECKER: {Act.DECIDE, Act.RATE, Act.ASSIGN},
    Role.EDITOR: {Act.DECIDE, Act.RATE, Act.ASSIGN, Act.EDIT, Act.APPROVE},
    Role.ADMIN: {Act.DECIDE, Act.RATE, Act.ASSIGN, Act.EDIT, Act.APPROVE, Act.MANAGE},
}


def everything(engine: "Engine") -> set[str]:
    """Return every row of every table but those of the full-text index."""
    names = [name for name in inspect(engine).get_table_names() if "_fts" not in name]
    with engine.connect() as connection:
        return {f"{name}: {row}" for name in names for row in connection.exec_driver_sql(f'SELECT * FROM "{name}"')}


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize(
    ("act", "write"), [(act, write) for act, _, write in WRITES], ids=[name for _, name, _ in WRITES]
)
def test_each_write_takes_its_role(engine: "Engine", act: Act, write: Callable[[Room], object], role: Role) -> None:
    """Who may not is told so and changes nothing; who may is not stopped by the role, and leaves the name."""
    room = Room(engine, Person(name="rita", role=role))
    before = everything(engine)
    if act not in ALLOWED[role]:
        with pytest.raises(NotAllowed, match=f"'rita' has the role {role}, and to .* takes .*: ask an admin"):
            write(room)
        if write in (own, theirs):
            assert room.desk.stored(CLAIM.id).status is ClaimStatus.VERIFIED
        else:
            assert everything(engine) == before
        return
    told = ""
    try:
        write(room)
    except ClaimDeskError as error:
        told = str(error)
    # There may be no such fact-check, or no second look, to do it to.
    assert "has the role" not in told
    if news := everything(engine) - before:
        assert any("'rita'" in row for row in news)


def test_whatever_opens_the_database_for_writing_asks_for_a_role() -> None:
    """So a new write cannot be forgotten above."""
    for source in sorted((Path(__file__).parents[2] / "review_app" / "logic").glob("*.py")):
        for function in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if not isinstance(function, ast.FunctionDef):
                continue
            told = ast.unparse(function)
            writes = any(call.endswith("engine)") for call in re.findall(r"open_session\([^)]*\)", told))
            assert ".must(" in told or ".may(" in told or not writes, f"{source.name}: {function.name}"


@pytest.fixture
def desk_of_three(engine: "Engine") -> "Engine":
    let_in(engine, "anna@desk.example", Role.ADMIN, "Anna Kovar")
    let_in(engine, "ben@desk.example", Role.CHECKER, "Ben")
    let_in(engine, "auth0|rita", Role.READER, "Rita")
    return engine


def come(engine: "Engine", user: Mapping[str, object], *, is_proxied: bool = False) -> Visit | LogIn | Stranger:
    return arrival(load_settings({"CLAIMDESK_REVIEWER": "root"}), engine, user, is_proxied=is_proxied)


@pytest.mark.parametrize(
    ("user", "name"),
    [
        ({"sub": "1", "email": "Ben@Desk.Example", "email_verified": True}, "Ben"),
        ({"sub": "1", "email": "ben@desk.example"}, "Ben"),
        ({"sub": "auth0|Rita", "email": "rita@home.example", "email_verified": False}, "Rita"),
    ],
    ids=["confirmed address", "nothing said of the address", "the service's own name"],
)
def test_a_member_comes_in_under_their_name(desk_of_three: "Engine", user: dict[str, object], name: str) -> None:
    visit = come(desk_of_three, {"is_logged_in": True, **user})
    assert isinstance(visit, Visit)
    assert (visit.person.name, visit.is_local) == (name, False)


@pytest.mark.parametrize(
    ("user", "told"),
    [
        ({"email": "eve@desk.example"}, "You are logged in as eve@desk.example, and nobody of this desk has"),
        ({"email": "anna@desk.example", "email_verified": False}, "has not confirmed the address anna@desk.example"),
        ({"email": "anna@desk.example", "email_verified": "false"}, "has not confirmed the address"),
        ({"email": "old@desk"}, "You are logged in as old@desk, and nobody"),
        ({"sub": "42"}, "You are logged in as 42, and nobody"),
        ({}, "You are logged in as somebody without a name"),
    ],
    ids=["unknown", "unconfirmed", "unconfirmed in words", "left", "no address", "nothing at all"],
)
def test_a_stranger_is_told_why(desk_of_three: "Engine", user: dict[str, object], told: str) -> None:
    with open_session(desk_of_three) as session:
        remove_member(session, login="old@desk", by="root", now=NOW)
    answer = come(desk_of_three, {"is_logged_in": True, **user})
    assert isinstance(answer, Stranger)
    assert told in answer.told


def test_where_nobody_logs_in_the_one_person_may_everything(engine: "Engine") -> None:
    visit = come(engine, {})
    assert isinstance(visit, Visit)
    assert (visit.person, visit.is_local) == (Person(name="root", role=Role.ADMIN), True)
    assert come(engine, {"is_logged_in": False}) == LogIn()


def test_a_forgotten_setting_lets_nobody_in_from_elsewhere(desk_of_three: "Engine") -> None:
    answer = come(desk_of_three, {}, is_proxied=True)
    assert isinstance(answer, Stranger)
    assert "CLAIMDESK_SECRETS" in answer.told
    assert isinstance(come(desk_of_three, {}), Visit)


def test_a_role_that_changed_counts_from_the_next_press(desk_of_three: "Engine") -> None:
    visit = come(desk_of_three, {"is_logged_in": True, "email": "ben@desk.example"})
    assert isinstance(visit, Visit)
    triage = visit.triage()
    assert isinstance(triage.screen(), ClaimScreen)
    let_in(desk_of_three, "ben@desk.example", Role.READER)
    with pytest.raises(NotAllowed, match="'Ben' has the role reader"):
        deeds.record(triage.desk, verification("Ben"))
    with open_session(desk_of_three) as session:
        remove_member(session, login="ben@desk.example", by="root", now=NOW)
    with pytest.raises(NotAllowed, match="'Ben' no longer belongs to this desk: ask an admin"):
        deeds.record(triage.desk, verification("Ben"))


def admin(engine: "Engine", name: str = "Anna Kovar") -> People:
    return People(Room(engine, Person(name=name, role=Role.ADMIN)).people)


def test_an_admin_lets_in_changes_and_takes_back(desk_of_three: "Engine") -> None:
    people = admin(desk_of_three)
    people.put(" Carla@Desk.example ", "Carla", Role.CHECKER)
    screen = people.screen()
    assert screen.notice == "Carla is a checker now."
    assert [m.name for m in screen.members] == ["Anna Kovar", "Ben", "Carla", "old@desk", "Rita"]
    assert next(m for m in screen.members if m.name == "Carla").changed_by == "Anna Kovar"
    people.put("carla@desk.example", "", Role.EDITOR)
    assert people.screen().notice == "Carla is an editor now."
    people.undo()
    assert people.screen().notice == "Taken back: Carla is a checker again."
    people.remove("carla@desk.example")
    screen = people.screen()
    assert screen.notice == "Carla no longer gets in. Their decisions stay, with their name."
    assert [m.name for m in screen.left] == ["Carla"]
    people.undo()
    assert people.screen().notice == "Taken back: Carla is a checker again."
    assert people.screen().undo is None


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda people: people.put("", "Nobody", Role.READER), "A member needs a login"),
        (lambda people: people.put("b@desk", "ben", Role.READER), "The name 'ben' is that of 'ben@desk.example'"),
        (lambda people: people.put("ben@desk.example", "Benjamin", Role.READER), "'ben@desk.example' is 'Ben' at"),
        (lambda people: people.put("anna@desk.example", "", Role.EDITOR), "Nobody takes the role of admin from"),
        (lambda people: people.remove("anna@desk.example"), "Nobody removes themselves"),
        (lambda people: people.remove("zoe@desk.example"), "There is no member 'zoe@desk.example'"),
    ],
    ids=["no login", "a name twice", "another name", "own role", "oneself", "unknown"],
)
def test_what_an_admin_cannot_do(desk_of_three: "Engine", change: Callable[[People], None], told: str) -> None:
    people = admin(desk_of_three)
    before = everything(desk_of_three)
    change(people)
    screen = people.screen()
    assert (screen.problem or "").startswith(told)
    assert (screen.notice, screen.undo) == (None, None)
    assert everything(desk_of_three) == before


WHOLE = {
    "redirect_uri": "https://desk.example.org/oauth2callback",
    "cookie_secret": secrets.token_hex(32),
    "client_id": "claimdesk",
    "client_secret": "secret",
    "server_metadata_url": "https://login.example.org/.well-known/openid-configuration",
}


def written(path: Path, settings: Mapping[str, str], rest: str = "") -> Path:
    path.write_text("[auth]\n" + "".join(f'{k} = "{v}"\n' for k, v in settings.items()) + rest, encoding="utf-8")
    return path


def test_whole_settings_pass(tmp_path: Path) -> None:
    check_login(written(tmp_path / "secrets.toml", WHOLE))
    of_each = {k: v for k, v in WHOLE.items() if k not in {"redirect_uri", "cookie_secret"}}
    shared = {k: v for k, v in WHOLE.items() if k not in of_each}
    named = "[auth.newsroom]\n" + "".join(f'{k} = "{v}"\n' for k, v in of_each.items())
    check_login(written(tmp_path / "named.toml", shared, named))
    with pytest.raises(ConfigError, match=r"\[auth.newsroom\] in .* has no client_secret"):
        check_login(written(tmp_path / "named.toml", shared, named.replace("client_secret", "client_word")))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (None, "CLAIMDESK_SECRETS names '.*', which cannot be read"),
        ("[auth", "is no TOML file"),
        ("[other]", r"has no section \[auth\]: docs/review.md shows one"),
        ({"client_id": ""}, r"\[auth\] in '.*' has no client_id: docs/review.md shows one"),
        ({"cookie_secret": "short"}, "shorter than 32 characters"),
        ({"redirect_uri": "https://desk.example.org/"}, "redirect_uri in '.*' must be the whole address"),
    ],
    ids=["missing", "broken", "no section", "no client", "weak secret", "wrong address"],
)
def test_settings_that_cannot_be_used_are_told_before_the_app_starts(
    tmp_path: Path, text: str | dict[str, str] | None, told: str
) -> None:
    path = tmp_path / "secrets.toml"
    if isinstance(text, dict):
        written(path, WHOLE | text)
    elif text is not None:
        path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=told), serve(env={"CLAIMDESK_SECRETS": str(path)}):
        pass
