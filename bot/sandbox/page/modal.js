// Modals: the bot's, which keep what was typed, and the small ones that ask "are you sure".

import { block } from "./blocks.js";
import { el, refill } from "./dom.js";
import { read, readAll } from "./inputs.js";

const dialog = document.getElementById("modal");
let shown = null;

export function typed() {
  return shown ? readAll(dialog) : {};
}

export function showModal(view, screen, act) {
  if (!view) {
    shown = null;
    if (dialog.open) dialog.close();
    return;
  }
  const look = JSON.stringify([view.id, view.hash, view.errors, view.trouble]);
  if (shown?.look === look) return;
  const kept = shown?.id === view.id ? over(view.values, readAll(dialog)) : view.values;
  const fresh = shown?.id !== view.id;
  shown = { id: view.id, look };
  const on = { values: kept, errors: view.errors, people: screen.people, channels: screen.channels, read, press: press(view, act) };
  refill(dialog, [layout(view, on, act)]);
  if (!dialog.open) dialog.showModal();
  const wrong = dialog.querySelector("[aria-invalid=true]");
  const first = dialog.querySelector("[autofocus]") ?? dialog.querySelector(".modal-body input, .modal-body textarea, .modal-body select");
  if (wrong) (wrong.matches("fieldset") ? wrong.querySelector("input") : wrong)?.focus();
  else if (fresh) first?.focus();
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

function press(view, act) {
  return async (one, part, value) => {
    if (part.confirm && !(await confirm(part.confirm))) return;
    act({ do: "click", view: view.id, block: one.block_id, action: part.action_id, value, values: typed() });
  };
}

function layout(view, on, act) {
  const submit = async (event) => {
    event.preventDefault();
    const button = event.target.querySelector(".submit");
    if (button) button.disabled = true;
    await act({ do: "submit", view: view.id, values: typed() });
    if (button) button.disabled = false;
  };
  return el(
    "form",
    { novalidate: true, onsubmit: submit },
    el("header", {}, el("h2", { id: "modal-title" }, view.title), el("button", { type: "button", class: "close", "aria-label": "Close", onclick: () => act({ do: "close" }) }, "×")),
    view.trouble ? el("p", { class: "trouble", role: "alert" }, view.trouble) : null,
    el("div", { class: "modal-body" }, ...view.blocks.map((one) => block(one, on))),
    el(
      "footer",
      {},
      el("button", { type: "button", class: "button", onclick: () => act({ do: "close" }) }, view.close || "Cancel"),
      view.submit ? el("button", { class: "button primary submit" }, view.submit) : null,
    ),
  );
}

export function onEscape(act) {
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    act({ do: "close" });
  });
}

// Asks before a button that wants it; resolves to whether it was confirmed.
export function confirm(question) {
  const box = document.getElementById("confirm");
  return new Promise((resolve) => {
    const answer = (said) => () => {
      box.close();
      resolve(said);
    };
    box.oncancel = () => resolve(false);
    box.replaceChildren(
      el("header", {}, el("h2", { id: "confirm-title" }, question.title.words)),
      el("div", { class: "modal-body words" }, question.text.words),
      el(
        "footer",
        {},
        el("button", { type: "button", class: "button", onclick: answer(false) }, question.deny.words),
        el("button", { type: "button", class: `button ${question.style ?? "primary"}`, onclick: answer(true) }, question.confirm.words),
      ),
    );
    box.showModal();
  });
}
