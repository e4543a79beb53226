"""Commands of the eval suite."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(help="Score extraction against hand-labelled examples.", no_args_is_help=True)
