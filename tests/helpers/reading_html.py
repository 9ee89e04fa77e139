"""A page taken apart: its elements, what they point at, and the text in them."""

from html.parser import HTMLParser

_POINTERS = {"src", "href", "srcset", "action", "formaction", "data", "poster", "ping"}


class Page(HTMLParser):
    """The parts of a page that the tests ask about.

    Attributes:
        pointers: What attributes that load or lead somewhere hold.
        scripts: The text of every script that runs.
        data: The text of every script that only holds data, by its id.
        styles: The text of every style.
        texts: All other text.
    """

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.pointers: list[str] = []
        self.scripts: list[str] = []
        self.data: dict[str, str] = {}
        self.styles: list[str] = []
        self.texts: list[str] = []
        self.tags: list[str] = []
        self.policy = ""
        self._open: tuple[str, dict[str, str | None]] = ("", {})
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self.tags.append(tag)
        self._open = (tag, values)
        self.pointers += [value or "" for name, value in attrs if name in _POINTERS]
        if values.get("http-equiv") == "Content-Security-Policy":
            self.policy = values["content"] or ""

    def handle_endtag(self, tag: str) -> None:
        self._open = ("", {})

    def handle_data(self, data: str) -> None:
        tag, values = self._open
        if tag == "script" and values.get("type") == "application/json":
            self.data[values["id"] or ""] = data
        elif tag == "script":
            self.scripts.append(data)
        elif tag == "style":
            self.styles.append(data)
        else:
            self.texts.append(data)

    @property
    def text(self) -> str:
        """The text that a reader sees, with single spaces."""
        return " ".join(" ".join(self.texts).split())
