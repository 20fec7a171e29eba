/** The server's answers, and its problems (RFC 9457) as errors. */

import * as entry from "./entry.js";

export class Problem extends Error {
  constructor(status, detail, missing = null) {
    super(detail);
    this.status = status; // 0 when no answer came at all
    this.missing = missing; // {parts, filters} of the question that name what is not there
  }

  /** Whether the same question may be answered a little later. */
  get passes() {
    return this.status === 0 || this.status === 503;
  }
}

export const search = (question, signal) =>
  call("/api/search", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(question),
    signal,
  });

/** @param kind "drawing" or "photo" */
export const upload = (file, kind) =>
  call(`/api/uploads?kind=${kind}`, {
    method: "POST",
    headers: { "Content-Type": "application/octet-stream" },
    body: file,
  });

export const status = () => call("/api/status", { cache: "no-store" });

export const skipped = () => call("/api/skipped", { cache: "no-store" });

export const folders = () => call("/api/folders", { cache: "no-store" });

/** What can be asked with in words. */
export const words = () => call("/api/words", { cache: "no-store" });

/** What is known of a picture. */
export const picture = (id) => call(`/api/pictures/${id}`);

/** Show a picture in the file manager of the machine that serves. */
export const show = (hit) => call(`${hit.original}/show`, { method: "POST", headers: { "Content-Type": "application/json" }, body: "{}" });

/** The bytes of a picture or of its small copy; null where they are not to be had. */
export async function bytes(url) {
  const response = await fetch(url).catch(() => null);
  return response?.ok ? response.blob() : null;
}

export const zipOf = (ids) => `/api/zip?${new URLSearchParams(ids.map((id) => ["ids", id]))}`;

async function call(url, options) {
  let response;
  try {
    await entry.arrived;
    response = await fetch(url, options);
    while (response.status === 401 && (await entry.asked())) response = await fetch(url, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem(0, "The server does not answer. Is sketchseek still running?");
  }
  const answer = await response.json().catch((error) => {
    if (error.name === "AbortError") throw error;
    return {};
  });
  if (!response.ok) throw new Problem(response.status, answer.detail ?? `The server answered ${response.status}.`, answer.missing);
  return answer;
}
