// Builds elements, and puts new ones in place of old ones without losing anybody's place. Text becomes text nodes, never markup.

export function el(tag, props, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "value") node.value = value;
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

// Where the focus is within a node: the data-keys from the focused element outwards; null where it is elsewhere.
export function placeIn(node) {
  if (!node.contains(document.activeElement)) return null;
  const keys = [];
  for (let one = document.activeElement; one && one !== node; one = one.parentElement) {
    if (one.dataset.key) keys.push(one.dataset.key);
  }
  return keys;
}

// Brings the focus back to such a place, or as near to it as what is still there.
export function goBack(node, keys) {
  for (const key of keys ?? []) {
    const found = [...node.querySelectorAll("[data-key]")].find((one) => one.dataset.key === key && !one.disabled);
    if (!found) continue;
    found.focus({ preventScroll: true });
    if (document.activeElement === found) return true;
  }
  return false;
}

// Puts new children in place of the old; the focus stays where it was, and open menus stay open.
export function refill(node, children) {
  const place = placeIn(node);
  const open = [...node.querySelectorAll("details[open][data-key]")].map((one) => one.dataset.key);
  node.replaceChildren(...children);
  for (const one of node.querySelectorAll("details[data-key]")) one.open = open.includes(one.dataset.key);
  if (place) goBack(node, place);
}

const looks = new WeakMap();

// As refill, for lists of { key, look, make }: whatever looks as before is left alone, so that nothing moves under a pointer.
export function update(node, wanted) {
  const place = placeIn(node);
  const kept = new Map();
  for (const child of [...node.children]) {
    const same = wanted.find((one) => one.key === child.dataset.key && one.look === looks.get(child));
    if (same && !kept.has(same.key)) kept.set(same.key, child);
    else child.remove();
  }
  wanted.forEach((one, index) => {
    let child = kept.get(one.key);
    if (!child) {
      child = one.make();
      child.dataset.key = one.key;
      looks.set(child, one.look);
    }
    if (node.children[index] !== child) node.insertBefore(child, node.children[index] ?? null);
  });
  if (place && !node.contains(document.activeElement)) goBack(node, place);
}

// A button that opens a short menu of { words, choose }; Escape and a click elsewhere close it.
export function menu(key, label, sign, items) {
  const summary = el("summary", { class: "button", "aria-label": label, title: label, "data-key": `${key}/open` }, sign);
  const choose = (item) => () => {
    made.open = false;
    summary.focus();
    item.choose();
  };
  const made = el(
    "details",
    { class: "overflow", "data-key": key },
    summary,
    el("div", { class: "menu" }, ...items.map((item) => el("button", { type: "button", onclick: choose(item) }, item.words))),
  );
  made.addEventListener("keydown", (event) => {
    const buttons = [...made.querySelectorAll(".menu button")];
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape" && made.open) {
      made.open = false;
      summary.focus();
    } else if (step) {
      made.open = true;
      const at = buttons.indexOf(document.activeElement);
      buttons[at < 0 ? (step > 0 ? 0 : buttons.length - 1) : (at + step + buttons.length) % buttons.length]?.focus();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  });
  return made;
}

document.addEventListener("click", (event) => {
  for (const one of document.querySelectorAll("details.overflow[open]")) {
    if (!one.contains(event.target)) one.open = false;
  }
});
