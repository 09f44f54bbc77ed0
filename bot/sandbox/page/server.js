// What the page asks of the sandbox.

export async function fetchScreen(looking) {
  const answer = await fetch(`/page/screen?${new URLSearchParams(looking)}`);
  return answer.json();
}

// An act of a person: { trouble, errors }, where trouble is what went wrong, in words.
export async function sendAct(what) {
  try {
    const answer = await fetch("/page/act", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(what),
    });
    const result = await answer.json();
    if (!answer.ok) notice(result.trouble ?? "That did not work.");
    return result;
  } catch {
    notice("The sandbox does not answer.");
    return { trouble: "The sandbox does not answer.", errors: {} };
  }
}

let ends;

// Says something to whoever looks at the page, for some seconds.
export function notice(said) {
  clearTimeout(ends);
  document.getElementById("notice").textContent = said;
  ends = setTimeout(() => notice(""), 5000);
}
