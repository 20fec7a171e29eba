/**
 * The token that a server may ask for. It comes in the address behind the #, which browsers send to no server, or is
 * typed in; either way it is exchanged for a cookie that scripts cannot read, and leaves the address bar.
 */

import { $ } from "./dom.js";

const MARK = "#token=";

/** Settles once a token in the address has been handed in. */
export let arrived = taken();
addEventListener("hashchange", () => (arrived = taken()));

async function taken() {
  if (!location.hash.startsWith(MARK)) return;
  const token = location.hash.slice(MARK.length);
  history.replaceState(null, "", location.pathname);
  if (await handedIn(token)) $("entry").close("right");
}

/** @returns whether the server knows the token, and so gave this browser its cookie */
async function handedIn(token) {
  try {
    const headers = { Authorization: `Bearer ${token}` };
    return (await fetch("/api/session", { method: "POST", headers })).ok;
  } catch {
    return false; // no answer, or signs that no token has
  }
}

let open = null; // the question to the user, while it is open

/** Ask for the token, once for all requests that need it. @returns whether it is there now */
export function asked() {
  open ??= ask().finally(() => (open = null));
  return open;
}

function ask() {
  const [dialog, field, wrong] = [$("entry"), $("entry-token"), $("entry-wrong")];
  wrong.hidden = true;
  field.value = dialog.returnValue = "";
  dialog.showModal();
  $("entry-form").onsubmit = async (event) => {
    event.preventDefault();
    wrong.hidden = await handedIn(field.value.trim());
    if (wrong.hidden) dialog.close("right");
    else field.select();
  };
  return new Promise((settle) => (dialog.onclose = () => settle(dialog.returnValue === "right")));
}
