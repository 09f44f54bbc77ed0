// The page: one person's Slack, or two side by side, with one clock and one wire.

import { startClock, tell } from "./clock.js";
import { Pane } from "./pane.js";
import { startWire } from "./wire.js";

const SECOND = "U0TIA";
const at = (id) => document.getElementById(id);
const desk = at("desk");
const split = at("split");
const query = new URLSearchParams(location.search);
const panes = [];

function add(name, looking) {
  const pane = new Pane(name, looking, remember, seen);
  panes.push(pane);
  desk.append(pane.root);
  desk.classList.toggle("two", panes.length === 2);
  split.setAttribute("aria-pressed", String(panes.length === 2));
  return pane;
}

function seen(pane, shown) {
  if (pane !== panes[0]) return;
  tell(shown.now);
  if (!shown.company) return;
  at("company").textContent = shown.company;
  document.title = `${shown.company} – sandbox`;
}

// The address that shows what is shown now, to come back to or to hand on.
function remember() {
  const shown = new URLSearchParams();
  for (const [index, prefix] of [[0, ""], [1, "beside-"]]) {
    const pane = panes[index];
    if (!pane?.screen) continue;
    const { screen, looking } = pane;
    const channel = screen.feed?.kind === "channel" ? screen.feed.name : screen.at === "home" ? "home" : "dm";
    shown.set(prefix ? "beside" : "as", screen.people.find((one) => one.id === screen.me)?.name ?? screen.me);
    shown.set(`${prefix}channel`, channel);
    if (looking.thread) shown.set(`${prefix}thread`, looking.thread);
  }
  history.replaceState(null, "", `?${shown}`);
}

async function toggle() {
  if (panes.length === 2) {
    panes.pop().root.remove();
    desk.classList.remove("two");
    split.setAttribute("aria-pressed", "false");
  } else {
    const [first] = panes;
    const people = first.screen?.people ?? [];
    const other = people.find((one) => one.id === SECOND && one.id !== first.looking.as) ?? people.find((one) => one.id !== first.looking.as);
    const pane = add("two", { as: other?.id ?? "", at: "dm", thread: "" });
    await pane.look();
    pane.watch();
  }
  remember();
}

split.addEventListener("click", toggle);
document.addEventListener("keydown", (event) => {
  if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  (panes.find((pane) => pane.root.contains(document.activeElement)) ?? panes[0]).switcher.open();
});

const first = add("one", { as: query.get("as") ?? "", at: query.get("channel") ?? query.get("at") ?? "", thread: query.get("thread") ?? "" });
if (query.get("beside")) add("two", { as: query.get("beside"), at: query.get("beside-channel") ?? "dm", thread: query.get("beside-thread") ?? "" });
startClock(() => first.looking.as, () => Promise.all(panes.map((pane) => pane.look())));
startWire(() => first.looking.as);
for (const pane of panes) {
  pane.watch();
  if (pane.looking.at === "home") pane.act({ do: "home" });
}
