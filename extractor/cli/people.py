"""Commands about the people at the desk: who may log in to the review app, and in which role."""

from typing import Annotated

import typer

from extractor.cli.output import new_table, plain, print_json, stdout_console
from extractor.people import Role

app = typer.Typer(help="Who may log in to the review app, and in which role.", no_args_is_help=True)

Login = Annotated[str, typer.Argument(help="The address that the login service has, or its own name (sub) for them.")]


@app.command("list")
def list_people(
    left_too: Annotated[bool, typer.Option("--all", help="Those who no longer get in, too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document.")] = False,
) -> None:
    """List the members of the desk."""
    from extractor.settings import load_settings
    from extractor.store import list_members, open_session, open_store

    with open_session(open_store(load_settings().database_url), reading=True) as session:
        members = list_members(session, left_too=left_too)
    if as_json:
        print_json(members)
        return
    if not members:
        typer.echo("nobody yet: claimdesk people add anna@example.org --name 'Anna Kovar' --role admin")
        return
    table = new_table("name", "login", "role", "changed", "by")
    for member in members:
        role = member.role if member.is_active else f"{member.role}, gone"
        changed = f"{member.changed_at:%Y-%m-%d %H:%M} UTC"
        table.add_row(plain(member.name), plain(member.login), role, changed, plain(member.changed_by))
    stdout_console().print(table)


@app.command("add")
def add(
    login: Login,
    role: Annotated[Role, typer.Option(help="What they may do; the same command again changes it.")] = Role.CHECKER,
    name: Annotated[
        str | None, typer.Option(help="What their decisions carry, for good; the login when left out.")
    ] = None,
) -> None:
    """Let somebody log in, or give them another role."""
    from extractor.clock import utc_now
    from extractor.settings import load_settings
    from extractor.store import NewMember, open_session, open_store, put_member

    settings = load_settings()
    with open_session(open_store(settings.database_url)) as session:
        new = NewMember(login=login, role=role, name=name)
        member = put_member(session, new=new, by=settings.reviewer, now=utc_now())
    typer.echo(f"{member.name} ({member.login}): {member.role}")


@app.command("remove")
def remove(login: Login) -> None:
    """Let somebody log in no longer; their decisions keep their name, and what was sent to them goes back to all."""
    from extractor.clock import utc_now
    from extractor.settings import load_settings
    from extractor.store import open_session, open_store, remove_member

    settings = load_settings()
    with open_session(open_store(settings.database_url)) as session:
        member = remove_member(session, login=login, by=settings.reviewer, now=utc_now())
    typer.echo(f"{member.name} ({member.login}) no longer gets in")
