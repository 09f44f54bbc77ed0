// Business time at the top of the page: what it is, and the buttons that move it on.

import { notice, sendAct } from "./server.js";

const at = (id) => document.getElementById(id);
const next = () => at("deadline");

// `who`: tells whose zone the time is meant in; `moved`: called afterwards.
export function startClock(who, moved) {
  const move = async (how) => {
    const result = await sendAct({ do: "clock", as: who(), ...how });
    if (result.trouble) notice(result.trouble);
    await moved();
  };
  for (const button of document.querySelectorAll("[data-minutes]")) {
    button.addEventListener("click", () => move({ minutes: button.dataset.minutes }));
  }
  next().addEventListener("click", () => next().getAttribute("aria-disabled") !== "true" && move({ deadline: true }));
  at("clock-to").addEventListener("submit", (event) => {
    event.preventDefault();
    move({ to: at("to").value });
  });
}

export function tell(now) {
  if (at("now").textContent !== now.text) at("now").textContent = now.text;
  if (document.activeElement !== at("to") && !(at("to").value > now.local)) at("to").value = now.local;
  at("to-zone").textContent = `Time in ${now.zone}`;
  at("to").title = `Time in ${now.zone}`;
  const words = now.next ? `To the next deadline, ${now.next}` : "No deadline waits";
  if (next().textContent === words) return;
  next().textContent = words;
  next().setAttribute("aria-disabled", String(!now.next));
}
