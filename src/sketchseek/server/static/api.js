/** The server's answers, and its problems (RFC 9457) as errors. */

export class Problem extends Error {
  constructor(status, detail) {
    super(detail);
    this.status = status; // 0 when no answer came at all
  }

  /** Whether the same question may be answered a little later. */
  get passes() {
    return this.status === 0 || this.status === 503;
  }
}

export const search = (strokes, k, signal) =>
  call("/api/search", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ strokes, k }),
    signal,
  });

export const status = () => call("/api/status", { cache: "no-store" });

async function call(url, options) {
  let response;
  try {
    response = await fetch(url, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem(0, "The server does not answer. Is sketchseek still running?");
  }
  const answer = await response.json().catch(() => ({}));
  if (!response.ok) throw new Problem(response.status, answer.detail ?? `The server answered ${response.status}.`);
  return answer;
}
