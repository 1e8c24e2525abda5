"""Pictures of a query plan: subgraphs as lanes, fetches as boxes with what they need and give, arrows for who waits."""

from router.planner.picture.mermaid import draw_mermaid
from router.planner.picture.svg import draw_svg

__all__ = ["draw_mermaid", "draw_svg"]
