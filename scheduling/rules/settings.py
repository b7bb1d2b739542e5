"""What a planner may set in a rule: fields that read themselves from TOML values."""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Callable, Mapping
from typing import Any

MISSING = dataclasses.MISSING


def setting(read: Callable[[Any], Any], default: Any = MISSING, *, key: str = "") -> Any:
    """A field of a rule's settings.

    Parameters
    ----------
    read : callable
        Makes the value from what TOML gives; a ValueError says what was found and what was expected.
    default : object, optional
        Where the planner says nothing; without it the setting must be given.
    key : str
        Its name in TOML where that is not the field's, such as `rest` for `rest_s`.
    """
    given = {} if default is MISSING else {"default": default}
    return dataclasses.field(metadata={"read": read, "key": key}, **given)


def read_settings(kind: type, values: Mapping[str, Any]) -> Any:
    """A rule's settings from a TOML table.

    Parameters
    ----------
    kind : type
        Dataclass whose fields are made by `setting`; its `__post_init__` may refuse combinations.
    values : mapping

    Raises
    ------
    ValueError
        Naming every unknown, missing or unreadable setting, separated by ``; ``.
    """
    names = {field.metadata["key"] or field.name: field for field in dataclasses.fields(kind)}
    problems, made = [], {}
    for key in values:
        if key not in names:
            near = difflib.get_close_matches(key, names, n=1)
            hint = f" (did you mean {near[0]}?)" if near else ""
            problems.append(f"{key}: found an unknown setting, expected one of {', '.join(names) or 'none'}{hint}")
    for key, field in names.items():
        if key in values:
            try:
                made[field.name] = field.metadata["read"](values[key])
            except (ValueError, TypeError) as problem:
                problems.append(f"{key}: {problem}")
        elif field.default is MISSING:
            problems.append(f"{key}: found nothing, expected a value")
    if problems:
        raise ValueError("; ".join(problems))
    return kind(**made)
