// Passkeys: a field of a form gets what the browser's passkey says, and the form is sent like any.
// Where the browser knows none, or is at another address than theirs, the forms stay away and a
// sentence in their place says where they are.
(() => {
  "use strict";

  const { PublicKeyCredential: Passkey } = globalThis;
  const known = Passkey?.parseCreationOptionsFromJSON && Passkey.parseRequestOptionsFromJSON && Passkey.prototype.toJSON;

  const made = (options) =>
    navigator.credentials.create({ publicKey: Passkey.parseCreationOptionsFromJSON(options) });
  const shown = async (address) => {
    const answer = await fetch(address, { method: "POST" });
    if (!answer.ok) throw new Error(String(answer.status));
    const publicKey = Passkey.parseRequestOptionsFromJSON(await answer.json());
    return navigator.credentials.get({ publicKey });
  };

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    if (!known || location.hostname !== form.dataset.passkey) continue;
    form.hidden = false;
    for (const each of document.querySelectorAll("[data-passkey-without]")) each.hidden = true;
    const { credential } = form.elements;
    if (!credential) continue;
    const failed = form.querySelector("[data-failed]");
    const button = form.querySelector("button");
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      failed.hidden = true;
      button.disabled = true;
      try {
        const { ask, options } = form.dataset;
        credential.value = JSON.stringify(await (ask ? shown(ask) : made(JSON.parse(options))));
        form.submit();
      } catch {
        failed.hidden = false;
        button.disabled = false;
        button.focus();
      }
    });
  }
})();
