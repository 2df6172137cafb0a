// Receives pushes where no page is open. What is shown says that there is something, never what: telephones show it on
// a locked screen. Nothing is cached and no request is answered here.
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

function read(data) {
  try {
    return data ? data.json() : {};
  } catch {
    return {};
  }
}

self.addEventListener("push", (event) => {
  const told = read(event.data);
  const url = typeof told.url === "string" && /^\/(?!\/)/.test(told.url) ? told.url : "/notices/";
  const shown = { body: told.body || "", tag: url, data: { url } };
  event.waitUntil(self.registration.showNotification(told.title || "Guanxi", shown));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(self.clients.openWindow(event.notification.data.url));
});
