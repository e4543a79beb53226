"""Who says it where one passes on another's words, and what shapes a statement takes."""

import pytest

from tests.extractor.rules.found import attributed


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            "Early reports stated the cargo was salt; the Courier reported divers, after a search, said it was lime.",
            [
                ("Early reports", "indirect", "the cargo was salt"),
                ("divers", "indirect", "it was lime"),
            ],
            id="reported-by-another-behind-a-semicolon",
        ),
        pytest.param(
            "Press officer Moira Kosel stated police believe the man to be a sailor.",
            [("police", "indirect", "the man to be a sailor")],
            id="belief-told-by-another",
        ),
        pytest.param(
            "One of the sailors said the owners thought they were cheap.",
            [("One of the sailors", "indirect", "the owners thought they were cheap")],
            id="thought-guessed-by-another",
        ),
        pytest.param(
            "A Courier reporter in Tesk noted local news reports said the mayor was ill.",
            [("local news reports", "indirect", "the mayor was ill")],
            id="reports-before-said",
        ),
        pytest.param(
            "The dead man was a shepherd, the agency ZNA reported, citing the regional hospital in Tesk.",
            [("regional hospital in Tesk", "indirect", "The dead man was a shepherd")],
            id="citing-behind",
        ),
        pytest.param(
            "The Varn Courier, citing harbour officials, reported that two boats were lost.",
            [("harbour officials", "indirect", "two boats were lost")],
            id="citing-between",
        ),
        pytest.param(
            "Two boats were lost, the paper said, citing the coast guard.",
            [("coast guard", "indirect", "Two boats were lost")],
            id="a-paper-citing",
        ),
        pytest.param(
            "Local media quoted two divers at the quay as saying the dam was safe.",
            [("two divers at the quay", "indirect", "the dam was safe")],
            id="quoted-somebody-unnamed",
        ),
        pytest.param(
            '"We are ready for it all," an official at the ministry, who asked not to be named, told the Courier.',
            [("an official at the ministry", "direct", "We are ready for it all")],
            id="asked-not-to-be-named",
        ),
        pytest.param(
            "Ruta Osei was late. Another said the queue had lasted nine hours.",
            [("Another", "indirect", "the queue had lasted nine hours")],
            id="another",
        ),
        pytest.param(
            "Hilde Marl and her colleagues found that mice dream.",
            [("Hilde Marl and her colleagues", "indirect", "mice dream")],
            id="her-colleagues",
        ),
        pytest.param(
            "Confirming the reef was ill, Ruta Osei said the nets were new.",
            [("Ruta Osei", "indirect", "the reef was ill"), ("Ruta Osei", "indirect", "the nets were new")],
            id="confirming-and-said",
        ),
        pytest.param(
            "The Varn Courier reported the ferry was shut, citing high costs.",
            [("Varn Courier", "indirect", "the ferry was shut, citing high costs")],
            id="citing-no-speaker",
        ),
        pytest.param(
            "The journal Tides published a report by a team from Varn University (VU), saying the reef had grown.",
            [("report", "indirect", "the reef had grown")],
            id="published-a-report-saying",
        ),
        pytest.param(
            "Judge Viktor Marl issued a ruling against Ruta Osei finding that the board could read her letters.",
            [("ruling", "indirect", "the board could read her letters")],
            id="issued-a-ruling-finding",
        ),
        pytest.param(
            "After saying the pump had failed, Ruta Osei left the room.",
            [("Ruta Osei", "indirect", "the pump had failed")],
            id="saying-before-the-main-clause",
        ),
        pytest.param(
            'Writing for the court, Ruta Osei declared, "The law is void. It never was a law."',
            [("Ruta Osei", "direct", "The law is void"), ("Ruta Osei", "direct", "It never was a law")],
            id="writing-for-the-court",
        ),
        pytest.param(
            'Osei was there. Ruta Osei said, "The pump is old", adding, "Nobody oiled it".',
            [("Ruta Osei", "direct", "The pump is old"), ("Ruta Osei", "direct", "Nobody oiled it")],
            id="adding-behind-a-quotation",
        ),
        pytest.param(
            'He quoted Ruta Osei as saying "The board has a part in all of this" and "[i]f it leaks, the board acts."',
            [
                ("Ruta Osei", "direct", "The board has a part in all of this"),
                ("Ruta Osei", "direct", "[i]f it leaks, the board acts"),
            ],
            id="two-quotations-joined",
        ),
        pytest.param(
            'Ruta Osei said the tender had been "a disgrace from start to finish. Nobody was told."',
            [
                ("Ruta Osei", "mixed", 'the tender had been "a disgrace from start to finish'),
                ("Ruta Osei", "direct", "Nobody was told"),
            ],
            id="quotation-that-runs-on",
        ),
        pytest.param(
            'According to Ruta Osei, the pump could help the case: "The key is that it never ran."',
            [
                ("Ruta Osei", "indirect", "the pump could help the case"),
                ("Ruta Osei", "direct", "The key is that it never ran"),
            ],
            id="according-before-a-colon",
        ),
        pytest.param(
            "According to Ruta Osei, six men were hurt on the quay, and seven more were missing.",
            [
                ("Ruta Osei", "indirect", "six men were hurt on the quay"),
                ("Ruta Osei", "indirect", "seven more were missing"),
            ],
            id="a-number-opens-a-clause",
        ),
        pytest.param(
            "The board was calm; though she also remarked that, because the paint wears off, it was of little use.",
            [("she", "indirect", "because the paint wears off, it was of little use")],
            id="that-because",
        ),
    ],
)
def test_who_says_it(text: str, expected: list[tuple[str, str, str]]) -> None:
    assert attributed(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "The harbour board called the claim false and misleading.",
            [("harbour board", "the claim false and misleading")],
        ),
        (
            "The harbour board called its raid defensive in nature, pointing to a law.",
            [("harbour board", "its raid defensive in nature")],
        ),
        ("The harbour board called the wrong number in May.", []),
        ("Judge Viktor Marl found the arrest unlawful.", [("Viktor Marl", "the arrest unlawful")]),
        ("The ministry confirmed its first death from the fever.", [("ministry", "its first death from the fever")]),
        ("The inquiry found no evidence of fraud.", [("inquiry", "no evidence of fraud")]),
        (
            "Researchers at Varn University reported a sharp rise in thefts.",
            [("Researchers at Varn University", "a sharp rise in thefts")],
        ),
        ("Ruta Osei reported a break-in to the police.", []),
        ("The front has since declared victory, but the troops have remained.", [("front", "victory")]),
        ("The ministry affirmed its willingness to sell the pump.", [("ministry", "to sell the pump")]),
        ("He left amid allegations that the vote was bought.", [("unnamed", "the vote was bought")]),
        (
            "The case stemmed from allegations Osei tried to bribe the board.",
            [("unnamed", "Osei tried to bribe the board")],
        ),
        (
            "It was intimated the pump was old and the valve had failed.",
            [("unnamed", "the pump was old"), ("unnamed", "the valve had failed")],
        ),
        ("The plan survived opposition claims that the vote was bought.", [("opposition", "the vote was bought")]),
        (
            "The letters were cut, which they've said was due to a lack of time.",
            [("they", "which | was due to a lack of time")],
        ),
        ("NATO and other alliances believe the pact is sound.", [("NATO and other alliances", "the pact is sound")]),
        (
            'A number of senators condemned the act, citing the move as "a grave abuse".',
            [("A number of senators", 'the move as "a grave abuse"')],
        ),
        ("When announcing the shutdown on Monday, Ruta Osei called on the villages to help.", []),
        ("The house confirmed Osei's nomination on Friday.", []),
        ('The move was met with what the Courier called "fury" from hotels.', [("Courier", 'what | "fury"')]),
        ("Cases of what the harbour board declared an epidemic fell.", [("harbour board", "what | an epidemic")]),
        ('It was treated as what the mayor described as a "raid" on Friday.', [("mayor", 'what | as a "raid"')]),
        ("Authorities expected winds of 100 mph on the coast.", [("Authorities", "winds of 100 mph on the coast")]),
        (
            "According to Osei's timetable, half the boats could stop.",
            [("Osei's timetable", "half the boats could stop")],
        ),
        ("Jurors were told the valve had been sold twice.", [("unnamed", "the valve had been sold twice")]),
        ("Passengers were told to leave the boat.", []),
        ("There were reports that the mayor had fled.", [("unnamed", "the mayor had fled")]),
        ("The watchdog fined the firm for what it called a farce.", [("watchdog", "what | a farce")]),
        ("Prosecutors charged the man, they said Sunday.", [("Prosecutors", "Prosecutors charged the man")]),
        ("The fire is out, fire officials said in an update late on Sunday.", [("fire officials", "The fire is out")]),
        ("The central bank raised rates, saying the town was rich.", [("central bank", "the town was rich")]),
        ("In a joint statement, France and Germany said it is dead.", [("France and Germany", "it is dead")]),
        ("The US and its allies have accused Iran of arming it.", [("US and its allies", "Iran of arming it")]),
        ("Hilde Marl will not stand again, the Courier reports.", [("Courier", "Hilde Marl will not stand again")]),
        ("Moscow has denied involvement.", [("Moscow", "involvement")]),
        ("A letter from Hilde Marl to Viktor Orvel said the plan was sound.", [("letter", "the plan was sound")]),
        ("A letter to parents said the school was shut.", [("letter", "the school was shut")]),
        ("After Hilde Marl said the plan was sound, the board met.", [("Hilde Marl", "the plan was sound")]),
        ("A former aide to Viktor Orvel said the dam was old.", [("A former aide to Viktor Orvel", "the dam was old")]),
        ("The woman accusing Viktor Orvel of theft said the ring was old.", [("woman", "the ring was old")]),
        ("Neither Hilde Marl nor Viktor Orvel said the dam was safe.", []),
        ("Clara Marl and Viktor Orvel both said it is safe.", [("Clara Marl and Viktor Orvel", "it is safe")]),
        ("The lawyer representing Viktor Orvel said he was armed.", [("lawyer", "he was armed")]),
        ("The officer who shot Viktor Orvel said he was armed.", [("officer", "he was armed")]),
        ("The mother of victim Hilde Marl said it was dark.", [("mother of victim Hilde Marl", "it was dark")]),
        ("The justices ruled 6-3 that the ban was void.", [("The justices", "the ban was void")]),
        ("A post-mortem examination revealed that she had drowned.", [("post-mortem examination", "she had drowned")]),
        (
            "Director Karl Osei of the Varn Institute for Health (VIH), announced the trial was stopped.",
            [("Karl Osei", "the trial was stopped")],
        ),
    ],
)
def test_what_is_said(text: str, expected: list[tuple[str, str]]) -> None:
    assert [(name, content) for name, _, content in attributed(text)] == expected


@pytest.mark.parametrize(
    ("text", "source"),
    [
        (
            "Hilde Marl resigned. Viktor Orvel, who succeeds her, said it was over. She said she had no regrets.",
            "Hilde Marl",
        ),
        (
            'Karl Brandt took the blame on Friday. Speaking to Viktor Marl of PBX, he said, "It was my watch."',
            "Karl Brandt",
        ),
        (
            "Some researchers said the reef was ill. Half of all people live near a coast. "
            "Nets that let fish pass, they reason, could help the reef.",
            "Some researchers",
        ),
    ],
)
def test_pronouns_pass_over_what_cannot_speak(text: str, source: str) -> None:
    assert attributed(text)[-1][0] == source


@pytest.mark.parametrize(
    "quoted",
    [
        "I want to express my sympathy to the families of the crew.",
        "It is with great sadness that we heard of the fire.",
        "You are in our prayers tonight.",
        "Imagine that nobody had come to the quay.",
    ],
)
def test_sympathy_is_no_claim(quoted: str) -> None:
    assert attributed(f'Ruta Osei said, "{quoted}"') == []
