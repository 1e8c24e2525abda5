"""Which names of a supergraph belong to the features it links, such as join, link, tag and inaccessible."""

from dataclasses import dataclass, field

from graphql import (
    DirectiveNode,
    DocumentNode,
    ListValueNode,
    ObjectValueNode,
    SchemaDefinitionNode,
    SchemaExtensionNode,
    StringValueNode,
    ValueNode,
)

_LINKS = ("link", "core")


@dataclass(frozen=True, slots=True)
class Feature:
    """One `@link`. `name` is the last part of the specification's URL, `prefix` what its elements are called by here."""

    name: str
    version: str
    prefix: str
    imports: dict[str, str] = field(default_factory=dict)
    """From the specification's name to the name here, `@` included for directives."""

    def directive(self, name: str) -> str:
        """What the feature's directive `name` is called in this document, without `@`."""
        imported = self.imports.get("@" + name)
        if imported is not None:
            return imported[1:]
        return self.prefix if name == self.name else f"{self.prefix}__{name}"

    def owns_directive(self, name: str) -> bool:
        """Whether the directive called `name` here is one of the feature's."""
        return (
            name == self.prefix or name.startswith(self.prefix + "__") or "@" + name in self.imports.values()
        )

    def owns_type(self, name: str) -> bool:
        """Whether the type called `name` here is one of the feature's."""
        return name.startswith(self.prefix + "__") or name in self.imports.values()


def linked_features(document: DocumentNode) -> dict[str, Feature]:
    """The features that the document's schema definition links, by their names in the specification."""
    features: dict[str, Feature] = {}
    for definition in document.definitions:
        if isinstance(definition, SchemaDefinitionNode | SchemaExtensionNode):
            for directive in definition.directives or ():
                feature = _read_link(directive)
                if feature is not None:
                    features[feature.name] = feature
    return features


def _read_link(directive: DirectiveNode) -> Feature | None:
    arguments = {argument.name.value: argument.value for argument in directive.arguments or ()}
    url = _string(arguments.get("url")) or _string(arguments.get("feature"))
    if url is None:
        return None
    parts = url.rstrip("/").split("/")
    if parts[-1].startswith("v") and len(parts) > 1:
        name, version = parts[-2], parts[-1][1:]
    else:
        name, version = parts[-1], ""
    if directive.name.value not in _LINKS and name not in _LINKS:
        return None
    return Feature(name, version, _string(arguments.get("as")) or name, _imports(arguments.get("import")))


def _imports(value: ValueNode | None) -> dict[str, str]:
    imports: dict[str, str] = {}
    for item in value.values if isinstance(value, ListValueNode) else ():
        if isinstance(item, StringValueNode):
            imports[item.value] = item.value
        elif isinstance(item, ObjectValueNode):
            entry = {part.name.value: _string(part.value) for part in item.fields}
            name = entry.get("name")
            if name is not None:
                imports[name] = entry.get("as") or name
    return imports


def _string(value: ValueNode | None) -> str | None:
    return value.value if isinstance(value, StringValueNode) else None
