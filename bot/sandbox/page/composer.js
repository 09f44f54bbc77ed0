// The box in which a person types a message or a command.

import { el, menu } from "./dom.js";

export class Composer {
  // `id`: unique on the page; `label`: for whoever cannot see it; `send`: gets what was typed.
  constructor(id, label, send) {
    this.send = send;
    this.box = el("textarea", { id, rows: "1", autocomplete: "off", "aria-label": label, "data-key": id, oninput: () => this.suggest(), onkeydown: (event) => this.onKey(event) });
    this.suggestions = el("div", { class: "suggestions", hidden: true });
    this.more = el("div", { class: "more" });
    this.form = el("form", { class: "composer", onsubmit: (event) => this.submit(event) }, this.suggestions, this.more, this.box, el("button", { class: "send" }, "Send"));
  }

  // A command that can be typed here, and the shortcuts of the "+" menu.
  offer(command, app, shortcuts, use) {
    const look = JSON.stringify([command, app, shortcuts]);
    if (this.look === look) return;
    Object.assign(this, { look, command, app });
    const items = shortcuts.map((one) => ({ words: `⚡ ${one.name}`, choose: () => use(one) }));
    items.push({ words: `${command} …`, choose: () => this.take() });
    this.more.replaceChildren(menu(`${this.box.id}-more`, "Shortcuts and commands", "+", items));
  }

  onKey(event) {
    if (event.key === "Tab" && !event.shiftKey && this.suggest()) {
      event.preventDefault();
      this.take();
    } else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) this.submit(event);
  }

  submit(event) {
    event.preventDefault();
    const text = this.box.value.trim();
    if (!text) return;
    this.box.value = "";
    this.suggest();
    this.send(text);
  }

  suggest() {
    const { command, box, suggestions } = this;
    const fits = Boolean(command) && box.value.startsWith("/") && command.startsWith(box.value) && box.value !== command;
    suggestions.hidden = !fits;
    if (fits && !suggestions.firstChild) {
      suggestions.append(el("button", { type: "button", onclick: () => this.take() }, el("strong", {}, command), ` ${this.app} – Tab completes`));
    }
    return fits;
  }

  take() {
    this.box.value = `${this.command} `;
    this.box.focus();
    this.suggest();
  }
}
