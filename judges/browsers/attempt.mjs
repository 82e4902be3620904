// What the script of a page can try. This function runs in the page: it knows nothing from outside.

/**
 * Tries each case: `how`, `url`, `method`, and for fetches `headers`, `body` and `mode`, for forms
 * `fields` as well. Answers for each what the script could read, or `null`.
 */
export async function attempt(cases) {
  const AT_ONCE = 8;
  // For what does not say when it has ended, a download for one; it was sent long before.
  const LIMIT = 5000;

  const pause = (milliseconds) => new Promise((resolve) => setTimeout(() => resolve(null), milliseconds));
  const ended = (element, { patience = LIMIT }, add) => {
    add();
    const end = new Promise((resolve) => (element.onload = element.onerror = () => resolve(null)));
    return Promise.race([end, pause(patience)]);
  };
  const frame = (attributes) => {
    const made = document.createElement("iframe");
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    document.body.append(made);
    return made;
  };
  const form = (owner, { url, method, fields, enctype }, target) => {
    const made = owner.createElement("form");
    Object.assign(made, { action: url, method, enctype });
    if (target) made.target = target;
    for (const [name, value] of Object.entries(fields ?? { x: "1" })) {
      const field = owner.createElement("textarea");
      Object.assign(field, { name, value });
      made.append(field);
    }
    owner.body.append(made);
    return made;
  };
  const post = (enctype) => async (one) => {
    const name = `frame${Math.random()}`;
    const into = frame({ name });
    await ended(into, one, () => form(document, { ...one, method: "post", enctype }, name).submit());
    into.remove();
    return null;
  };

  const ways = {
    fetch: async ({ url, method, headers, body, mode, credentials, patience = 20_000 }) => {
      const init = { method, headers, body, mode, credentials, signal: AbortSignal.timeout(patience) };
      const answer = await fetch(url, init);
      if (answer.type === "opaque") return null;
      const requestId = answer.headers.get("lambda-runtime-aws-request-id");
      return { status: answer.status, requestId, text: (await answer.text()).slice(0, 100_000) };
    },
    beacon: async ({ url }) => (navigator.sendBeacon(url, "{}"), null),
    "form urlencoded": post("application/x-www-form-urlencoded"),
    "form text": post("text/plain"),
    "form multipart": post("multipart/form-data"),
    // Its origin is opaque: `Origin: null`.
    "form sandboxed": async (one) => {
      const made = form(document, { ...one, method: "post" });
      const markup = `${made.outerHTML}<script>onload = () => setTimeout(() => document.forms[0].submit())</script>`;
      made.remove();
      const into = document.createElement("iframe");
      into.setAttribute("sandbox", "allow-forms allow-scripts");
      into.srcdoc = markup;
      let loads = 0;
      const end = new Promise((resolve) => (into.onload = () => ++loads === 2 && resolve()));
      document.body.append(into);
      await Promise.race([end, pause(LIMIT)]);
      into.remove();
      return null;
    },
    image: (one) => {
      const made = new Image();
      return ended(made, one, () => (made.src = one.url));
    },
    script: async (one) => {
      const made = document.createElement("script");
      await ended(made, one, () => ((made.src = one.url), document.head.append(made)));
      made.remove();
      return null;
    },
    iframe: async (one) => {
      const made = document.createElement("iframe");
      await ended(made, one, () => ((made.src = one.url), document.body.append(made)));
      let text = null;
      try {
        text = made.contentDocument?.body?.innerText || null;
      } catch {
        // Of another origin.
      }
      made.remove();
      return text && { text };
    },
    websocket: async ({ url, patience = LIMIT }) => {
      const socket = new WebSocket(url.replace("http:", "ws:"));
      const end = new Promise((resolve) => {
        socket.onopen = () => resolve({ text: "open" });
        socket.onclose = () => resolve(null);
      });
      const read = await Promise.race([end, pause(patience)]);
      // The browser connects one socket at a time to an address: one that waits would hold up all others.
      socket.close();
      return read;
    },
    window: async ({ url, patience = LIMIT }) => {
      const opened = window.open(url);
      const until = performance.now() + patience;
      const isThere = () => {
        try {
          return opened.location.href !== "about:blank";
        } catch {
          return true;
        }
      };
      while (!isThere() && performance.now() < until) await pause(20);
      opened.close();
      return null;
    },
  };

  const results = new Array(cases.length).fill(null);
  const waiting = cases.entries();
  const worker = async () => {
    for (const [index, one] of waiting) {
      try {
        results[index] = await ways[one.how](one);
      } catch {
        // The browser did not let it through, or did not let the script read it.
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return results;
}
