"""Descriptions: the one that most subgraphs have, or the first of those."""

from collections import Counter

from router.composition.merge.context import MergeContext, Sources
from router.federation.schema import Element


def merge_description(context: MergeContext, sources: Sources[Element], target: Element) -> None:
    """Hints where subgraphs disagree. An empty description counts only when there is no other."""
    texts = {index: source.description for index, source in sources.items() if source.description is not None}
    if not texts:
        return
    counts = Counter(texts.values())
    if len(counts) > 1:
        counts.pop("", None)
    chosen = max(counts, key=lambda text: counts[text])
    target.description = chosen
    texts = {index: text for index, text in texts.items() if text}
    if len(set(texts.values())) > 1:
        users = [index for index, text in texts.items() if text == chosen]
        others = "\n".join(
            f"In {context.print_subgraphs([index])}, the description is:\n{_block(text)}"
            for index, text in texts.items()
            if text != chosen
        )
        context.hint(
            "INCONSISTENT_DESCRIPTION",
            f'Element "{target.coordinate}" has inconsistent descriptions across subgraphs. The supergraph will use '
            f"description (from {context.print_subgraphs(users)}):\n{_block(chosen)}\n{others}",
            sources,
        )


def _block(text: str) -> str:
    lines = "\n".join(f"  {line}" for line in text.split("\n"))
    return f'  """\n{lines}\n  """'
