"""Two hands on a keyboard, and nothing else."""

from typing import Final

from playwright.sync_api import Page

NAME_OF_FOCUSED: Final = """() => {
  const one = document.activeElement;
  const words = one.getAttribute("aria-label") ?? one.labels?.[0]?.textContent ?? one.textContent;
  return (words ?? "").replace(/\\s+/g, " ").trim();
}"""
TABS_AT_MOST: Final = 120


class Hands:
    """Types and tabs. What it reaches, it reaches as somebody without a mouse does."""

    def __init__(self, page: Page) -> None:
        self._page = page

    @property
    def focused(self) -> str:
        """What the focus is on, by name."""
        words: str = self._page.evaluate(NAME_OF_FOCUSED)
        return words

    def are_led_to(self, name: str) -> None:
        """Wait until the page has put the focus on something of that name, as it does once a form is drawn or gone."""
        self._page.wait_for_function(f"name => ({NAME_OF_FOCUSED})() === name", arg=name)

    def tabs_to(self, name: str, *, back: bool = False) -> None:
        """Press Tab until something of that name has the focus."""
        passed = []
        for _ in range(TABS_AT_MOST):
            if self.focused.removesuffix(" (optional)") == name:
                return
            self.press("Shift+Tab" if back else "Tab")
            passed.append(self.focused[:40])
        raise AssertionError(f"“{name}” is not reached by Tab, only {list(dict.fromkeys(passed))}.")

    def press(self, *keys: str) -> None:
        """Press keys, one after the other."""
        for key in keys:
            self._page.keyboard.press(key)

    def writes(self, text: str) -> None:
        """Type a text where the focus is."""
        self._page.keyboard.type(text)
