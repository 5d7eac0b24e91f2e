// Keeps an open page up to date: when the server says that something has changed, the page is fetched anew and its content
// replaced. Who reads by keyboard stays where they are; who fills in a form or has marked a text is not disturbed.
"use strict";
(() => {
  const main = document.getElementById("main");
  const connection = document.getElementById("connection");
  // Pages that ask a target are read again only by whoever wants to.
  if (main.hasAttribute("data-still")) return;
  let busy = false, again = false;

  const isOccupied = () => {
    const marked = document.getSelection();
    return document.hidden || main.querySelector("form :focus")
      || (marked && !marked.isCollapsed && main.contains(marked.anchorNode));
  };
  // What an element is, in a page that was made anew.
  const alike = element => [...main.querySelectorAll(element.tagName)].filter(other =>
    ["href", "aria-label", "id"].every(name => other.getAttribute(name) === element.getAttribute(name)));

  const refresh = async () => {
    if (isOccupied()) return;
    if (busy) { again = true; return; }
    busy = true;
    try {
      const answer = await fetch(location.href, { headers: { accept: "text/html" } });
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.getElementById("main");
      if (!fresh || fresh.innerHTML === main.innerHTML || isOccupied()) return;
      const focus = main.contains(document.activeElement) && document.activeElement !== main ? document.activeElement : null;
      const place = focus ? alike(focus).indexOf(focus) : -1;
      main.replaceChildren(...fresh.childNodes);
      document.title = page.title;
      if (focus) (alike(focus)[place] || main).focus({ preventScroll: true });
    } catch {
      // The next change, or the reader, tries again.
    } finally {
      busy = false;
      if (again) { again = false; refresh(); }
    }
  };
  const events = new EventSource("/events");
  events.addEventListener("change", refresh);
  events.addEventListener("open", () => { connection.textContent = ""; refresh(); });
  events.addEventListener("error", () => { connection.textContent = "The server does not answer; this page may be old."; });
  document.addEventListener("visibilitychange", refresh);
})();
