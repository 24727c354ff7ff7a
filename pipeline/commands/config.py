"""`dashcam config`: the settings in force, and what there is to set."""

from __future__ import annotations

import json

import typer

from pipeline.commands.common import Config, settings_of
from pipeline.settings import Settings

app = typer.Typer(
    help="The settings: what is in force, and what there is to set.", no_args_is_help=True
)


@app.command("show")
def config_show(config: Config = None) -> None:
    """Show the settings in force, from all layers.

    Example: `dashcam config show --config my.yaml`
    """
    import yaml

    settings = settings_of(config)
    print(yaml.safe_dump(settings.model_dump(mode="json"), sort_keys=False, allow_unicode=True))


@app.command("schema")
def config_schema() -> None:
    """Print the JSON Schema of the settings: every name, its meaning and its default.

    Example: `dashcam config schema > settings.schema.json`
    """
    print(json.dumps(Settings.model_json_schema(), ensure_ascii=False, indent=2))
