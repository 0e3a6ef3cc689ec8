"""Makes Bokeh build documents faster: thirty students open the page at once, and each has a document of its own.

A third of the time went into looking up, for each property of each model anew, what its class declares as default.
Classes do not change while a server runs, so this is looked up once. What is served is the same, byte for byte
(``tests/experiments/dashboard/test_page.py``).
"""

from __future__ import annotations

import functools
from typing import Any

_PLAIN = (str, int, float, bool, type(None))  # defaults that cannot be changed in place, and so may be shared


@functools.cache  # once in a process
def hasten() -> None:
    """Turn off checks meant for authors of pages, and remember what classes declare."""
    from bokeh.core.has_props import HasProps
    from bokeh.core.property.descriptors import PropertyDescriptor
    from bokeh.settings import settings

    settings.perform_document_validation = False
    settings.perform_error_diagnostics = False
    overridden: Any = HasProps._overridden_defaults
    declared: Any = functools.cache(overridden.__func__)
    HasProps._overridden_defaults = classmethod(declared)  # type: ignore[assignment]
    unstable, default = PropertyDescriptor.has_unstable_default, PropertyDescriptor.instance_default
    made_anew: dict[tuple[int, type], bool] = {}
    shared: dict[tuple[int, type], Any] = {}

    def has_unstable_default(self: Any, obj: HasProps) -> bool:
        key = (id(self), type(obj))
        if key not in made_anew:
            made_anew[key] = unstable(self, obj)
        return made_anew[key]

    def instance_default(self: Any, obj: HasProps) -> Any:
        key = (id(self), type(obj))
        if key in shared and obj.themed_values() is None:
            return shared[key]
        value = default(self, obj)
        if type(value) in _PLAIN and obj.themed_values() is None and not has_unstable_default(self, obj):
            shared[key] = value
        return value

    descriptor: Any = PropertyDescriptor
    descriptor.has_unstable_default, descriptor.instance_default = has_unstable_default, instance_default
