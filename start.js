// Starts the app. A file of its own because the page's Content-Security-Policy allows no script inside the page.
//
// The two addresses are in the head of the page, and with them the hashes: the module's is checked by its
// `modulepreload` link, the WebAssembly's by the fetch here (a preload for a fetch checks nothing by itself).
const preload = document.querySelector('link[rel="preload"][type="application/wasm"]');
const module = document.querySelector('meta[name="latchbook-module"]').content;

// A panic is a trap in the WebAssembly: from then on nothing in the page answers. Where it comes from decides which of
// the two events there is: a press of a button, or something that was waited for.
addEventListener("error", ({ error }) => stoppedBy(error));
addEventListener("unhandledrejection", ({ reason }) => stoppedBy(reason));

function stoppedBy(error) {
  // What stops once goes on stumbling.
  if (!(error instanceof WebAssembly.RuntimeError) || document.getElementById("stopped")) return;
  const dialog = document.createElement("dialog");
  dialog.id = "stopped";
  dialog.className = "dialog dialog-stopped";
  dialog.setAttribute("role", "alertdialog");
  dialog.setAttribute("aria-labelledby", "stopped-title");
  dialog.setAttribute("aria-describedby", "stopped-text");
  dialog.setAttribute("closedby", "none");
  dialog.innerHTML = `<div class="dialog-frame">
    <h2 class="dialog-title" id="stopped-title">Latchbook has stopped</h2>
    <p class="dialog-body" id="stopped-text">Something went wrong in the program. Nothing that was saved is lost: reload the page to go on.</p>
    <div class="dialog-footer"><button class="button button-primary" type="button">Reload</button></div>
  </div>`;
  dialog.querySelector("button").addEventListener("click", () => location.reload());
  // Browsers that do not know `closedby` close it on Escape.
  dialog.addEventListener("close", () => dialog.showModal());
  document.body.append(dialog);
  dialog.showModal();
}

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
