"""Mesa's Agent and Model without the rest of Mesa, which is loaded when it is first asked for.

``import mesa`` also loads Mesa's grids, networks, batch runner and data collector, and with them SciPy's geometry,
pandas and networkx: a worker of a sweep needs none of them.
"""

from kingmaker.agents.unread import put_unread

put_unread("mesa")

from mesa.agent import Agent  # noqa: E402
from mesa.model import Model  # noqa: E402

__all__ = ["Agent", "Model"]
