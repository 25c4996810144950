// Keeps a charge's page as it was seen last, for when there is no network (sw.js gives it then), and leaves that copy as
// soon as there is one again.
"use strict";
(() => {
  const AGAIN_MS = 5000;
  const root = document.documentElement;
  if (!("serviceWorker" in navigator)) return;
  navigator.serviceWorker.register("/sw.js");

  if (root.dataset.keptAt) {
    setInterval(async () => {
      try { if ((await fetch(window.location.href)).status) window.location.reload(); } catch { /* not yet */ }
    }, AGAIN_MS);
    return;
  }
  const keep = async () => {
    const copy = root.cloneNode(true);
    copy.dataset.keptAt = new Date().toISOString();
    copy.querySelector("#plot")?.replaceChildren();
    copy.querySelector("body").removeAttribute("data-stale");
    const page = new Response(`<!doctype html>${copy.outerHTML}`, {headers: {"Content-Type": "text/html; charset=utf-8"}});
    await (await caches.open("charges")).put(window.location.pathname, page);
  };
  const stream = document.querySelector("[data-live][data-keep]");
  if (!stream || !window.caches) return;
  stream.addEventListener("htmx:sse:after:message", keep);
  keep();
})();
