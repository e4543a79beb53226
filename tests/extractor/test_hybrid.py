"""Rules find, the model says who speaks: against a scripted server, and once against the real model."""

import asyncio
import hashlib
from itertools import pairwise

import pytest

from extractor import rules
from extractor.errors import ModelUnavailable
from extractor.hybrid import HybridExtractor, HybridOptions
from extractor.local import LocalServer
from extractor.model import Model, ModelOptions
from extractor.pipeline import Proposal
from extractor.prompting import load_prompt
from extractor.schema import Article, ArticleMetadata, PieceState
from extractor.segment import segment
from tests.loopback import Answer, LoopbackEndpoint, Request, Script, failure, refusal, reply, truncated

NAMED = 'The bridge will close in May, engineer Ana Ruiz said on Monday. "It is safe," Ruiz said.'
OPEN = (
    "Mayor Olga Brandt met the harbour's head, Petra Lund, on Friday.\n\n"
    "She said the new quay would open in June.\n\n"
    'Lund was less sure. "We have no cranes," she said.'
)


def article(text: str) -> Article:
    digest = hashlib.sha256(text.encode()).hexdigest()
    return Article(text=text, sha256=digest, metadata=ArticleMetadata(language="en"))


def propose(script: Script, text: str = OPEN, **options: int) -> tuple[Proposal, list[Request]]:
    async def run(base_url: str) -> Proposal:
        async with Model(ModelOptions(name="local", base_url=base_url, max_retries=0, max_reasks=0)) as model:
            page = article(text)
            return await HybridExtractor(model, HybridOptions(**options)).propose(page, segment(page))

    with LoopbackEndpoint(script) as endpoint:
        return asyncio.run(run(endpoint.base_url)), endpoint.requests


def drafts_of_rules(text: str = OPEN):  # type: ignore[no-untyped-def]
    return rules.find(article(text), segment(article(text)))


def choices(request: Request) -> list[str]:
    return request.json["response_format"]["json_schema"]["schema"]["properties"]["speaker"]["enum"]


def test_where_names_stand_there_is_no_call() -> None:
    proposal, requests = propose([failure(500)], NAMED)
    assert requests == []
    assert proposal.drafts == drafts_of_rules(NAMED)
    assert [(piece.state, piece.n_drafts) for piece in proposal.pieces] == [(PieceState.CLAIMS, len(proposal.drafts))]


def test_the_model_chooses_among_the_people_of_the_article() -> None:
    _, requests = propose([reply({"speaker": "Petra Lund"})])
    assert requests
    assert all(set(choices(request)) == {"Olga Brandt", "Petra Lund"} for request in requests)
    assert 'Who is "She"?' in requests[0].last


def test_nobody_is_offered_whose_first_name_speaks_against_the_pronoun() -> None:
    text = "Maria Berg met John Lund and Anna Falk. She said the ice would hold."
    _, requests = propose([reply({"speaker": "Anna Falk"})], text)
    assert requests
    assert all(set(choices(request)) == {"Maria Berg", "Anna Falk"} for request in requests)


CERTAIN = "Sasha Thorn left the hall early. Robin Vale said no contract was signed. She said the ice would hold."


def quay(proposal_or_drafts):  # type: ignore[no-untyped-def]
    return next(draft for draft in proposal_or_drafts if "quay" in draft.text or "ice" in draft.text)


@pytest.mark.parametrize("text", [OPEN, CERTAIN], ids=["doubt", "no-doubt"])
def test_the_model_decides_where_rules_doubt_and_only_doubts_where_they_do_not(text: str) -> None:
    given = quay(drafts_of_rules(text)).source
    assert bool(given.uncertain) is (text is OPEN)
    pair = {"Olga Brandt", "Petra Lund"} if text is OPEN else {"Robin Vale", "Sasha Thorn"}
    other = (pair - {given.name}).pop()
    agreed, _ = propose([reply({"speaker": given.name})], text)
    assert quay(agreed.drafts).source == given
    differing, _ = propose([reply({"speaker": other})], text)
    decided = quay(differing.drafts).source
    assert decided.name == (other if given.uncertain else given.name)
    assert decided.uncertain is not None
    assert f"the model reads {other} here" in decided.uncertain
    assert decided.mention == given.mention


def listed(request: Request) -> list[str]:
    line = request.last.rpartition("Names: ")[2].partition("\n")[0]
    return [name.partition(" (")[0] for name in line.split("; ")]


def test_an_answer_that_hangs_on_the_order_of_the_names_changes_nothing() -> None:
    proposal, requests = propose(lambda request: reply({"speaker": listed(request)[0]}))
    assert proposal.drafts == drafts_of_rules()
    assert any(listed(one) == listed(other)[::-1] for one, other in pairwise(requests))
    assert sum(piece.usage.calls for piece in proposal.pieces) == len(requests)


def test_questions_of_a_piece_share_their_beginning() -> None:
    _, requests = propose([reply({"speaker": "Petra Lund"})])
    assert len(requests) > 1
    beginnings = {request.last.split("\n\n[")[0] for request in requests}
    assert len({tuple(message["content"] for message in request.messages[:-1]) for request in requests}) == 1
    assert len(beginnings) == 1


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        pytest.param(truncated('{"speaker": "Pe'), PieceState.TRUNCATED, id="truncated"),
        pytest.param(reply("nonsense"), PieceState.FAILED, id="misfit"),
        pytest.param(reply({"speaker": "Somebody Else"}), PieceState.FAILED, id="not-in-the-article"),
        pytest.param(refusal("no"), PieceState.REFUSED, id="refused"),
        pytest.param(failure(400, code="exceed_context_size_error"), PieceState.TRUNCATED, id="too-long"),
    ],
)
def test_a_model_that_fails_costs_no_claim(answer: Answer, state: PieceState) -> None:
    proposal, _ = propose([answer])
    assert proposal.drafts == drafts_of_rules()
    [piece] = proposal.pieces
    assert (piece.state, piece.n_drafts) == (state, len(proposal.drafts))
    assert "rules found stands" in piece.detail


def test_a_server_that_is_gone_ends_the_run() -> None:
    with pytest.raises(ModelUnavailable):
        propose([failure(500)])


def test_a_long_article_is_asked_about_in_pieces_and_every_draft_is_counted_once() -> None:
    text = "\n\n".join(
        [OPEN] + [f"Nothing happened on day {n} of the long wait for the ferry." for n in range(200)] + [OPEN]
    )
    proposal, requests = propose([reply({"speaker": "Petra Lund"})], text)
    assert len(proposal.pieces) > 3
    assert sum(piece.n_drafts for piece in proposal.pieces) == len(proposal.drafts)
    assert all(len(request.last.split()) < 700 for request in requests)
    body = segment(article(text))
    assert proposal.pieces[0].span.start_char == body[0].span.start_char
    assert proposal.pieces[-1].span.end_char == body[-1].span.end_char


@pytest.mark.parametrize("hostile", ["{{ 1+1 }}", "{% if %}", "</article> {names}"])
def test_hostile_text_reaches_the_server_as_it_is(hostile: str) -> None:
    _, requests = propose([reply({"speaker": "Petra Lund"})], f"{OPEN}\n\nSomebody wrote {hostile} on the wall.")
    assert all(hostile in request.last for request in requests)


def test_an_empty_article_costs_nothing() -> None:
    proposal, requests = propose([failure(500)], " ")
    assert (proposal.drafts, proposal.pieces, requests) == ((), (), [])


def test_examples_answer_with_a_name_of_their_own_article() -> None:
    for example in load_prompt("speakers", 1).examples:
        assert isinstance(example.reply, dict)
        speaker = str(example.reply["speaker"])
        assert speaker in example.values["article"]
        assert speaker in example.values["names"]
        assert example.values["question"].split('." ')[0].split(". Who")[0] in example.values["article"]


@pytest.mark.model
def test_the_real_model_names_the_speakers(local_server: LocalServer) -> None:
    async def run() -> Proposal:
        async with Model(local_server.options) as model:
            page = article(OPEN)
            return await HybridExtractor(model).propose(page, segment(page))

    proposal = asyncio.run(run())
    assert {piece.state for piece in proposal.pieces} == {PieceState.CLAIMS}
    assert sum(piece.usage.calls for piece in proposal.pieces) > 0
    assert {draft.source.name for draft in proposal.drafts} <= {"Olga Brandt", "Petra Lund"}
    assert next(d for d in proposal.drafts if "cranes" in d.text).source.name == "Petra Lund"
