// Asks this browser's push service for an address, and sends it with the form: then notices come here, by sw.js. Where the
// browser has no such thing (no https, an old one), the form goes on saying so.
"use strict";
(async () => {
  const form = document.querySelector("form[data-push]");
  const isAble = "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
  if (!form || !window.isSecureContext || !isAble) return;
  const note = form.querySelector("[data-push-note]");
  const button = form.querySelector("button");
  const say = (words) => { note.textContent = words; note.hidden = !words; };

  const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
  // As central/people/devices.py names a device.
  const idOf = async (endpoint) => {
    const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(endpoint)));
    return Array.from(hash.slice(0, 8), (byte) => byte.toString(16).padStart(2, "0")).join("");
  };

  await navigator.serviceWorker.register("/sw.js");
  const {pushManager} = await navigator.serviceWorker.ready;
  const now = await pushManager.getSubscription();
  const isTold = now && Notification.permission === "granted"
    && document.querySelector(`[data-device="${await idOf(now.endpoint)}"]`);
  say(isTold ? form.dataset.here : "");
  button.hidden = Boolean(isTold);

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (await Notification.requestPermission() !== "granted") { say(form.dataset.blocked); return; }
    button.disabled = true;
    try {
      // One that was made under another key of this server is worth nothing.
      await (await pushManager.getSubscription())?.unsubscribe();
      const options = {userVisibleOnly: true, applicationServerKey: bytes(form.dataset.key)};
      const {endpoint, keys} = (await pushManager.subscribe(options)).toJSON();
      for (const [name, value] of Object.entries({endpoint, p256dh: keys.p256dh, auth: keys.auth})) {
        form.elements.namedItem(name).value = value;
      }
      form.submit();
    } catch {
      say(form.dataset.failed);
      button.disabled = false;
    }
  });
})();
