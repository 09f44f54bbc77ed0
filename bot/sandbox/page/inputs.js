// The controls of Block Kit's inputs, and what they hold: a string, a list of strings, or null.

import { el } from "./dom.js";

const TYPES = {
  plain_text_input: "text",
  email_text_input: "email",
  url_text_input: "url",
  number_input: "number",
  datepicker: "date",
  timepicker: "time",
  datetimepicker: "datetime-local",
};
const ONE = new Set(["static_select", "users_select", "channels_select", "conversations_select"]);
const MANY = new Set(["multi_static_select", "multi_users_select", "checkboxes"]);
const LONG = 8;

export function isInput(part) {
  return part.type in TYPES || ONE.has(part.type) || MANY.has(part.type) || part.type === "radio_buttons";
}

export function control(block, part, on, as) {
  const value = on.values?.[block.block_id]?.[part.action_id] ?? initial(part);
  const names = { "data-block": block.block_id, "data-action": part.action_id, "data-kind": part.type, "data-key": `${block.block_id}/${part.action_id}` };
  const described = { "aria-describedby": as.described || null, "aria-invalid": as.invalid ? "true" : null };
  if (MANY.has(part.type) || part.type === "radio_buttons") return boxes(part, on, as, value, { ...names, ...described });
  const props = { ...names, ...described, id: as.id, "aria-label": as.id ? null : as.label, "aria-required": as.required ? "true" : null, "data-first": part.focus_on_load };
  if (ONE.has(part.type)) return menu(part, on, value, props);
  const typed = { ...props, placeholder: part.placeholder?.words, maxlength: part.max_length ?? (part.type === "plain_text_input" ? 3000 : null), autocomplete: "off" };
  if (part.multiline) return el("textarea", { ...typed, rows: "3", value: value ?? "" });
  if (part.type === "number_input") Object.assign(typed, { min: part.min_value, max: part.max_value, step: part.is_decimal_allowed ? "any" : "1" });
  return el("input", { ...typed, type: TYPES[part.type], value: value ?? "" });
}

function initial(part) {
  if (part.initial_option) return part.initial_option.value;
  if (part.initial_options) return part.initial_options.map((one) => one.value);
  return part.initial_user ?? part.initial_users ?? part.initial_date ?? part.initial_time ?? part.initial_value ?? null;
}

function choices(part, on) {
  if (part.type.endsWith("users_select")) {
    return on.people.filter((one) => !one.note.includes("deactivated")).map((one) => ({ value: one.id, words: one.real_name, more: one.note }));
  }
  if (part.type === "channels_select" || part.type === "conversations_select") return on.channels.map((one) => ({ value: one.id, words: `#${one.name}` }));
  return (part.options ?? []).map(choice);
}

function choice(one) {
  return { value: one.value, words: one.text.words, more: one.description?.words };
}

function menu(part, on, value, props) {
  const option = (one) => el("option", { value: one.value, selected: one.value === value }, one.words);
  const groups = (part.option_groups ?? []).map((group) => el("optgroup", { label: group.label.words }, ...group.options.map(choice).map(option)));
  return el("select", props, el("option", { value: "" }, part.placeholder?.words ?? "Choose…"), ...choices(part, on).map(option), ...groups);
}

function boxes(part, on, as, value, props) {
  const type = part.type === "radio_buttons" ? "radio" : "checkbox";
  const name = `${on.prefix}-${props["data-block"]}-${props["data-action"]}`;
  const chosen = Array.isArray(value) ? value : [value];
  const grouped = (part.option_groups ?? []).flatMap((group) => group.options.map(choice));
  const all = [...choices(part, on), ...grouped];
  const box = (one, index) =>
    el(
      "label",
      {},
      el("input", { type, name, value: one.value, checked: chosen.includes(one.value), "data-key": `${props["data-key"]}/${index}` }),
      el("span", {}, el("bdi", {}, one.words), one.more ? el("small", {}, one.more) : null),
    );
  const legend = el("legend", {}, as.label, as.required === false ? el("span", { class: "optional" }, " (optional)") : null);
  if (all.length <= LONG) return el("fieldset", { ...props, class: "boxes" }, legend, ...all.map(box));
  const list = el("div", { class: "list", hidden: true }, ...all.map(box));
  const made = el("fieldset", { ...props, class: "boxes long" }, legend, ...finder(list, as.label, props["data-key"]), list);
  const open = (shown) => () => (list.hidden = !shown);
  made.querySelector("[type=search]").addEventListener("focus", open(true));
  made.querySelector("[type=search]").addEventListener("click", open(true));
  made.addEventListener("focusout", (event) => made.contains(event.relatedTarget) || open(false)());
  made.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || list.hidden) return;
    event.stopPropagation();
    made.querySelector("[type=search]").focus();
    open(false)();
  });
  return made;
}

// A box that opens a list and hides there what does not fit what is typed; what is chosen always shows, and stands above.
function finder(list, label, key) {
  const labels = [...list.children];
  const said = el("p", { class: "chosen", role: "status" });
  const search = el("input", { type: "search", placeholder: "Search…", autocomplete: "off", "aria-label": `${label}: search`, "data-key": `${key}/search` });
  const show = () => {
    const wanted = search.value.trim().toLowerCase();
    list.hidden = false;
    for (const one of labels) one.hidden = !one.querySelector("input").checked && !one.textContent.toLowerCase().includes(wanted);
    const chosen = labels.filter((one) => one.querySelector("input").checked).map((one) => one.querySelector("bdi").textContent);
    said.textContent = chosen.join(", ");
  };
  search.addEventListener("input", show);
  search.addEventListener("change", (event) => event.stopPropagation());
  search.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") labels.find((one) => !one.hidden)?.querySelector("input").focus();
    if (event.key !== "Enter" && event.key !== "ArrowDown") return;
    event.preventDefault();
    if (event.key !== "Enter" || !search.value.trim()) return;
    labels.find((one) => !one.hidden && !one.querySelector("input").checked)?.querySelector("input").click();
    search.value = "";
    show();
  });
  list.addEventListener("change", show);
  show();
  list.hidden = true;
  return [said, search];
}

export function read(made) {
  const kind = made.dataset.kind;
  const checked = [...made.querySelectorAll("input:checked")].map((one) => one.value);
  if (kind === "radio_buttons") return checked[0] ?? null;
  if (MANY.has(kind)) return checked;
  return made.value === "" ? null : made.value;
}

// Everything that is typed within a node: block id to action id to value.
export function readAll(node) {
  const values = {};
  for (const made of node.querySelectorAll("[data-kind]")) {
    values[made.dataset.block] ??= {};
    values[made.dataset.block][made.dataset.action] = read(made);
  }
  return values;
}
