// Messages of one pane: in a conversation and in a thread.

import { block } from "./blocks.js";
import { el, menu, update } from "./dom.js";
import { read } from "./inputs.js";

// Fills a list of messages; those that have not changed are left alone. `inFeed`: not in a thread.
export function fill(list, shown, pane, inFeed) {
  const wanted = [];
  let day = "";
  for (const one of shown) {
    if (inFeed && one.day !== day) wanted.push({ key: `day-${one.day}`, look: one.day, make: () => el("div", { class: "day", role: "separator" }, el("span", {}, one.day)) });
    day = one.day;
    wanted.push({ key: `message-${one.ts}`, look: JSON.stringify([one, pane.screen.me, pane.screen.shortcuts]), make: () => message(one, pane, inFeed) });
  }
  if (!shown.length) wanted.push({ key: "empty", look: "", make: () => el("p", { class: "empty" }, "No messages here yet.") });
  update(list, wanted);
}

// What a message says, for a screen reader: its first words.
export function gist(one) {
  const text = (part) => part.text?.words ?? (part.fields ?? part.elements ?? []).map((inner) => inner.words ?? "").join(" ");
  const said = [...one.blocks, ...one.attachments.flatMap((part) => [part, ...part.blocks])].map(text).filter(Boolean).join(" ");
  return said.length > 200 ? `${said.slice(0, 200)}…` : said;
}

function message(one, pane, inFeed) {
  const { screen } = pane;
  const on = { ...pane.about(screen), read, press: pane.press({ ts: one.ts }), follow: (link) => pane.follow(link) };
  const attached = (part) => {
    const box = el("div", { class: "attachment" }, part.text ? el("div", { class: "words" }, part.text.words) : null, ...part.blocks.map((inner) => block(inner, on)));
    if (/^#?[0-9a-f]{6}$/i.test(part.color)) box.style.borderLeftColor = `#${part.color.replace("#", "")}`;
    return box;
  };
  const replies = inFeed && one.replies ? `${one.replies} ${one.replies === 1 ? "reply" : "replies"}` : "";
  const head = el(
    "div",
    { class: "message-head" },
    el("strong", {}, el("bdi", {}, one.author)),
    one.is_bot ? el("span", { class: "app-mark" }, "APP") : null,
    el("time", {}, one.time),
    one.edited ? el("span", { class: "edited" }, "(edited)") : null,
    one.pinned ? el("span", { class: "pinned" }, "📌 Pinned") : null,
    one.ephemeral ? el("span", { class: "only-you" }, "👁 Only visible to you") : null,
  );
  return el(
    "article",
    { class: ["message", one.ephemeral ? "ephemeral" : "", one.is_note ? "note" : ""].filter(Boolean).join(" "), tabindex: "-1", "data-ts": one.ts, "aria-label": `${one.author}, ${one.time}${one.ephemeral ? ", only visible to you" : ""}` },
    el("span", { class: `avatar ${one.is_bot ? "app" : `hue-${one.author.codePointAt(0) % 6}`}`, "aria-hidden": "true" }, [...one.author][0]?.toUpperCase() ?? "?"),
    el(
      "div",
      { class: "message-body" },
      head,
      ...one.blocks.map((part) => block(part, on)),
      ...one.attachments.map(attached),
      replies ? el("button", { type: "button", class: "replies", "data-key": `replies-${one.ts}`, onclick: () => pane.openThread(one.ts) }, replies) : null,
    ),
    inFeed && !one.ephemeral ? tools(one, pane) : null,
  );
}

function tools(one, pane) {
  const shortcuts = pane.screen.shortcuts.filter((it) => it.on_message);
  const use = (it) => ({ words: it.name, choose: () => pane.act({ do: "shortcut", callback_id: it.callback_id, ts: one.ts }) });
  return el(
    "div",
    { class: "tools" },
    el("button", { type: "button", "data-key": `thread-${one.ts}`, onclick: () => pane.openThread(one.ts) }, "Reply in thread"),
    shortcuts.length ? menu(`menu-${one.ts}`, "Message shortcuts", "⋯", shortcuts.map(use)) : null,
  );
}
