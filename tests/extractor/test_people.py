from itertools import pairwise

import pytest

from extractor.errors import NotAllowed
from extractor.people import Act, Person, Role


def test_each_role_may_what_the_one_before_it_may() -> None:
    allowed = [{act for act in Act if Person(name="anna", role=role).may(act)} for role in Role]
    assert allowed[0] == {Act.READ}
    assert allowed[-1] == set(Act)
    assert all(less < more for less, more in pairwise(allowed))


def test_refusal_says_who_and_what_it_takes() -> None:
    with pytest.raises(NotAllowed, match=r"'anna' has the role reader, and to decide on claims takes checker"):
        Person(name="anna", role=Role.READER).must(Act.DECIDE)
