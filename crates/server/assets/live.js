// Keeps an open page up to date: when the server says that something has changed, the page is fetched anew and its content
// replaced, unless somebody is filling in a form.
"use strict";
(() => {
  let busy = false;
  const refresh = async () => {
    const main = document.getElementById("main");
    if (busy || document.hidden || main.querySelector("form :focus")) return;
    busy = true;
    try {
      const answer = await fetch(location.href, { headers: { accept: "text/html" } });
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.getElementById("main");
      if (fresh && fresh.innerHTML !== main.innerHTML) main.replaceChildren(...fresh.childNodes);
    } catch {
      // The next change, or the reader, tries again.
    } finally {
      busy = false;
    }
  };
  new EventSource("/events").addEventListener("change", refresh);
  document.addEventListener("visibilitychange", refresh);
})();
