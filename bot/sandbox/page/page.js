// The page: asks what the chosen person's screen shows, draws it, and sends what they do.

import { block } from "./blocks.js";
import { el, refill } from "./dom.js";
import { read } from "./inputs.js";
import { confirm, onEscape, showModal } from "./modal.js";

const POLL = 600;
const at = (id) => document.getElementById(id);
const query = new URLSearchParams(location.search);
const looking = {
  as: query.get("as") ?? "",
  at: query.get("at") ?? query.get("channel") ?? "",
  thread: query.get("thread") ?? "",
};
let screen = null;
let asked = 0;

async function look(fresh = false) {
  const mine = ++asked;
  const wanted = new URLSearchParams(looking);
  if (!fresh && screen) wanted.set("revision", screen.revision);
  try {
    const answer = await fetch(`/page/screen?${wanted}`);
    const shown = await answer.json();
    if (mine !== asked) return;
    at("now").textContent = shown.now.text;
    if (document.activeElement !== at("to")) at("to").value ||= shown.now.local;
    if (shown.revision !== undefined) draw(shown);
    notice("");
  } catch {
    notice("The sandbox does not answer.");
  }
}

async function act(what) {
  const answer = await fetch("/page/act", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ as: looking.as, at: looking.at, ...what }),
  });
  const result = await answer.json();
  await look(true);
  if (result.trouble && ["clock", "shortcut", "home", "close"].includes(what.do)) notice(result.trouble, true);
  else if (!answer.ok) notice(result.trouble ?? "That did not work.", true);
  return result;
}

let noticed = 0;
function notice(said, stays = false) {
  if (!said && Date.now() < noticed) return;
  if (stays) noticed = Date.now() + 4000;
  at("notice").textContent = said;
}

function go(change) {
  Object.assign(looking, change);
  const shown = new URLSearchParams(Object.entries(looking).filter(([, value]) => value));
  history.replaceState(null, "", `?${shown}`);
  return look(true);
}

function draw(shown) {
  const before = screen;
  screen = shown;
  looking.as = shown.me;
  looking.at = shown.at;
  screen.channels = shown.conversations.filter((one) => one.kind === "channel");
  document.title = `${shown.company} – sandbox`;
  at("company").textContent = shown.company;
  drawPeople();
  drawSide();
  drawMiddle(before);
  drawThread();
  showModal(shown.modal, shown, act);
  if (at("wire").open) drawWire();
}

function drawPeople() {
  const select = at("person");
  if (select.options.length !== screen.people.length) {
    select.replaceChildren(...screen.people.map((one) => el("option", { value: one.id }, one.note ? `${one.real_name} (${one.note})` : one.real_name)));
  }
  select.value = screen.me;
}

function drawSide() {
  const entry = (id, name, unread) =>
    el(
      "button",
      {
        type: "button",
        class: unread ? "unread" : "",
        "data-key": `side-${id}`,
        "aria-current": screen.at === id ? "page" : null,
        onclick: () => go({ at: id, thread: "" }).then(() => id === "home" && act({ do: "home" })),
      },
      el("span", {}, name),
      unread ? el("span", { class: "count", "aria-label": `${unread} unread` }, String(unread)) : null,
    );
  const direct = screen.conversations.filter((one) => one.kind === "im");
  refill(at("side"), [
    el("h2", {}, "Channels"),
    ...screen.channels.map((one) => entry(one.id, `# ${one.name}`, one.unread)),
    el("h2", {}, "Apps"),
    ...direct.map((one) => entry(one.id, one.name, one.unread)),
    entry("home", `${screen.app} – Home`, 0),
    ...(screen.shortcuts.some((one) => !one.on_message) ? [el("h2", {}, "Shortcuts")] : []),
    ...screen.shortcuts.filter((one) => !one.on_message).map((one) =>
      el("button", { type: "button", "data-key": `shortcut-${one.callback_id}`, onclick: () => act({ do: "shortcut", callback_id: one.callback_id }) }, `⚡ ${one.name}`),
    ),
  ]);
}

function drawMiddle(before) {
  const feed = at("feed");
  const home = screen.at === "home";
  const name = home ? `${screen.app} – Home` : (screen.feed.kind === "channel" ? "# " : "") + (screen.feed.kind === "im" ? screen.app : screen.feed.name);
  at("title").textContent = name;
  at("about").textContent = screen.feed?.archived ? "archived" : "";
  at("composer").hidden = home;
  at("say").placeholder = `Message ${name.replace("# ", "#")}, or ${screen.command} …`;
  if (home) {
    const on = { values: screen.home?.values, people: screen.people, channels: screen.channels, read, press: pressIn({ view: screen.home?.id }) };
    const blocks = screen.home?.blocks.map((one) => block(one, on)) ?? [el("p", { class: "empty" }, "Nothing is published here yet.")];
    refill(feed, [el("div", { class: "home" }, ...blocks)]);
    return;
  }
  const moved = before?.at !== screen.at || before?.me !== screen.me;
  const bottom = moved || feed.scrollHeight - feed.scrollTop - feed.clientHeight < 80;
  const shown = [];
  let day = "";
  for (const one of screen.feed.messages) {
    if (one.day !== day) shown.push(el("div", { class: "day", role: "separator" }, el("span", {}, one.day)));
    day = one.day;
    shown.push(message(one, true));
  }
  if (!shown.length) shown.push(el("p", { class: "empty" }, "No messages here yet."));
  refill(feed, shown);
  if (bottom) feed.scrollTop = feed.scrollHeight;
}

function pressIn(place) {
  return async (one, part, value) => {
    if (part.confirm && !(await confirm(part.confirm))) return;
    act({ do: "click", ...place, block: one.block_id, action: part.action_id, value });
  };
}

function message(one, inFeed) {
  const on = { people: screen.people, channels: screen.channels, read, press: pressIn({ ts: one.ts }) };
  const initials = one.author.slice(0, 1).toUpperCase();
  const replies = inFeed && one.replies ? `${one.replies} ${one.replies === 1 ? "reply" : "replies"}` : "";
  const attached = (part) => {
    const box = el("div", { class: "attachment" }, part.text ? el("div", { class: "words" }, part.text.words) : null, ...part.blocks.map((inner) => block(inner, on)));
    if (/^#?[0-9a-f]{6}$/i.test(part.color)) box.style.borderLeftColor = `#${part.color.replace("#", "")}`;
    return box;
  };
  return el(
    "article",
    { class: one.ephemeral ? "message ephemeral" : "message", "aria-label": `${one.author}, ${one.time}` },
    el("span", { class: `avatar ${one.is_bot ? "app" : `hue-${one.author.charCodeAt(0) % 6}`}`, "aria-hidden": "true" }, initials),
    el(
      "div",
      { class: "message-body" },
      el(
        "div",
        { class: "message-head" },
        el("strong", {}, one.author),
        one.is_bot ? el("span", { class: "app-mark" }, "APP") : null,
        el("time", {}, one.time),
        one.ephemeral ? el("span", { class: "only-you" }, "👁 Only visible to you") : null,
      ),
      ...one.blocks.map((part) => block(part, on)),
      ...one.attachments.map(attached),
      one.edited ? el("span", { class: "edited" }, "(edited)") : null,
      replies ? el("button", { type: "button", class: "replies", "data-key": `replies-${one.ts}`, onclick: () => go({ thread: one.ts }) }, replies) : null,
    ),
    inFeed && !one.ephemeral ? tools(one) : null,
  );
}

function tools(one) {
  const shortcuts = screen.shortcuts.filter((it) => it.on_message);
  return el(
    "div",
    { class: "tools" },
    el("button", { type: "button", "data-key": `thread-${one.ts}`, onclick: () => go({ thread: one.ts }) }, "Reply in thread"),
    ...shortcuts.map((it) => el("button", { type: "button", "data-key": `${it.callback_id}-${one.ts}`, onclick: () => act({ do: "shortcut", callback_id: it.callback_id, ts: one.ts }) }, `⚡ ${it.name}`)),
  );
}

function drawThread() {
  const pane = at("thread");
  const shown = screen.thread;
  pane.hidden = !shown;
  document.body.classList.toggle("with-thread", Boolean(shown));
  if (!shown) return;
  const typing = pane.querySelector("textarea")?.value ?? "";
  const same = pane.dataset.ts === shown.ts;
  pane.dataset.ts = shown.ts;
  const box = el("textarea", { rows: "1", "data-key": "reply", "aria-label": "Reply", placeholder: "Reply…", value: same ? typing : "" });
  const send = (event) => {
    event.preventDefault();
    if (box.value.trim()) act({ do: "type", text: box.value.trim(), thread: shown.ts });
    box.value = "";
  };
  box.addEventListener("keydown", (event) => event.key === "Enter" && !event.shiftKey && send(event));
  refill(pane, [
    el("header", { class: "middle-head" }, el("h2", {}, "Thread"), el("button", { type: "button", class: "close", "aria-label": "Close thread", onclick: () => go({ thread: "" }) }, "×")),
    el("div", { class: "thread-body", role: "log" }, ...shown.messages.map((one) => message(one, false))),
    el("form", { class: "composer", onsubmit: send }, box, el("button", { class: "send" }, "Send")),
  ]);
}

async function drawWire() {
  const rows = await (await fetch("/page/wire")).json();
  const row = (one) =>
    el("div", { class: one.refusal ? "refused" : "" }, `${String(one.number).padStart(4)}  ${one.direction === "to bot" ? "→ bot  " : "→ slack"}  ${one.name}  ${one.status}  ${one.took} ms  ${one.refusal ?? ""}`);
  refill(at("wire-log"), rows.reverse().map(row));
}

function say(event) {
  event.preventDefault();
  const box = at("say");
  const text = box.value.trim();
  if (!text) return;
  box.value = "";
  suggest();
  act({ do: "type", text });
}

function suggest() {
  const text = at("say").value;
  const list = at("suggestions");
  const fits = text.startsWith("/") && screen.command.startsWith(text) && text !== screen.command;
  list.hidden = !fits;
  const take = () => {
    at("say").value = `${screen.command} `;
    at("say").focus();
    suggest();
  };
  list.replaceChildren(...(fits ? [el("button", { type: "button", role: "option", "aria-selected": "true", onclick: take }, el("strong", {}, screen.command), ` ${screen.app} – Tab completes`)] : []));
  return fits ? take : null;
}

at("composer").addEventListener("submit", say);
at("say").addEventListener("input", suggest);
at("say").addEventListener("keydown", (event) => {
  const take = event.key === "Tab" && !event.shiftKey ? suggest() : null;
  if (take) {
    event.preventDefault();
    take();
  } else if (event.key === "Enter" && !event.shiftKey) say(event);
});
at("person").addEventListener("change", (event) => go({ as: event.target.value, at: looking.at.startsWith("D") ? "dm" : looking.at, thread: "" }));
for (const button of document.querySelectorAll("[data-minutes]")) {
  button.addEventListener("click", () => act({ do: "clock", minutes: button.dataset.minutes }));
}
at("clock-to").addEventListener("submit", (event) => {
  event.preventDefault();
  act({ do: "clock", to: at("to").value });
});
at("wire").addEventListener("toggle", () => at("wire").open && drawWire());
onEscape(act);

await look(true);
if (looking.at === "home") await act({ do: "home" });
setInterval(() => document.hidden || look(), POLL);
