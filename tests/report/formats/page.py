"""A page as a browser reads it, and what of it a reader of either language sees."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "br", "img", "link", "input", "hr", "base"}
"""Elements without an end."""


@dataclass
class Element:
    """One element of a page."""

    name: str
    attributes: dict[str, str | None]
    children: list["Element | str"] = field(default_factory=list)

    def all(self, *names: str) -> Iterator["Element"]:
        """Yield the elements of those names within this one, or all of them."""
        for child in self.children:
            if isinstance(child, Element):
                if not names or child.name in names:
                    yield child
                yield from child.all(*names)

    def one(self, name: str) -> "Element":
        """Return the only element of that name."""
        (found,) = self.all(name)
        return found

    def text(self, language: str | None = None) -> str:
        """Return the text within; without what is said in other languages than this, where one is given."""
        if language and self.name == "span" and self.attributes.get("lang", language) != language:
            return ""
        return "".join(
            child if isinstance(child, str) else child.text(language)
            for child in self.children
            if isinstance(child, str) or child.name not in {"script", "style"} or self.name == child.name
        )

    def source(self) -> str:
        """Return the text of a script or of a style."""
        return "".join(child for child in self.children if isinstance(child, str))


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open = [Element("", {})]
        self.comments: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs), f"<{tag}> has an attribute twice"
        element = Element(tag, dict(attrs))
        self.open[-1].children.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1].name == tag, f"</{tag}> within <{self.open[-1].name}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)


def read_page(text: str) -> Element:
    """Return the elements of a page; each must end where it should, and none be a comment."""
    reader = _Reader()
    reader.feed(text)
    reader.close()
    assert [element.name for element in reader.open] == [""], "not all elements end"
    assert reader.comments == []
    return reader.open[0]
