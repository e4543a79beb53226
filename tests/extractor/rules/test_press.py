"""Attributions as agencies, papers, press offices and journals write them: source, quotation type, content."""

import pytest

from tests.extractor.rules.found import attributed, found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "TESK — Gov. Ruta Osei on Monday vetoed the bill, saying it would cost too much.",
            [("Ruta Osei", "indirect", "it would cost too much")],
            id="dateline-with-a-dash",
        ),
        pytest.param(
            "NEW VARN: The High Court on Friday observed that delay was no ground for bail.",
            [("High Court", "indirect", "delay was no ground for bail")],
            id="dateline-with-a-colon",
        ),
        pytest.param(
            "Sen. Ruta Osei, D-Varn, one of the bill's few sponsors, said she was not surprised.",
            [("Ruta Osei", "indirect", "she was not surprised")],
            id="party-and-seat",
        ),
        pytest.param(
            "The militant group, the Front of the Northern Valleys, claimed it had fired the shots.",
            [("Front of the Northern Valleys", "indirect", "it had fired the shots")],
            id="body-in-apposition",
        ),
        pytest.param(
            "Member of Parliament (MP) Rosa Tiller of the Reform Party said the harbour was not asked.",
            [("Rosa Tiller", "indirect", "the harbour was not asked")],
            id="person-behind-brackets",
        ),
        pytest.param(
            "Minister of Works Hakan Orvel said the bridge had stood for a century.",
            [("Hakan Orvel", "indirect", "the bridge had stood for a century")],
            id="person-behind-an-office",
        ),
        pytest.param(
            "Current Director of National Intelligence Dan Coats said the file was real.",
            [("Dan Coats", "indirect", "the file was real")],
            id="person-behind-an-agency",
        ),
        pytest.param(
            "According to a March 14, 2019 harbour board press release, the port spent two million crowns.",
            [("harbour board press release", "indirect", "the port spent two million crowns")],
            id="comma-in-a-date",
        ),
        pytest.param(
            "Two farmers from the border town of Varn filed a motion claiming the road crossed their land.",
            [("motion", "indirect", "the road crossed their land")],
            id="document-that-somebody-filed",
        ),
        pytest.param(
            "The 51-year-old Osei's office said the meeting was off.",
            [("Osei's office", "indirect", "the meeting was off")],
            id="age-before-an-owner",
        ),
        pytest.param(
            "The chain of crashes began, the Norland road patrol described, when a van hit the rail.",
            [("Norland road patrol", "indirect", "The chain of crashes began | when a van hit the rail")],
            id="inserted-description",
        ),
        pytest.param(
            "The lawyer of Osei rejected the union's claim that the pump was old.",
            [
                ("lawyer of Osei", "indirect", "the pump was old"),
                ("union", "indirect", "the pump was old"),
            ],
            id="claim-of-another-denied",
        ),
        pytest.param(
            'Ortag noted the board was dismayed: "While we await the text," she said, "we urge them to reconsider."',
            [
                ("Ortag", "indirect", "the board was dismayed"),
                ("Ortag", "direct", "While we await the text | we urge them to reconsider"),
            ],
            id="quotation-between-two-cues",
        ),
        pytest.param(
            "Nair told the Courier the inquiry could last as long as two years but a first report would come in weeks.",
            [
                ("Nair", "indirect", "the inquiry could last as long as two years"),
                ("Nair", "indirect", "a first report would come in weeks"),
            ],
            id="as-long-as-is-no-subordinate-clause",
        ),
        pytest.param(
            'The same study also noted over 370 "bear horns" seized in the same period.',
            [("same study", "mixed", 'over 370 "bear horns" seized in the same period')],
            id="noted-a-count",
        ),
        pytest.param(
            "One of these groups, the Lagoon Front (LF), opposed the deal and said it had been promised a boat.",
            [("Lagoon Front", "indirect", "it had been promised a boat")],
            id="one-of-several-bodies",
        ),
        pytest.param(
            'Osei responded to her letter on Monday, calling for a change "in the best interests of the town".',
            [],
            id="responded-to-a-letter",
        ),
        pytest.param(
            "Karl Osei, of the Varn council, described finding 35 letters in one drawer.",
            [("Karl Osei", "indirect", "finding 35 letters in one drawer")],
            id="described-finding",
        ),
        pytest.param(
            "10:42 The mayor says the inquiry will report by Easter.",
            [("mayor", "indirect", "the inquiry will report by Easter")],
            id="live-blog",
        ),
        pytest.param(
            "The total passed one million, Varn University (VU) data indicated.",
            [("Varn University (VU) data", "indirect", "The total passed one million")],
            id="acronym-inside-a-phrase",
        ),
        pytest.param(
            "Talks are going on in Varn after the council announced the closure of two parks.",
            [("council", "indirect", "the closure of two parks")],
            id="clause-behind-after",
        ),
        pytest.param(
            "A poll released last month by the Varn Institute found that 58% of voters opposed the plan.",
            [("poll", "indirect", "58% of voters opposed the plan")],
            id="participle-behind-a-document",
        ),
        pytest.param(
            "According to a survey published in May by the Varn Institute, 84% of cooks never wash up.",
            [("survey", "indirect", "84% of cooks never wash up")],
            id="participle-behind-according",
        ),
        pytest.param(
            "According to police in Tesk, Texas, Osei has been in court before.",
            [("police in Tesk", "indirect", "Osei has been in court before")],
            id="place-behind-according",
        ),
        pytest.param(
            "The port was closed for weeks and according to the Ministry of Trade it will not open again.",
            [("Ministry of Trade", "indirect", "it will not open again")],
            id="according-behind-and",
        ),
        pytest.param(
            "The relief group said in a report published Thursday that 57 people had been held.",
            [("relief group", "indirect", "57 people had been held")],
            id="participle-behind-a-medium",
        ),
        pytest.param(
            "It was reported on Saturday that the ferry had sunk.",
            [("unnamed", "indirect", "the ferry had sunk")],
            id="reported-on-a-day",
        ),
        pytest.param(
            "The death of Karl Brandt was announced on Friday by the Varn Institute.",
            [("Varn Institute", "indirect", "The death of Karl Brandt")],
            id="announced-on-a-day",
        ),
        pytest.param(
            "Osei told local media Brandt had left the country.",
            [("Osei", "indirect", "Brandt had left the country")],
            id="hearers-before-a-name",
        ),
        pytest.param(
            "There were reportedly four people on board; according to investigators, one was pronounced dead.",
            [
                ("unnamed", "indirect", "There were | four people on board"),
                ("investigators", "indirect", "one was pronounced dead"),
            ],
            id="hearsay-and-a-source",
        ),
        pytest.param(
            "The driver told reporters he lost control, with the local press claiming he was drunk.",
            [("driver", "indirect", "he lost control"), ("local press", "indirect", "he was drunk")],
            id="with-somebody-claiming",
        ),
        pytest.param("The department did not identify Osei as the victim.", [], id="not-identified"),
        pytest.param(
            "Eating walnuts every day may slow memory loss, a new study suggests.",
            [("new study", "indirect", "Eating walnuts every day may slow memory loss")],
            id="gerund-as-subject",
        ),
        pytest.param(
            "As many as 43 villages remain cut off, officials said.",
            [("officials", "indirect", "As many as 43 villages remain cut off")],
            id="as-many-as",
        ),
        pytest.param(
            "Advocate Karl Brandt, appearing for the accused, submitted that his client was ill.",
            [("Karl Brandt", "indirect", "his client was ill")],
            id="in-court",
        ),
        pytest.param(
            "The harbour office posted on Facebook on Monday that the ferry was late.",
            [("harbour office", "indirect", "the ferry was late")],
            id="posted-that",
        ),
        pytest.param("Ruta Osei posted a film dedicated to her father.", [], id="posted-something"),
        pytest.param(
            'The town will pay. "We will hire more people in the north." Ruta Osei said.',
            [("Ruta Osei", "direct", "We will hire more people in the north")],
            id="late-attribution",
        ),
        pytest.param(
            "Osei came across military records that showed the ship had been sunk.",
            [("military records", "indirect", "the ship had been sunk")],
            id="records-that-showed",
        ),
        pytest.param(
            'Ruta Osei spoke of the "countless gifts" of the town.',
            [("Ruta Osei", "mixed", 'the "countless gifts" of the town')],
            id="talked-of",
        ),
        pytest.param(
            "The Varn Institute of Trade, Ports and Roads (VITPR) reported the number rose to 114.",
            [("Varn Institute of Trade, Ports and Roads", "indirect", "the number rose to 114")],
            id="name-with-commas",
        ),
        pytest.param(
            "State and federal officials have stated there is no evidence.",
            [("State and federal officials", "indirect", "there is no evidence")],
            id="two-kinds-of-officials",
        ),
        pytest.param(
            '"High waves will flood the quay," read the warning.',
            [("warning", "direct", "High waves will flood the quay")],
            id="read-the-warning",
        ),
        pytest.param(
            "A few days later the administration said he would use an order.",
            [("administration", "indirect", "he would use an order")],
            id="interval-before-the-subject",
        ),
        pytest.param(
            "The officials who ordered that change claimed they were saving money.",
            [("The officials", "indirect", "they were saving money")],
            id="relative-clause-in-the-subject",
        ),
        pytest.param(
            "The paper noted planets which have a small radius can hold hydrogen.",
            [("paper", "indirect", "planets which have a small radius can hold hydrogen")],
            id="relative-clause-in-the-content",
        ),
        pytest.param(
            "Norland claimed, as of Thursday, it was free of the disease.",
            [("Norland", "indirect", "it was free of the disease")],
            id="aside-behind-the-verb",
        ),
        pytest.param(
            "The industry publication stated the aircraft overran the runway.",
            [("industry publication", "indirect", "the aircraft overran the runway")],
            id="a-publication",
        ),
        pytest.param(
            "The valve, Ruta Osei suspects, had never worked.",
            [("Ruta Osei", "indirect", "The valve | had never worked")],
            id="verb-between-commas",
        ),
        pytest.param(
            "Researchers have found that bees can count, according to a new paper.",
            [("Researchers", "indirect", "bees can count")],
            id="found-according-to-a-paper",
        ),
        pytest.param(
            "Ruta Osei rejected suggestions that she had misled the council.",
            [("Ruta Osei", "indirect", "she had misled the council")],
            id="rejected-suggestions-that",
        ),
        pytest.param(
            "Finance Minister Karl Brandt met farmers. The prime minister said taxes would rise.",
            [("prime minister", "indirect", "taxes would rise")],
            id="another-minister",
        ),
        pytest.param("The George Pennock Trust was established in 1939, which pays for it.", [], id="established-in"),
    ],
)
def test_forms_of_the_press(text: str, expected: list[tuple[str, str, str]]) -> None:
    assert attributed(text) == expected


@pytest.mark.parametrize(
    ("quoted", "kept"),
    [
        ("Stay at home and keep your doors shut.", False),
        ("We strongly urge the board to reconsider.", False),
        ("May the injured recover soon.", False),
        ("We are devastated by the news.", False),
        ("Work goes on at the pump.", True),
        ("Look, the pump was never sound.", True),
        ("We urged the board twice, and nobody answered.", True),
    ],
)
def test_quoted_requests_and_wishes_are_no_claims(quoted: str, kept: bool) -> None:
    assert bool(attributed(f'"{quoted}" Ruta Osei said.')) is kept


def test_a_reported_finding_names_the_paper_in_its_chain() -> None:
    text = "Researchers have found that bees can count, according to a new paper."
    (draft,) = found(text)
    assert [source.name for source in draft.chain] == ["new paper"]


@pytest.mark.parametrize(
    ("text", "stated"),
    [
        ("Ruta Osei rejected suggestions that she had misled the council.", "She had not misled the council."),
        ("Ruta Osei denied that the firm paid bribes.", "It is not true that the firm paid bribes."),
        ("Ruta Osei denied taking any money.", "Ruta Osei denies taking any money."),
        ('Ruta Osei rejected the plan as "a farce".', "The plan is a farce."),
    ],
)
def test_a_denial_never_states_what_is_denied(text: str, stated: str) -> None:
    (draft,) = found(text)
    assert draft.text == stated


@pytest.mark.parametrize(
    ("text", "names"),
    [
        pytest.param(
            "The scientists behind the study noted that the sharks had left. Dr Ruta Osei had seen it coming. "
            "The orcas, she suggested, hunted them.",
            ["The scientists behind the study", "Ruta Osei"],
            id="she-is-no-group",
        ),
        pytest.param(
            "Authorities in Norway and the United States announced that 37 people were arrested.",
            ["Authorities in Norway and the United States"],
            id="authorities-of-two-countries",
        ),
    ],
)
def test_groups(text: str, names: list[str]) -> None:
    assert [name for name, _, _ in attributed(text)] == names
