// Ctrl+K or Cmd+K: type some letters of a conversation's name, Enter goes there.

import { el } from "./dom.js";

export class Switcher {
  constructor(pane) {
    this.pane = pane;
    this.list = el("div", { class: "list" });
    this.box = el("input", { type: "search", "aria-label": "Go to a conversation", placeholder: "Go to…", autocomplete: "off", oninput: () => this.fill() });
    const form = el("form", { onsubmit: (event) => this.first(event) }, this.box, this.list);
    this.dialog = el("dialog", { class: "modal switcher", "aria-label": "Go to a conversation" }, form);
    this.dialog.addEventListener("click", (event) => event.target === this.dialog && this.dialog.close());
  }

  open() {
    if (!this.pane.screen || this.pane.room.inert) return;
    this.box.value = "";
    this.fill();
    this.dialog.showModal();
  }

  fill() {
    const wanted = this.box.value.trim().toLowerCase().replace("#", "");
    const { screen } = this.pane;
    const all = screen.conversations.map((one) => ({ id: one.kind === "im" ? "dm" : one.id, name: one.kind === "channel" ? `# ${one.name}` : one.name }));
    all.push({ id: "home", name: `${screen.app} – Home` });
    const fits = all.filter((one) => one.name.toLowerCase().includes(wanted));
    this.list.replaceChildren(...fits.map((one) => el("button", { type: "button", onclick: () => this.go(one.id) }, one.name)));
  }

  first(event) {
    event.preventDefault();
    this.list.querySelector("button")?.click();
  }

  async go(id) {
    this.dialog.close();
    await this.pane.go({ at: id, thread: "" });
    this.pane.composer.box.focus();
  }
}
