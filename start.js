// Starts the app. A file of its own because the page's Content-Security-Policy allows no script inside the page.
//
// The two addresses are in the head of the page, and with them the hashes: the module's is checked by its
// `modulepreload` link, the WebAssembly's by the fetch here (a preload for a fetch checks nothing by itself).
const preload = document.querySelector('link[rel="preload"][type="application/wasm"]');
const module = document.querySelector('meta[name="latchbook-module"]').content;

try {
  const response = fetch(preload.href, { integrity: preload.dataset.integrity, credentials: "same-origin" });
  const { default: start } = await import(module);
  await start({ module_or_path: response });
} catch (error) {
  console.error(error);
  const notice = document.createElement("p");
  notice.setAttribute("role", "alert");
  notice.textContent = `Latchbook could not start (${error.message}). Reload the page; if that does not help, update the browser.`;
  document.body.append(notice);
}
