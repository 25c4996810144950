"""Other programs that are told what happens."""

from typing import Annotated

import typer

from central.operate.options import AsJson, Command
from central.operate.settings_in_force import config_in_force

TITLE = "Notices"

WebhookId = Annotated[str, typer.Argument(metavar="ID", help="The webhook, as `webhook` shows it.")]


def webhooks(context: typer.Context, as_json: AsJson = False) -> None:
    """Show the webhooks: where they lead, of what they are told, and whether they are in use."""
    if context.invoked_subcommand is not None:
        return
    from central.operate.opened import opened_people
    from central.operate.output import print_json, print_table
    from central.operate.webhooks import shown

    with opened_people(config_in_force()) as people:
        rows = shown(people)
    if as_json:
        print_json(rows)
        return
    told = [{**row, "events": ", ".join(row["events"]) or "all"} for row in rows]
    columns = ("webhook_id", "url", "events", "since", "disabled_at", "why")
    print_table(columns, told, "there are no webhooks; `webhook add URL` makes one")


def add(
    url: Annotated[str, typer.Argument(metavar="URL", help="Where it is told, such as https://hooks.example.org/w.")],
    events: Annotated[
        list[str] | None,
        typer.Option("--event", metavar="EVENT", help="Of this alone; may be given several times. Else of all."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Tell a program by signed webhooks (Standard Webhooks), and print the secret: once, and nowhere again."""
    from central.operate.opened import opened_people
    from central.operate.output import print_json, say
    from central.operate.webhooks import added

    config = config_in_force()
    with opened_people(config) as people:
        made = added(config, people, url, events or [])
    if as_json:
        print_json(made)
        return
    say(f"{made['webhook_id']}: signs by the secret {made['secret']}, which is shown this once")


def remove(webhook_id: WebhookId) -> None:
    """Tell a program nothing any more."""
    from central.operate.opened import opened_people
    from central.operate.output import say
    from central.operate.webhooks import removed

    with opened_people(config_in_force()) as people:
        removed(people, webhook_id)
    say(f"{webhook_id}: removed")


def try_out(webhook_id: WebhookId) -> None:
    """Send a webhook of the type `test`, and say whether it was taken."""
    from central.operate.opened import opened_people
    from central.operate.output import say
    from central.operate.webhooks import tried

    config = config_in_force()
    with opened_people(config) as people:
        tried(config, people, webhook_id)
    say(f"{webhook_id}: took it")


COMMANDS = (
    Command("webhook", webhooks, ("wattline-central webhook", "wattline-central webhook --json")),
    Command(
        "webhook add", add,
        ("wattline-central webhook add https://hooks.example.org/wattline",
         "wattline-central webhook add https://hooks.example.org/wattline --event fault_opened"),
    ),
    Command("webhook remove", remove, ("wattline-central webhook remove wh_1a2b3c4d",)),
    Command("webhook test", try_out, ("wattline-central webhook test wh_1a2b3c4d",)),
)  # fmt: skip
