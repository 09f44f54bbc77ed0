// One person's Slack: who they are, what they look at, and what they do there. The page shows one or two of them.

import { block } from "./blocks.js";
import { Composer } from "./composer.js";
import { el, goBack, refill } from "./dom.js";
import { read } from "./inputs.js";
import { fill, gist } from "./messages.js";
import { Modals } from "./modal.js";
import { fetchScreen, notice, sendAct } from "./server.js";
import { Switcher } from "./switcher.js";

const PERMALINK = /^https:\/\/[\w-]+\.slack\.com\/archives\/(\w+)\/p(\d+)(\d{6})$/;
const AFTER_TROUBLE = 1000;

export class Pane {
  // `name`: unique on the page; `looking`: { as, at, thread }; `moved`: called when that changes; `seen`: with every screen.
  constructor(name, looking, moved, seen) {
    Object.assign(this, { name, looking, moved, seen, screen: null, asked: 0, drawn: 0 });
    const id = (part) => `${name}-${part}`;
    this.person = el("select", { id: id("person"), onchange: () => this.become(this.person.value) });
    this.nav = el("nav", { "aria-label": `Conversations ${name}` });
    this.title = el("h2", { id: id("title") });
    this.about_it = el("span", {});
    this.feed = el("div", { class: "feed", tabindex: "0", role: "region", "aria-label": "Messages", "data-key": "feed" });
    this.composer = new Composer(id("say"), "Message or command", (text) => this.act({ do: "type", text }));
    this.reply = new Composer(id("reply"), "Reply", (text) => this.act({ do: "type", text, thread: this.looking.thread }));
    this.replies = el("div", { class: "thread-body", tabindex: "0", role: "region", "aria-label": "Messages of the thread", "data-key": "replies" });
    this.modals = new Modals(this);
    this.switcher = new Switcher(this);
    this.said = el("p", { class: "hidden", role: "status" });
    this.room = this.layout(id);
    this.root = el("section", { class: `pane ${name}`, "aria-labelledby": id("person-label") }, this.room, this.modals.dialog, this.modals.question, this.switcher.dialog, this.said);
  }

  layout(id) {
    const closeThread = el("button", { type: "button", class: "close", "aria-label": "Close thread", onclick: () => this.closeThread() }, "×");
    this.thread = el("section", { class: "thread", "aria-label": "Thread", hidden: true }, el("header", { class: "middle-head" }, el("h2", {}, "Thread"), closeThread), this.replies, this.reply.form);
    return el(
      "div",
      { class: "room" },
      el("div", { class: "side" }, el("label", { class: "person", id: id("person-label"), for: this.person.id }, "You are"), this.person, this.nav),
      el("section", { class: "middle", "aria-labelledby": id("title") }, el("header", { class: "middle-head" }, this.title, this.about_it), this.feed, this.composer.form),
      this.thread,
    );
  }

  // Looks again and again, for as long as the pane is on the page.
  async watch() {
    await this.look();
    while (this.root.isConnected) {
      const began = Date.now();
      if (!document.hidden) await this.look(true);
      const pause = document.hidden || this.lost ? AFTER_TROUBLE : Math.max(0, 30 - (Date.now() - began));
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }

  // Gets what the screen shows. With `wait`, the sandbox answers when it changes.
  async look(wait = false) {
    const mine = ++this.asked;
    const wanted = { ...this.looking };
    if (wait && this.screen) Object.assign(wanted, { wait: "1", revision: this.screen.revision });
    try {
      const shown = await fetchScreen(wanted);
      this.lost = false;
      this.seen(this, shown);
      if (mine < this.drawn || JSON.stringify(this.looking) !== JSON.stringify(pick(wanted))) return;
      this.drawn = mine;
      if (shown.revision !== undefined) this.draw(shown);
    } catch (trouble) {
      if (!(trouble instanceof TypeError)) throw trouble;
      this.lost = true;
      notice("The sandbox does not answer.");
    }
  }

  async act(what) {
    if (!this.screen) await this.look();
    const result = await sendAct({ as: this.looking.as, at: this.looking.at, ...what });
    await this.look();
    if (result.trouble && ["shortcut", "home", "close"].includes(what.do)) notice(result.trouble);
    return result;
  }

  async go(change) {
    Object.assign(this.looking, change);
    await this.look();
    this.moved();
    if (change.at === "home") await this.act({ do: "home" });
  }

  become(person) {
    const { at } = this.looking;
    return this.go({ as: person, at: at.startsWith("D") ? "dm" : at, thread: "" });
  }

  async openThread(ts) {
    await this.go({ thread: ts });
    this.reply.box.focus();
  }

  async closeThread() {
    const { thread } = this.looking;
    await this.go({ thread: "" });
    if (!goBack(this.root, [`replies-${thread}`, `thread-${thread}`])) this.composer.box.focus();
  }

  // A link to a message opens it here; false for any other link.
  follow(link) {
    const [, at, seconds, micros] = PERMALINK.exec(link) ?? [];
    if (!at) return false;
    this.go({ at, thread: "" }).then(() => {
      const found = [...this.feed.children].find((one) => one.dataset.ts === `${seconds}.${micros}`);
      found?.scrollIntoView({ block: "center" });
      found?.focus({ preventScroll: true });
    });
    return true;
  }

  // What a press does in a place that shows now, whatever shows by the time it is confirmed.
  press(place) {
    const { me: as, at } = this.screen;
    return async (one, part, value) => {
      if (part.confirm && !(await this.modals.confirm(part.confirm))) return;
      this.act({ do: "click", as, at, ...place, block: one.block_id, action: part.action_id, value });
    };
  }

  // What blocks need to know of the screen that they stand on.
  about(screen) {
    return { prefix: this.name, zone: screen.zone, people: screen.people, channels: screen.channels };
  }

  hasFocus() {
    return this.root.contains(document.activeElement) || document.activeElement === document.body;
  }

  draw(shown) {
    const before = this.screen;
    this.screen = shown;
    Object.assign(this.looking, { as: shown.me, at: shown.at });
    shown.channels = shown.conversations.filter((one) => one.kind === "channel");
    this.drawPeople();
    this.drawSide();
    this.drawMiddle(before);
    this.drawThread();
    this.modals.show(shown.modal, shown);
    this.announce(before);
    this.root.dataset.revision = shown.revision;
  }

  drawPeople() {
    const { screen, person } = this;
    if (person.options.length !== screen.people.length) {
      person.replaceChildren(...screen.people.map((one) => el("option", { value: one.id }, one.note ? `${one.real_name} (${one.note})` : one.real_name)));
    }
    person.value = screen.me;
    const name = screen.people.find((one) => one.id === screen.me)?.real_name ?? "";
    this.root.setAttribute("aria-label", name);
    this.root.removeAttribute("aria-labelledby");
    this.nav.setAttribute("aria-label", `Conversations of ${name}`);
  }

  drawSide() {
    const { screen } = this;
    const entry = (id, name, unread) =>
      el(
        "button",
        { type: "button", class: unread ? "unread" : "", "data-key": `side-${id}`, "aria-current": screen.at === id ? "page" : null, onclick: () => this.go({ at: id.startsWith("D") ? "dm" : id, thread: "" }) },
        el("span", { class: "name" }, name),
        unread ? el("span", { class: "count" }, String(unread), el("span", { class: "hidden" }, " unread")) : null,
      );
    const look = JSON.stringify([screen.conversations, screen.at, screen.app]);
    if (this.side === look) return;
    this.side = look;
    refill(this.nav, [
      el("h3", {}, "Channels"),
      ...screen.channels.map((one) => entry(one.id, `# ${one.name}`, one.unread)),
      el("h3", {}, "Apps"),
      ...screen.conversations.filter((one) => one.kind === "im").map((one) => entry(one.id, one.name, one.unread)),
      entry("home", "Home", 0),
    ]);
  }

  drawMiddle(before) {
    const { screen, feed, composer } = this;
    const home = screen.at === "home";
    const name = home ? `${screen.app} – Home` : screen.feed.kind === "channel" ? `# ${screen.feed.name}` : screen.app;
    this.title.textContent = name;
    this.about_it.textContent = [screen.feed?.archived ? "archived" : "", screen.feed?.topic].filter(Boolean).join(" · ");
    composer.form.hidden = home;
    composer.box.placeholder = `Message ${name.replace("# ", "#")}, or ${screen.command} …`;
    const shortcuts = screen.shortcuts.filter((one) => !one.on_message);
    composer.offer(screen.command, screen.app, shortcuts, (one) => this.act({ do: "shortcut", callback_id: one.callback_id }));
    if (home) return this.drawHome(screen.home);
    const moved = before?.at !== screen.at || before?.me !== screen.me;
    const bottom = moved || feed.scrollHeight - feed.scrollTop - feed.clientHeight < 80;
    if (moved) feed.replaceChildren();
    fill(feed, screen.feed.messages, this, true);
    if (bottom) feed.scrollTop = feed.scrollHeight;
  }

  drawHome(home) {
    const look = `home ${home?.id} ${home?.hash} ${this.screen.me}`;
    if (this.feed.firstChild?.dataset.look === look) return;
    const on = { ...this.about(this.screen), values: home?.values, read, press: this.press({ view: home?.id }), follow: (link) => this.follow(link) };
    const blocks = home?.blocks.map((one) => block(one, on)) ?? [el("p", { class: "empty" }, "Nothing is published here yet.")];
    refill(this.feed, [el("div", { class: "home", "data-look": look }, ...blocks)]);
  }

  drawThread() {
    const shown = this.screen.thread;
    this.thread.hidden = !shown;
    this.room.classList.toggle("with-thread", Boolean(shown));
    if (shown) fill(this.replies, shown.messages, this, false);
  }

  // Says what is new, once: the words of one message, the number of several.
  announce(before) {
    const { screen } = this;
    if (!before || before.me !== screen.me) return;
    const known = new Set([...(before.feed?.messages ?? []), ...(before.thread?.messages ?? [])].map((one) => one.ts));
    const me = screen.people.find((one) => one.id === screen.me)?.real_name;
    const here = before.at === screen.at ? [...(screen.feed?.messages ?? []), ...(screen.thread?.messages ?? [])] : [];
    const same = before.thread?.ts === screen.thread?.ts;
    const fresh = here.filter((one) => same && !known.has(one.ts) && one.author !== me);
    const unread = (one, of) => of.conversations.find((it) => it.id === one.id)?.unread ?? 0;
    const elsewhere = screen.conversations.filter((one) => one.id !== screen.at && unread(one, screen) > unread(one, before));
    const said = fresh.length === 1 ? [`${fresh[0].author}: ${gist(fresh[0])}`] : fresh.length ? [`${fresh.length} new messages`] : [];
    said.push(...elsewhere.map((one) => `New in ${one.name}`));
    if (said.length) this.said.textContent = said.join(". ");
  }
}

function pick({ as, at, thread }) {
  return { as, at, thread };
}
