"""A mapping as TOML again, to keep beside the file or to use on the command line."""

from collections.abc import Mapping
from typing import Any

import msgspec


def mapping_text(document: Mapping[str, Any]) -> str:
    """Return the TOML that `read_mapping` reads back to the same mapping."""
    lines = [
        f"{_key(name)} = {_value(value)}"
        for name, value in document.items()
        if not isinstance(value, dict | list)
    ]
    for name, value in document.items():
        if isinstance(value, dict):
            lines += [
                "",
                f"[{_key(name)}]",
                *(f"{_key(key)} = {_value(inner)}" for key, inner in value.items()),
            ]
        elif isinstance(value, list):
            for table in value:
                lines += [
                    "",
                    f"[[{_key(name)}]]",
                    *(f"{_key(key)} = {_value(inner)}" for key, inner in table.items()),
                ]
    return "\n".join(lines) + "\n"


def _key(name: str) -> str:
    is_bare = name.isascii() and name.replace("_", "").replace("-", "").isalnum()
    return name if is_bare else _value(name)


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{_key(name)} = {_value(inner)}" for name, inner in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(_value(inner) for inner in value) + "]"
    # A JSON text is a TOML text, but for the sign DEL.
    return msgspec.json.encode(value).decode().replace("\x7f", "\\u007f")
