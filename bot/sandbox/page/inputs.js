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

export function isInput(part) {
  return part.type in TYPES || ONE.has(part.type) || MANY.has(part.type) || part.type === "radio_buttons";
}

export function control(block, part, on, as) {
  const value = on.values?.[block.block_id]?.[part.action_id] ?? initial(part);
  const names = { "data-block": block.block_id, "data-action": part.action_id, "data-kind": part.type, "data-key": `${block.block_id}/${part.action_id}` };
  const described = { "aria-describedby": as.described || null, "aria-invalid": as.invalid ? "true" : null };
  if (MANY.has(part.type) || part.type === "radio_buttons") return boxes(part, on, as, value, { ...names, ...described });
  const props = { ...names, ...described, id: as.id, "aria-label": as.id ? null : as.label, "aria-required": as.required ? "true" : null, autofocus: part.focus_on_load };
  if (ONE.has(part.type)) return menu(part, on, value, props);
  const typed = { ...props, placeholder: part.placeholder?.words, maxlength: part.max_length ?? (part.type === "plain_text_input" ? 3000 : null) };
  if (part.multiline) return el("textarea", { ...typed, rows: "4", value: value ?? "" });
  if (part.type === "number_input") Object.assign(typed, { min: part.min_value, max: part.max_value, step: part.is_decimal_allowed ? "any" : "1" });
  return el("input", { ...typed, type: TYPES[part.type], value: value ?? "" });
}

function initial(part) {
  if (part.initial_option) return part.initial_option.value;
  if (part.initial_options) return part.initial_options.map((one) => one.value);
  return part.initial_user ?? part.initial_users ?? part.initial_date ?? part.initial_time ?? part.initial_value ?? null;
}

function choices(part, on) {
  if (part.type.endsWith("users_select")) return on.people.map((one) => ({ value: one.id, words: one.real_name }));
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
  const name = `${props["data-block"]}-${props["data-action"]}`;
  const chosen = Array.isArray(value) ? value : [value];
  const grouped = (part.option_groups ?? []).flatMap((group) => group.options.map(choice));
  const list = [...choices(part, on), ...grouped];
  const box = (one, index) =>
    el(
      "label",
      {},
      el("input", { type, name, value: one.value, checked: chosen.includes(one.value), "data-key": `${props["data-key"]}/${index}` }),
      el("span", {}, one.words, one.more ? el("small", {}, one.more) : null),
    );
  const legend = el("legend", {}, as.label, as.required === false ? el("span", { class: "optional" }, " (optional)") : null);
  return el("fieldset", { ...props, class: list.length > 8 ? "boxes long" : "boxes" }, legend, ...list.map(box));
}

export function read(made) {
  const kind = made.dataset.kind;
  if (kind === "radio_buttons") return made.querySelector("input:checked")?.value ?? null;
  if (MANY.has(kind)) return [...made.querySelectorAll("input:checked")].map((one) => one.value);
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
