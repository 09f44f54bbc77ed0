// Builds elements. Text becomes text nodes, never markup.

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

// Puts new children in place of the old; what had the focus, by its data-key, gets it back, and open menus stay open.
export function refill(node, children) {
  const focused = node.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
  const open = [...node.querySelectorAll("details[open][data-key]")].map((one) => one.dataset.key);
  node.replaceChildren(...children);
  for (const one of node.querySelectorAll("[data-key]")) {
    if (one.tagName === "DETAILS" && open.includes(one.dataset.key)) one.open = true;
    if (focused !== undefined && one.dataset.key === focused) one.focus({ preventScroll: true });
  }
}
