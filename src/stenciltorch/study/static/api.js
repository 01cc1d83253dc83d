/** Questions and answers to and from the server. What fails for want of a connection is tried again until it succeeds. */

const SLOWEST = 15_000;

export class Refused extends Error {
  /** @param {number} status @param {string} word @param {string} detail */
  constructor(status, word, detail) {
    super(detail);
    this.status = status;
    this.word = word;
  }
}

/** What may pass by waiting: no connection, a busy or restarting server. */
const passes = (error) => !(error instanceof Refused) || error.status >= 500 || error.status === 429;

async function once(method, path, code, body) {
  const headers = code ? { Authorization: `Bearer ${code}` } : {};
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const answer = await fetch(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body), cache: "no-store" });
  if (answer.ok) return answer.json();
  const told = await answer.json().catch(() => ({}));
  throw new Refused(answer.status, told.error ?? "", told.detail ?? "");
}

/** Until the time is over or the browser says that it is online again. @param {number} milliseconds */
const pause = (milliseconds) =>
  new Promise((done) => {
    const timer = setTimeout(finish, milliseconds);
    function finish() {
      clearTimeout(timer);
      removeEventListener("online", finish);
      done();
    }
    addEventListener("online", finish);
  });

export class Api {
  /** @param {(waiting: boolean) => void} onTrouble told when the connection is lost and when it is back */
  constructor(onTrouble) {
    this.onTrouble = onTrouble;
    this.code = "";
  }

  async #ask(method, path, body) {
    for (let wait = 500; ; wait = Math.min(2 * wait, SLOWEST)) {
      try {
        const found = await once(method, path, this.code, body);
        this.onTrouble(false);
        return found;
      } catch (error) {
        if (!passes(error)) {
          this.onTrouble(false);
          throw error;
        }
        this.onTrouble(true);
        await pause(wait);
      }
    }
  }

  study = () => this.#ask("GET", "/api/study");
  question = () => this.#ask("GET", "/api/question");
  enrol = () => this.#ask("POST", "/api/raters", { code: this.code, consent: true });
  withdraw = () => this.#ask("DELETE", "/api/rater");

  /** @param {{position: number, value: number, milliseconds: number, screen: string}} answer @returns the next question */
  answer = ({ position, ...rest }) => this.#ask("PUT", `/api/answers/${position}`, rest);
}
