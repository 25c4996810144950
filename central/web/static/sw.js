// Shows notices that are pushed here; and without a network a charge's page as it was seen last, and the files that it
// needs. Nothing else is kept, and nothing outlives the sign-in that could see it.
"use strict";
const ASSETS = "assets";
const CHARGES = "charges";
const ENDS = ["/sign-out", "/sign-in", "/me/erase"];

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

// An asset's name tells its content, so that what is kept is never old.
const asset = async (request) => {
  const kept = await caches.match(request);
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok) await (await caches.open(ASSETS)).put(request, answer.clone());
  return answer;
};

const charge = async (request) => {
  const path = new URL(request.url).pathname;
  try {
    const answer = await fetch(request);
    if (!answer.ok || answer.redirected) await (await caches.open(CHARGES)).delete(path);
    return answer;
  } catch (error) {
    const kept = await (await caches.open(CHARGES)).match(path);
    if (kept) return kept;
    throw error;
  }
};

const ending = async (request) => {
  await caches.delete(CHARGES);
  return fetch(request);
};

self.addEventListener("fetch", (event) => {
  const {request} = event;
  const url = new URL(request.url);
  if (url.origin !== self.location.origin) return;
  if (request.method === "POST" && ENDS.includes(url.pathname)) event.respondWith(ending(request));
  if (request.method !== "GET") return;
  if (url.pathname.startsWith("/assets/")) event.respondWith(asset(request));
  else if (request.mode === "navigate" && url.pathname.startsWith("/c/")) event.respondWith(charge(request));
});

// The same notice twice has one tag, and is shown once.
self.addEventListener("push", (event) => {
  const {title, body, path, tag, lang} = event.data.json();
  event.waitUntil(self.registration.showNotification(title, {body, tag, lang, data: path}));
});

// Its page: in a window that shows it already, else in a new one. A page of this server, whatever was pushed.
const opened = async (path) => {
  const url = new URL(path, self.location.origin);
  const there = url.origin === self.location.origin ? url.href : self.location.origin;
  const windows = await self.clients.matchAll({type: "window"});
  const one = windows.find((each) => each.url === there);
  return one ? one.focus() : self.clients.openWindow(there);
};

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(opened(event.notification.data));
});
