// Modals of one pane: the bot's, which keep what was typed, and the small ones that ask "are you sure".
// They block their own pane only: beside it somebody else goes on working.

import { block } from "./blocks.js";
import { el, goBack, placeIn, refill } from "./dom.js";
import { read, readAll } from "./inputs.js";

export class Modals {
  constructor(pane) {
    this.pane = pane;
    this.shown = null;
    this.dialog = el("dialog", { class: "modal", "aria-labelledby": `${pane.name}-modal-title` });
    this.question = el("dialog", { class: "modal confirm", "aria-labelledby": `${pane.name}-question-title` });
    this.dialog.addEventListener("keydown", (event) => this.onKey(event, () => this.pane.act({ do: "close" })));
    this.question.addEventListener("keydown", (event) => this.onKey(event, () => this.answer?.(false)));
  }

  onKey(event, leave) {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    event.preventDefault();
    event.stopPropagation();
    leave();
  }

  show(view, screen) {
    const { dialog, pane } = this;
    if (!view) {
      if (this.shown) this.leave();
      return;
    }
    const look = JSON.stringify([view.id, view.hash, view.errors, view.trouble]);
    if (this.shown?.look === look) return;
    const fresh = this.shown?.id !== view.id;
    if (!this.shown) this.cameFrom = placeIn(pane.root);
    const mine = pane.hasFocus();
    const values = fresh ? view.values : over(view.values, readAll(dialog));
    this.shown = { id: view.id, look, owner: screen.me };
    const on = { ...pane.about(screen), values, errors: view.errors, read, press: this.press(view) };
    refill(dialog, [this.layout(view, on)]);
    pane.room.inert = true;
    if (!dialog.open) dialog.show();
    if (mine && (fresh || dialog.querySelector("[aria-invalid=true]"))) this.focusFirst();
  }

  leave() {
    const mine = this.dialog.contains(document.activeElement) || document.activeElement === document.body;
    this.shown = null;
    this.dialog.close();
    this.dialog.replaceChildren();
    this.pane.room.inert = false;
    if (mine && !goBack(this.pane.root, this.cameFrom)) this.pane.composer.box.focus();
  }

  focusFirst() {
    const inside = (selector) => this.dialog.querySelector(selector);
    const wrong = inside("[aria-invalid=true]");
    const first = wrong ?? inside("[data-first]") ?? inside(".modal-body :is(input, textarea, select)") ?? inside("footer button");
    (first?.matches("fieldset") ? first.querySelector("input") : first)?.focus();
  }

  press(view) {
    return async (one, part, value) => {
      if (part.confirm && !(await this.confirm(part.confirm))) return;
      this.pane.act({ do: "click", view: view.id, block: one.block_id, action: part.action_id, value, values: readAll(this.dialog) });
    };
  }

  layout(view, on) {
    const close = () => this.pane.act({ do: "close" });
    const submit = async (event) => {
      event.preventDefault();
      const button = event.target.querySelector(".submit");
      if (!button || button.disabled) return;
      button.disabled = true;
      await this.pane.act({ do: "submit", view: view.id, values: readAll(this.dialog) });
      button.disabled = false;
    };
    return el(
      "form",
      { novalidate: true, onsubmit: submit },
      el("header", {}, el("h2", { id: `${this.pane.name}-modal-title` }, view.title), el("button", { type: "button", class: "close", "aria-label": "Close", "data-key": "close", onclick: close }, "×")),
      view.trouble ? el("p", { class: "trouble", role: "alert" }, view.trouble) : null,
      el("div", { class: "modal-body", tabindex: "0", role: "group", "aria-labelledby": `${this.pane.name}-modal-title`, "data-key": "modal-body" }, ...view.blocks.map((one) => block(one, on))),
      el(
        "footer",
        {},
        el("button", { type: "button", class: "button", "data-key": "cancel", onclick: close }, view.close || (view.submit ? "Cancel" : "Close")),
        view.submit ? el("button", { class: "button primary submit", "data-key": "submit" }, view.submit) : null,
      ),
    );
  }

  // Asks before a button that wants it; resolves to whether it was confirmed.
  confirm(question) {
    const { pane } = this;
    const cameFrom = placeIn(pane.root);
    const below = this.dialog.open ? this.dialog : pane.room;
    return new Promise((resolve) => {
      this.answer = (said) => {
        this.answer = null;
        this.question.close();
        below.inert = false;
        goBack(pane.root, cameFrom);
        resolve(said);
      };
      const button = (said, text, style) => el("button", { type: "button", class: `button ${style}`, onclick: () => this.answer(said) }, text.words);
      this.question.replaceChildren(
        el("header", {}, el("h2", { id: `${pane.name}-question-title` }, question.title.words)),
        el("div", { class: "modal-body words" }, question.text.words),
        el("footer", {}, button(false, question.deny, ""), button(true, question.confirm, question.style ?? "primary")),
      );
      below.inert = true;
      this.question.show();
      this.question.querySelector("button").focus();
    });
  }
}

// What is typed wins over what the view says, where the field is still there.
function over(values, now) {
  const kept = structuredClone(values);
  for (const [id, actions] of Object.entries(now)) {
    for (const [action, value] of Object.entries(actions)) {
      if (kept[id] && action in kept[id]) kept[id][action] = value;
    }
  }
  return kept;
}
