/**
 * Search while drawing: at most one request in flight, while a gesture lasts at most one start per INTERVAL, and
 * always the newest question next. Answers come back in the order of their questions, so none overwrites a newer one.
 */

const INTERVAL = 350; // ms between starts while a gesture lasts
const PATIENCE = 2000; // ms before a question that could not be answered is asked again

export class LiveSearch {
  #ask;
  #on;
  #wanted = false;
  #flight = null;
  #timer = 0;
  #earliest = 0;

  /**
   * @param ask (signal) => Promise of an answer for the question as it is now
   * @param on {answer, problem, busy}: called with an answer, a Problem, or whether an answer is due
   */
  constructor(ask, on) {
    this.#ask = ask;
    this.#on = on;
  }

  /**
   * The question changed.
   * @param stale whether the answer on its way is of no use any more; while a stroke grows it still is
   * @param done whether the question stays as it is now, as at the end of a stroke: then nothing is waited for
   */
  refresh({ stale = false, done = false } = {}) {
    this.#wanted = true;
    if (stale || done) this.#drop();
    this.#on.busy(true);
    if (!done) return this.#schedule();
    this.#cancel();
    this.#start(); // at once: a timer would let a frame be drawn before
  }

  /** There is nothing to look for any more; an answer still on its way is dropped. */
  stop() {
    this.#wanted = false;
    this.#cancel();
    this.#drop();
    this.#on.busy(false);
  }

  #drop() {
    this.#flight?.abort();
    this.#flight = null;
  }

  #cancel() {
    clearTimeout(this.#timer);
    this.#timer = this.#earliest = 0;
  }

  #schedule() {
    if (!this.#wanted || this.#flight || this.#timer) return;
    this.#timer = setTimeout(() => this.#start(), Math.max(0, this.#earliest - performance.now()));
  }

  async #start() {
    const flight = new AbortController();
    this.#timer = 0;
    this.#wanted = false;
    this.#flight = flight;
    this.#earliest = performance.now() + INTERVAL;
    try {
      const answer = await this.#ask(flight.signal);
      if (!flight.signal.aborted) this.#on.answer(answer);
    } catch (error) {
      if (flight.signal.aborted) return;
      this.#on.problem(error);
      if (error.passes) {
        this.#wanted = true;
        this.#earliest = performance.now() + PATIENCE;
      }
    } finally {
      if (this.#flight === flight) {
        this.#flight = null;
        this.#on.busy(this.#wanted);
        this.#schedule();
      }
    }
  }
}
