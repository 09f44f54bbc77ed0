// Lays out Block Kit. Whoever calls says what a press does: on.press(block, element, value).

import { el, menu } from "./dom.js";
import { control, isInput } from "./inputs.js";

const STYLES = { bold: "strong", italic: "em", strike: "s", code: "code" };
const SAFE_LINK = /^(https?|mailto):/i;

export function spans(list) {
  return list.map((span) => {
    const inside = span.inside.length ? spans(span.inside) : [span.text];
    if (STYLES[span.kind]) return el(STYLES[span.kind], {}, ...inside);
    if (span.kind === "pre") return el("pre", {}, span.text);
    if (span.kind === "quote") return el("blockquote", {}, ...inside);
    if (span.kind === "mention") return el("span", { class: "mention" }, span.text);
    if (SAFE_LINK.test(span.target)) {
      return el("a", { href: span.target, target: "_blank", rel: "noreferrer noopener" }, ...inside);
    }
    return el("span", {}, ...inside);
  });
}

export function words(text, tag = "div", props = {}) {
  return el(tag, { ...props, class: `words ${props.class ?? ""}`.trim() }, ...spans(text.spans));
}

export function block(one, on) {
  switch (one.type) {
    case "divider":
      return el("hr");
    case "header":
      return words(one.text, "h3");
    case "section":
      return section(one, on);
    case "context":
      return el("div", { class: "context" }, ...one.elements.map((part) => (part.type === "image" ? picture(part) : words(part, "span"))));
    case "actions":
      return el("div", { class: "actions" }, ...one.elements.map((part) => element(one, part, on)));
    case "input":
      return input(one, on);
    case "alert":
      return words(one.text, "div", { class: `alert ${one.level ?? "default"}`, role: "note" });
    case "image":
      return el("figure", {}, picture(one), one.title ? el("figcaption", {}, one.title.words) : null);
    case "table":
      return table(one);
    case "markdown":
      return el("div", { class: "words" }, one.text);
    case "rich_text":
      return el("div", { class: "words" }, flat(one));
    default:
      return el("div", { class: "words" }, one.title ?? one.type);
  }
}

function section(one, on) {
  return el(
    "div",
    { class: "section" },
    el(
      "div",
      { class: "section-text" },
      one.text ? words(one.text) : null,
      one.fields ? el("div", { class: "fields" }, ...one.fields.map((field) => words(field))) : null,
    ),
    one.accessory ? el("div", { class: "accessory" }, element(one, one.accessory, on)) : null,
  );
}

// Nothing is loaded from elsewhere: an image shows what it says.
function picture(one) {
  return el("span", { class: "picture", role: "img", "aria-label": one.alt_text }, one.alt_text);
}

function table(one) {
  const align = (index) => `align-${one.column_settings?.[index]?.align ?? "left"}`;
  const row = (cells, tag) => el("tr", {}, ...cells.map((cell, index) => el(tag, { class: align(index) }, flat(cell))));
  const [head, ...rest] = one.rows;
  return el("div", { class: "table", tabindex: "0", role: "region", "aria-label": "Table" }, el("table", {}, el("thead", {}, row(head, "th")), el("tbody", {}, ...rest.map((cells) => row(cells, "td")))));
}

function flat(value) {
  const own = typeof value.text === "string" ? value.text : "";
  return own + (value.elements ?? []).map(flat).join("");
}

function key(one, part) {
  return `${one.block_id}/${part.action_id}`;
}

function element(one, part, on) {
  if (part.type === "button") return button(one, part, on);
  if (part.type === "overflow") {
    return menu(key(one, part), "More actions", "⋯", part.options.map((option) => ({ words: option.text.words, choose: () => on.press(one, part, option.value) })));
  }
  if (part.type === "image") return picture(part);
  if (isInput(part)) {
    const made = control(one, part, on, { label: part.placeholder?.words ?? one.text?.words ?? "Choose" });
    made.addEventListener("change", () => on.press(one, part, on.read(made)));
    return made;
  }
  return null;
}

function button(one, part, on) {
  const press = () => {
    if (part.url && !on.follow?.(part.url) && SAFE_LINK.test(part.url)) window.open(part.url, "_blank", "noreferrer,noopener");
    on.press(one, part, null);
  };
  return el("button", { type: "button", class: `button ${part.style ?? ""}`, "data-key": key(one, part), "aria-label": part.accessibility_label, onclick: press }, part.text.words);
}

function input(one, on) {
  const id = `${on.prefix}-field-${one.block_id}`;
  const error = on.errors?.[one.block_id];
  const zone = one.element.type === "datetimepicker" ? `Time in ${on.zone}` : "";
  const described = [error ? `${id}-error` : "", zone ? `${id}-zone` : "", one.hint ? `${id}-hint` : ""].filter(Boolean).join(" ");
  const made = control(one, one.element, on, { id, label: one.label.words, described, invalid: Boolean(error), required: !one.optional });
  if (one.dispatch_action) made.addEventListener("change", () => on.press(one, one.element, on.read(made)));
  const group = made.tagName === "FIELDSET";
  return el(
    "div",
    { class: error ? "input wrong" : "input" },
    group ? null : el("label", { for: id }, one.label.words, one.optional ? el("span", { class: "optional" }, " (optional)") : null),
    made,
    zone ? el("p", { class: "zone", id: `${id}-zone` }, zone) : null,
    error ? el("p", { class: "error", id: `${id}-error` }, error) : null,
    one.hint ? el("p", { class: "hint", id: `${id}-hint` }, one.hint.words) : null,
  );
}
