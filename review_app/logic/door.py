"""Who comes in: what the login service says about somebody, held against the members of the desk."""

from collections.abc import Callable, Mapping

from extractor.people import Member
from extractor.schema import Value

Find = Callable[[str], Member | None]
"""Return the active member with a login."""


class Anyone(Value):
    """Nobody logs in here: the local mode."""


class LogIn(Value):
    """Somebody has to log in first."""


class Stranger(Value):
    """Somebody is logged in and does not belong to the desk."""

    told: str
    """Why they do not get in and what to do, in a sentence."""


def come_in(
    user: Mapping[str, object], find: Find, *, is_proxied: bool, has_members: bool
) -> Member | Anyone | LogIn | Stranger:
    """Tell who stands at the door.

    Args:
        user: What Streamlit knows of the login: empty where no login service is set up, else ``is_logged_in``, and of
            whoever is, the claims of their ID token (OpenID Connect Core 1.0, section 5.1).
        find: Looks a member up.
        is_proxied: The page is fetched through another server, so from another machine.
        has_members: Somebody has said who belongs to this desk.

    Returns:
        The member, or what else to do.
    """
    if "is_logged_in" not in user:
        if is_proxied and has_members:
            # Here a forgotten setting would make an admin of everybody.
            return Stranger(
                told="This desk has members, but no login service is set up, and this page comes from another machine: "
                "start it with CLAIMDESK_SECRETS."
            )
        return Anyone()
    if not user["is_logged_in"]:
        return LogIn()
    subject, address = str(user.get("sub") or ""), str(user.get("email") or "")
    member = find(subject) if subject else None
    if member is not None:
        return member
    # Some services say it in words.
    if address and str(user.get("email_verified")).casefold() == "false":
        return Stranger(
            told=f"The login service has not confirmed the address {address}. Confirm it there, and log in again."
        )
    member = find(address) if address else None
    if member is not None:
        return member
    who = address or subject or "somebody without a name"
    return Stranger(told=f"You are logged in as {who}, and nobody of this desk has that login. Ask an admin to add it.")
