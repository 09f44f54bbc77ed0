// The drawer that shows what goes between bot and Slack, and lets it fail.

import { el, update } from "./dom.js";
import { notice, sendAct } from "./server.js";

const EVERY = 700;
const FAULTS = { 429: "answers 429, too many requests", 500: "answers 500", "lost answer": "does it, the answer is lost", dropped: "does nothing, the connection drops", slow: "takes 2 s longer" };
const USUAL = ["*", "chat.postMessage", "chat.update", "chat.postEphemeral", "views.open", "users.info", "conversations.open", "response_url"];

const drawer = document.getElementById("wire");
const known = new Map();
let list;
let only;

// `who`: tells as whom the page acts.
export function startWire(who) {
  list = el("div", { class: "exchanges", tabindex: "0", role: "region", "aria-label": "Requests between bot and Slack" });
  only = el("input", { type: "checkbox", id: "only-refused", onchange: show });
  document.getElementById("wire-inside").append(el("div", { class: "wire-tools" }, el("label", { for: "only-refused" }, only, " Refusals only"), faults(who)), list);
  drawer.addEventListener("toggle", show);
  setInterval(() => drawer.open && !document.hidden && show(), EVERY);
}

function faults(who) {
  const select = (label, options) => el("select", { "aria-label": label }, ...options.map(([value, words]) => el("option", { value }, words)));
  const method = select("Call", USUAL.map((one) => [one, one === "*" ? "any call" : one]));
  const what = select("What happens", Object.entries(FAULTS));
  const times = el("input", { type: "number", min: "1", max: "50", value: "1", "aria-label": "Times", required: true });
  const send = async (event) => {
    event.preventDefault();
    const result = await sendAct({ do: "fault", as: who(), method: method.value, what: what.value, times: times.value });
    if (!result.trouble) notice(`The next ${times.value === "1" ? "time" : `${times.value} times`} it happens.`);
  };
  const takeBack = async () => {
    await sendAct({ do: "fault", as: who() });
    notice("Nothing is left to fail.");
  };
  return el(
    "form",
    { class: "faults", "aria-label": "Let a call of the bot fail", onsubmit: send },
    el("span", {}, "Next, "),
    method,
    what,
    times,
    el("span", {}, "×"),
    el("button", { class: "button" }, "Let it fail"),
    el("button", { type: "button", class: "button", onclick: takeBack }, "Take back"),
  );
}

async function show() {
  if (!drawer.open) return;
  try {
    const shown = await (await fetch(`/page/wire${only.checked ? "?refusals=1" : ""}`)).json();
    document.getElementById("wire-count").textContent = shown.refused ? `– ${shown.refused} refused` : "";
    const rows = shown.exchanges.reverse().map((one) => ({ key: `exchange-${one.number}`, look: "", make: () => exchange(one) }));
    if (!rows.length) rows.push({ key: "none", look: "", make: () => el("p", { class: "empty" }, only.checked ? "Nothing was refused." : "Nothing was sent yet.") });
    update(list, rows);
  } catch {
    notice("The sandbox does not answer.");
  }
}

function exchange(one) {
  const took = one.direction === "to bot" ? `answered in ${one.took} ms` : `${one.took} ms`;
  const row = el(
    "details",
    { class: one.refusal ? "exchange refused" : "exchange" },
    el(
      "summary",
      {},
      el("span", { class: "number" }, String(one.number)),
      el("span", {}, one.direction === "to bot" ? "Slack → bot" : "bot → Slack"),
      el("span", { class: "method" }, one.name),
      el("span", {}, one.status ? String(one.status) : "no answer"),
      el("span", { class: "took" }, took),
      el("span", { class: "refusal" }, one.refusal ? `⛔ ${one.refusal}` : ""),
    ),
  );
  row.addEventListener("toggle", () => row.open && open(row, one.number));
  return row;
}

async function open(row, number) {
  if (row.children.length > 1) return;
  if (!known.has(number)) known.set(number, await (await fetch(`/page/wire/${number}`)).json());
  const { request, answer, trouble } = known.get(number);
  const part = (name, what) => el("section", {}, el("h3", {}, name), el("pre", { tabindex: "0", role: "region", "aria-label": name }, JSON.stringify(what, null, 2)));
  row.append(el("div", { class: "bodies" }, ...(trouble ? [el("p", {}, trouble)] : [part("Request", request), part("Answer", answer)])));
}
