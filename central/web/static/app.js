// Pages work without this. It tells how old what is shown is, and sends a form once, however often it is pressed.
"use strict";
(() => {
  const STALE_MS = 5000;
  const TICK_MS = 1000;
  const note = document.querySelector("[data-stale-note]");
  const stream = document.querySelector("[data-live]");
  // A copy that was kept for when there is no network says when it was news.
  const kept = document.documentElement.dataset.keptAt;
  let heardMs = kept ? Date.parse(kept) : Date.now();

  const heard = () => { heardMs = Date.now(); };
  if (stream) {
    for (const event of ["beat", "ended", "htmx:sse:after:message", "htmx:sse:after:connection"]) {
      stream.addEventListener(event, heard);
    }
  }
  let ended = false;
  if (stream) stream.addEventListener("ended", () => { ended = true; });

  const showStale = () => {
    const isStale = Boolean(stream) && !ended && Date.now() - heardMs > STALE_MS;
    if (isStale === document.body.hasAttribute("data-stale")) return;
    document.body.toggleAttribute("data-stale", isStale);
    note.hidden = !isStale;
    if (isStale) note.textContent = note.dataset.words.replace("{time}", new Date(heardMs).toLocaleTimeString(document.documentElement.lang));
  };

  // The same words as figures.py: the two biggest units.
  const duration = (seconds) => {
    const s = Math.max(0, Math.floor(seconds));
    if (s < 60) return `${s}\u00a0s`;
    if (s < 3600) return `${Math.floor(s / 60)}\u00a0min`;
    if (s < 86400) return `${Math.floor(s / 3600)}\u00a0h\u00a0${String(Math.floor(s % 3600 / 60)).padStart(2, "0")}\u00a0min`;
    return `${Math.floor(s / 86400)}\u00a0d\u00a0${Math.floor(s % 86400 / 3600)}\u00a0h`;
  };
  const showAges = () => {
    for (const element of document.querySelectorAll("time[data-age]")) {
      const text = duration((Date.now() - Date.parse(element.dateTime)) / 1000);
      const words = element.dataset.age.replace("{}", text);
      if (element.textContent !== words) element.textContent = words;
    }
  };
  setInterval(() => { showStale(); showAges(); }, TICK_MS);
  document.addEventListener("htmx:after:swap", showAges);

  // A form that asks for something at a charge point is sent once. Where no answer comes, nobody knows whether it arrived:
  // the form says so, and the same one may be sent again, since what it carries counts once.
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.matches("form[data-once]")) return;
    event.preventDefault();
    const button = event.submitter;
    if (form.dataset.sent) return;
    form.dataset.sent = "1";
    if (button) button.disabled = true;
    const problem = form.querySelector("[data-unknown]");
    const sending = form.querySelector("[data-sending]");
    if (problem) problem.hidden = true;
    if (sending) sending.hidden = false;
    try {
      const body = new URLSearchParams(new FormData(form, button));
      const answer = await fetch(form.action, {method: "POST", body});
      if (answer.redirected) { window.location.assign(answer.url); return; }
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      document.getElementById("main").replaceWith(page.getElementById("main"));
      document.getElementById("main").focus();
    } catch {
      if (problem) { problem.hidden = false; problem.focus(); }
    }
    if (sending) sending.hidden = true;
    delete form.dataset.sent;
    if (button) button.disabled = false;
  });
})();
