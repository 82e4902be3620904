// The page of a local stage. Everything goes through the doors that docs/local-stage.md describes, so that a
// script can do the same.

const MOST_TURNS = 200;
const MOST_CALLS = 20;
// People and devices of the story that each deployment tells; they are nobody's whom one looks for.
const STORY = /^ada\.story\.[0-9a-f]{8}@example\.com$|^\+14259\d{6}$/;

const $ = (id) => document.getElementById(id);

/** An element; of its attributes, functions are listeners, and `null` or `false` leave one out. */
function el(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") made.addEventListener(name, value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== null && value !== undefined && value !== false) made.setAttribute(name, value);
  }
  made.append(...children.flat(3).filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

const button = (name, kind, act, attributes = {}) =>
  el("button", { type: "button", class: kind, click: guarded(act), ...attributes }, name);

/** Replaces what is in a part of the page, if it is another; what had the focus keeps it, what was open stays so. */
const shown = new Map();
function show(id, of, render) {
  const told = JSON.stringify(of);
  if (shown.get(id) === told) return;
  shown.set(id, told);
  const part = $(id);
  const held = part.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  const folds = () => [...part.querySelectorAll("details")];
  const open = new Set(folds().filter((fold) => fold.open).map((fold) => fold.firstChild.textContent));
  part.replaceChildren(...[render()].flat(2).filter(Boolean));
  for (const fold of folds()) if (open.has(fold.firstChild.textContent)) fold.open = true;
  if (held) part.querySelector(`[data-key="${CSS.escape(held)}"]`)?.focus();
}

// ---- The doors

const calls = [];

async function call(method, path, body) {
  if (method !== "GET") {
    calls.unshift(`curl -X ${method} "$DEVICE${path}" -H "authorization: Bearer $TOKEN" -H "content-type: application/json" -d '${JSON.stringify(body ?? {}).replaceAll("'", "'\\''")}'`);
    calls.length = Math.min(calls.length, MOST_CALLS);
    show("calls", calls, () => calls.map((line) => el("pre", {}, line)));
  }
  const answer = await fetch(path, {
    method,
    headers: method === "GET" ? {} : { "content-type": "application/json" },
    body: method === "GET" ? undefined : JSON.stringify(body ?? {}),
  });
  const document = await answer.json().catch(() => ({}));
  if (answer.status === 401) throw new Error("This stage has ended, or another one has begun. Open the address that `cargo xtask local` prints.");
  if (!answer.ok) throw new Error(document.error ?? `${method} ${path} was answered ${answer.status}.`);
  return document;
}

const get = (path) => call("GET", path);
const post = (path, body) => call("POST", path, body);

function problem(text) {
  $("problem").textContent = text;
  $("problem").hidden = !text;
}

/** A listener whose failure the page shows. */
function guarded(act) {
  return async (event) => {
    try {
      problem("");
      await act(event);
    } catch (error) {
      problem(error.message);
    }
  };
}

// ---- Who speaks

const customer = () => $("customer").value.trim();
const voice = () => $("voice").value.trim();
const device = () => $("device").value.trim() || `amzn1.ask.device.${(customer() || "local").toUpperCase()}`;
const whose = (path, more = {}) => {
  const query = new URLSearchParams({ ...(customer() && { customer: customer() }), ...more }).toString();
  return query ? `${path}?${query}` : path;
};

// ---- The conversation

const turns = [];
const said = [];
let recalled = 0;
let last = 0;
let selected = null;
/** Turns up to this number belong to an earlier conversation. */
let before = 0;
/** What was heard before, of replayed turns where it is something else now. */
const changed = new Map();

async function readTurns() {
  const { turns: newer } = await get(`/turns?after=${last}`);
  // Two answers may come at the same time.
  for (const turn of newer.filter((one) => one.turn > last)) {
    last = turn.turn;
    turns.push(turn);
  }
  turns.splice(0, turns.length - 500);
  showTurns();
}

const ours = () =>
  turns.filter((turn) => turn.turn > before && turn.customer === (customer() || "local") && turn.deviceId === device()).slice(-MOST_TURNS);

/** Adds what is new and takes away what is old: ten thousand turns leave as many bubbles as two hundred. */
function showTurns() {
  const log = $("conversation");
  const wanted = ours();
  const numbers = new Set(wanted.map((turn) => String(turn.turn)));
  for (const old of [...log.children]) if (!numbers.has(old.dataset.turn)) old.remove();
  const there = new Set([...log.children].map((one) => one.dataset.turn));
  const atEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 120;
  const added = wanted.filter((turn) => !there.has(String(turn.turn)));
  log.append(...added.map(bubble));
  reach(log.querySelector(":scope > :last-child .inspect"));
  $("empty").hidden = wanted.length > 0;
  $("save").hidden = $("again").hidden = $("clear").hidden = wanted.length === 0;
  const newest = wanted.at(-1);
  if (newest && added.length) {
    if (atEnd) log.scrollTop = log.scrollHeight;
    if (!$("test-name").value || $("test-name").dataset.proposed === $("test-name").value) {
      $("test-name").value = $("test-name").dataset.proposed = wanted[0].said;
    }
    select(newest.turn).catch((error) => problem(error.message));
  }
  showCards();
}

/** The Tab key leads to one turn, the newest or the one that was gone to; arrows lead to the others. */
function reach(button) {
  for (const other of $("conversation").querySelectorAll('.inspect[tabindex="0"]')) other.tabIndex = -1;
  if (button) button.tabIndex = 0;
}

function moveTurn(event) {
  const towards = { ArrowUp: "previousElementSibling", ArrowDown: "nextElementSibling" }[event.key];
  if (!towards || !event.target.matches(".inspect")) return;
  event.preventDefault();
  const button = event.target.closest(".turn")[towards]?.querySelector(".inspect");
  if (!button) return;
  reach(button);
  button.focus();
}

/** The newest card is in the Alexa app too. Only the newest one asks to link an account, as long as it is not linked. */
function showCards() {
  const newest = ours().findLast((turn) => turn.card);
  const asks = newest ? needsLink(newest) : false;
  show("card", [newest?.turn, asks], () => newest && card(newest, asks));
  for (const bubble of $("conversation").children) {
    const ask = bubble.querySelector(".card button");
    if (ask) ask.hidden = !asks || bubble.dataset.turn !== String(newest.turn);
  }
  showSkills();
}

function needsLink(turn) {
  const one = turn.card.type === "LinkAccount" && skills.find((skill) => skill.skillId === turn.skillId);
  if (!one) return false;
  return turn.voice && one.canBePersonal ? !one.voices.some((known) => known.voice === turn.voice && known.linked) : !one.linked;
}

function bubble(turn) {
  const session = turn.requestType || turn.skillId ? (turn.sessionOpen ? "listening" : "session closed") : null;
  return el(
    "div",
    { class: "turn", "data-turn": turn.turn },
    el("p", { class: "bubble mine" }, turn.said),
    turn.progressive.map((text) => el("p", { class: "bubble heard meanwhile" }, text)),
    turn.heard && el("p", { class: "bubble heard" }, turn.heard),
    changed.has(turn.turn) && el("p", { class: "bubble wrong" }, `before: ${changed.get(turn.turn) || "nothing"}`),
    turn.error && el("p", { class: "bubble wrong" }, turn.error),
    turn.card && card(turn),
    el(
      "p",
      { class: "about" },
      turn.voice && el("span", {}, `voice: ${turn.voice}`),
      session && el("span", {}, session),
      turn.reprompt && el("span", {}, `after silence: “${turn.reprompt}”`),
      el("button", { type: "button", class: "quiet inspect", tabindex: "-1", click: guarded(() => select(turn.turn, true)) }, `${turn.intent ?? turn.requestType ?? "no request"} · ${turn.milliseconds} ms`),
    ),
  );
}

function card(turn, asks = true) {
  const { card, skillId } = turn;
  const text = card.text ?? card.content;
  if (card.type === "LinkAccount") {
    return el("div", { class: "card" }, el("h3", {}, "Link your account"), el("p", {}, "The skill asks you to sign in."), asks && button("Link account", "", () => link(skillId, personal(turn))));
  }
  return el("div", { class: "card" }, card.title && el("h3", {}, card.title), text && el("p", {}, text), card.image && el("p", { class: "quiet" }, `image: ${card.image.largeImageUrl ?? card.image.smallImageUrl}`), !card.title && !text && el("p", {}, card.type));
}

/** The voice whose own profile a card asks to link. */
const personal = (turn) => (skills.find((one) => one.skillId === turn.skillId)?.canBePersonal && turn.voice) || undefined;

async function say(text) {
  said.push(text);
  recalled = said.length;
  $("sentence").value = "";
  $("conversation").setAttribute("aria-busy", "true");
  try {
    const body = { text, locale: $("locale").value || undefined, customer: customer() || undefined, voice: voice() || undefined, deviceId: $("device").value.trim() || undefined, region: $("region").value || undefined };
    await post("/say", body);
    await readTurns();
  } finally {
    $("conversation").removeAttribute("aria-busy");
  }
}

/** Says a conversation once more, after a rebuild for one, and marks what was heard differently. */
async function replay() {
  const earlier = ours();
  before = last;
  showTurns();
  for (const turn of earlier) {
    const { heard } = await post("/say", { text: turn.said, locale: turn.locale, customer: turn.customer, voice: turn.voice ?? undefined, deviceId: turn.deviceId });
    await readTurns();
    const again = ours().at(-1);
    if (heard !== turn.heard) {
      changed.set(again.turn, turn.heard);
      $("conversation").lastElementChild.replaceWith(bubble(again));
    }
  }
}

async function save() {
  const numbers = ours().map((turn) => turn.turn);
  const name = $("test-name").value.trim() || ours()[0].said;
  const test = await post("/turns/test", { turns: numbers, name, save: true }).catch(async (error) => ({ ...(await post("/turns/test", { turns: numbers, name })), error: error.message }));
  const told = test.saved ? el("p", {}, "Saved as ", el("code", {}, test.file), ". Try it with ", el("code", {}, `cargo xtask talk ${test.file}`), ".") : el("p", {}, test.error);
  const copied = button("Copy", "second", () => navigator.clipboard.writeText(test.yaml));
  $("saved").replaceChildren(told, el("details", { open: !test.saved }, el("summary", {}, "The test"), el("pre", { tabindex: "0" }, test.yaml), copied));
}

// ---- The Alexa app

let skills = [];
let links = [];

async function link(skillId, voice) {
  // The tab opens with the click, before anything is waited for: browsers block it later.
  const tab = window.open("", "_blank");
  if (tab) tab.opener = null;
  try {
    const region = $("region").value || undefined;
    const { authorizeUrl, signInUrl } = await post(whose(`/app/skills/${skillId}/link`), { region, voice });
    if (tab) tab.location.replace(signInUrl ?? authorizeUrl);
    else location.assign(signInUrl ?? authorizeUrl);
  } catch (error) {
    tab?.close();
    throw error;
  }
}

async function readApp() {
  ({ skills } = await get(whose("/app/skills")));
  const locales = [...new Set(skills.flatMap((skill) => skill.locales))];
  const chosen = $("locale").value || locales.find((locale) => navigator.languages.includes(locale));
  show("locale", locales, () => locales.map((locale) => el("option", { selected: locale === chosen }, locale)));
  showCards();
  await Promise.all([readLinks(), readSamples()]);
}

const hasCardToLink = () => Boolean(document.querySelector("#card button"));

function showSkills() {
  show("skills", [skills, customer(), voice(), hasCardToLink()], () => (skills.length ? skills.map(skill) : el("p", { class: "quiet" }, "No skill yet. Deploy one with `cargo xtask deploy`.")));
}

function skill(one) {
  const act = (what) => () => post(whose(`/app/skills/${one.skillId}/${what}`));
  const named = voice();
  const personal = one.canBePersonal && named && !one.voices.some((known) => known.voice === named && known.linked);
  const canLink = one.canLink && !one.linked;
  return el(
    "div",
    { class: "skill" },
    el("h3", {}, one.name),
    el("p", {}, el("span", { class: one.enabled ? "chip good" : "chip" }, one.enabled ? "Enabled" : "Not enabled"), " ", el("span", { class: one.linked ? "chip good" : "chip" }, one.linked ? "Linked" : "Not linked")),
    one.voices.length > 0 && el("p", { class: "quiet" }, `Voices: ${one.voices.map((known) => `${known.voice} (${known.linked ? "linked" : "not linked"})`).join(", ")}`),
    el(
      "div",
      { class: "row" },
      canLink && !hasCardToLink() && button("Link account", "", () => link(one.skillId), { "data-key": `link ${one.skillId}` }),
      one.linked && button("Unlink", "second", act("unlink"), { "data-key": `unlink ${one.skillId}` }),
      personal && button(`Link ${named}`, "second", () => link(one.skillId, named), { "data-key": `personal ${one.skillId}` }),
      one.enabled ? button("Disable", "second", act("disable"), { "data-key": `disable ${one.skillId}` }) : button("Enable", "second", act("enable"), { "data-key": `enable ${one.skillId}` }),
    ),
    el("details", {}, el("summary", {}, "Ids"), el("dl", { class: "facts" }, el("dt", {}, "Skill"), el("dd", { class: "code" }, one.skillId), one.userId && [el("dt", {}, "User"), el("dd", { class: "code" }, one.userId)])),
  );
}

async function readLinks() {
  const all = await Promise.all(skills.map((one) => get(whose(`/app/skills/${one.skillId}/links`))));
  links = all.flatMap((one) => one.links);
  const { linkings } = await get(whose("/app/linkings"));
  showLinks();
  const newest = linkings.at(-1);
  const isOver = newest && ["event", "token"].includes(newest.steps.at(-1)?.part);
  const isShown = newest && !(isOver && !links.length);
  $("linkings-box").hidden = !isShown;
  show("linkings", isShown ? newest : null, () => isShown && el("ol", { class: "steps" }, newest.steps.map((step) => el("li", { class: step.part }, el("span", { class: "quiet" }, `${clockTime(step.at)} `), step.text))));
}

function showLinks() {
  const about = links.map((one) => [one, expiry(one.accessToken.expiresAt), expiry(one.refreshToken?.expiresAt)]);
  show("links", about, () =>
    about.map(([one, access, refresh]) =>
      el(
        "div",
        {},
        el("h3", {}, one.voice ? `Link of ${one.voice}` : "Link"),
        el(
          "dl",
          { class: "facts" },
          el("dt", {}, "Who"), el("dd", {}, one.accessToken.claims?.username ?? "not in the token"),
          el("dt", {}, "Scopes"), el("dd", {}, one.accessToken.claims?.scope ?? one.scopes.join(" ")),
          el("dt", {}, "Access token"), el("dd", {}, access),
          el("dt", {}, "Refresh token"), el("dd", {}, one.refreshToken ? refresh : "none"),
        ),
        one.accessToken.claims && el("details", {}, el("summary", {}, "Claims of the access token"), tree(one.accessToken.claims)),
      ),
    ),
  );
}

async function readSamples() {
  const one = skills.find((skill) => skill.locales.includes($("locale").value));
  const samples = one ? (await get(whose(`/app/skills/${one.skillId}/samples`, { locale: $("locale").value }))).samples : [];
  if (samples[0]) $("sentence").placeholder = samples[0];
  show("samples", samples, () => samples.slice(0, 6).map((text) => button(text, "second", () => say(text))));
}

// ---- Messages and people

let messages = [];

async function readOutbox() {
  messages = (await get("/outbox")).messages.filter((message) => !STORY.test(message.to)).slice(-MOST_TURNS).reverse();
  const chosen = $("addressee").value;
  const all = [...new Set(messages.map((message) => message.to))];
  show("addressee", all, () => [el("option", { value: "" }, "everybody"), ...all.map((to) => el("option", { selected: to === chosen }, to))]);
  showOutbox();
}

function showOutbox() {
  const wanted = messages.filter((message) => !$("addressee").value || message.to === $("addressee").value).slice(0, 30);
  show("outbox", wanted, () =>
    wanted.length
      ? wanted.map((message) =>
          el(
            "div",
            { class: "item" },
            el("p", { class: "top" }, el("span", {}, message.to), el("span", {}, clockTime(message.sentAt))),
            message.subject && el("p", {}, message.subject),
            message.code ? el("div", { class: "head" }, el("span", { class: "digits" }, message.code), button("Copy", "second", () => navigator.clipboard.writeText(message.code), { "aria-label": `Copy ${message.code}`, "data-key": `copy ${message.sentAt} ${message.code}` })) : el("p", {}, message.body),
          ),
        )
      : el("p", { class: "quiet" }, "Nothing was sent yet. E-mails and text messages to people come here."),
  );
}

let people = [];

async function readPeople() {
  people = (await get("/people")).people.filter((person) => !STORY.test(person.name) && !person.attributes.some(({ Value }) => STORY.test(Value)));
  const shownPeople = people.slice(-30).reverse();
  show("people", shownPeople, () =>
    shownPeople.length
      ? shownPeople.map((person) =>
          el(
            "div",
            { class: "item" },
            el("p", { class: "top" }, el("span", {}, person.name), el("span", {}, person.UserStatus.toLowerCase().replaceAll("_", " "))),
            person.authenticator && el("div", { class: "head" }, el("span", { class: "digits" }, person.authenticator.code), el("span", { class: "quiet" }, person.authenticator.isSetUp ? "authenticator app" : "new authenticator app"), button("Copy", "second", () => navigator.clipboard.writeText(person.authenticator.code), { "aria-label": `Copy the code of ${person.name}`, "data-key": `totp ${person.Username}` })),
            el("details", {}, el("summary", {}, "Attributes"), el("dl", { class: "facts" }, person.attributes.map(({ Name, Value }) => [el("dt", {}, Name), el("dd", {}, Value)]))),
          ),
        )
      : el("p", { class: "quiet" }, "Nobody has an account yet."),
  );
}

// ---- The clock

let ahead = 0;

const stageNow = () => Date.now() + ahead * 1000;
const clockTime = (at) => new Date(at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit" });

function span(seconds) {
  for (const [unit, length] of [["day", 86400], ["h", 3600], ["min", 60]]) {
    if (seconds >= length) return `${Math.floor(seconds / length)} ${unit}${unit === "day" && seconds >= 2 * length ? "s" : ""}`;
  }
  return "less than a minute";
}

function expiry(at) {
  if (!at) return "does not say when it ends";
  const seconds = (Date.parse(at) - stageNow()) / 1000;
  return seconds > 0 ? `expires in ${span(seconds)}` : "has expired";
}

async function readClock() {
  ahead = (await get("/control/clock")).skippedSeconds;
  tick();
}

function tick() {
  const now = new Date(stageNow());
  $("time").textContent = $("clock").textContent = ahead ? now.toLocaleString([], { dateStyle: "medium", timeStyle: "medium" }) : now.toLocaleTimeString();
  $("ahead").hidden = !ahead;
  const text = `The stage is ${span(ahead)} ahead of this machine. An authenticator app on a phone shows codes of the machine's time; take them from People.`;
  if (ahead && $("ahead").textContent !== text) $("ahead").textContent = text;
  for (const past of document.querySelectorAll("[data-past]")) past.disabled = !ends(past.dataset.past);
  if (people.some((person) => person.authenticator && Date.parse(person.authenticator.nextAt) <= stageNow())) readPeople().catch(() => {});
}

/** When the first token of a kind ends. */
function ends(kind) {
  const all = links.map((one) => (kind === "access" ? one.accessToken.expiresAt : one.refreshToken?.expiresAt)).filter(Boolean);
  return all.length ? Math.min(...all.map((at) => Date.parse(at))) : 0;
}

async function advance({ seconds, past }) {
  const advanceSeconds = seconds ? Number(seconds) : Math.max(1, Math.ceil((ends(past) - stageNow()) / 1000) + 1);
  await post("/control/clock", { advanceSeconds });
  await readClock();
}

async function readFaults() {
  const [{ is }, { held }] = await Promise.all([get("/control/provider"), get("/control/refresh")]);
  $("provider").value = is;
  $("held").checked = held;
  const badges = [is !== "up" && `provider ${is}`, held && "refresh held"].filter(Boolean);
  show("badges", badges, () => badges.map((text) => el("span", { class: "chip bad" }, text)));
}

async function spoil(token) {
  const linked = skills.find((one) => one.linked || one.voices.some((known) => known.linked));
  if (!linked) throw new Error("There is no token to replace: link an account first.");
  await post("/control/link", { skillId: linked.skillId, customer: customer() || undefined, voice: voice() || undefined, token });
}

// ---- The inspector

async function select(number, choose = false) {
  selected = await get(`/turns/${number}`);
  for (const bubble of $("conversation").children) bubble.toggleAttribute("aria-current", bubble.dataset.turn === String(number));
  showTurn();
  if (choose) chooseTab("tab-inspect");
}

function showTurn() {
  const slots = Object.entries(selected.slots ?? {});
  const matched = selected.near.find((near) => near.intent === selected.intent && near.percent === 100);
  const near = selected.near.filter((one) => one !== matched);
  $("turn").replaceChildren(
    el(
      "dl",
      { class: "facts" },
      el("dt", {}, "Said"), el("dd", {}, selected.said),
      el("dt", {}, "Intent"), el("dd", {}, selected.intent ?? selected.requestType ?? "none: nothing was sent"),
      slots.map(([name, slot]) => [el("dt", {}, name), el("dd", {}, slot ? `${slot.value}${slot.name ? ` → ${slot.name}${slot.id ? ` (${slot.id})` : ""}` : ""}` : "empty")]),
      matched && [el("dt", {}, "Matched"), el("dd", {}, `“${matched.sample}”`)],
      near.length > 0 && [el("dt", {}, "Came near"), el("dd", {}, near.slice(0, 4).map((one) => el("div", {}, `“${one.sample}” ${one.intent}, ${one.percent} %`)))],
      el("dt", {}, "Linked"), el("dd", {}, selected.linked ? `yes, token ${selected.token.slice(0, 8)}` : "no"),
    ),
    ...selected.requests.map(exchange),
  );
  find();
}

function exchange(one) {
  const metrics = one.report?.metrics;
  const figures = metrics && [`${Math.round(metrics.durationMs)} ms`, metrics.initDurationMs ? `cold start ${Math.round(metrics.initDurationMs)} ms` : "warm", metrics.maxMemoryUsedMB && `${metrics.maxMemoryUsedMB} of ${metrics.memorySizeMB} MB`].filter(Boolean).join(" · ");
  const log = (one.log ?? "").split("\n").filter((line) => !/^(START|END|REPORT) RequestId: /.test(line) && line);
  return el(
    "div",
    { class: "exchange" },
    el("div", { class: "head" }, el("h3", {}, one.request.request.type), button("Copy as test event", "quiet", () => navigator.clipboard.writeText(JSON.stringify(one.request, null, 2)))),
    el("p", { class: "quiet" }, figures ?? `${one.milliseconds} ms`),
    one.error && el("p", { class: "warning" }, one.error),
    tree(one.request, "Request"),
    one.response !== null && tree(one.response, "Answer", true),
    el("details", { open: log.length > 0 }, el("summary", {}, `The function's log (${log.length} ${log.length === 1 ? "line" : "lines"})`), log.map(logLine)),
  );
}

function logLine(line) {
  try {
    const { level = "", message = "", ...more } = JSON.parse(line);
    return tree(more, `${level} ${message}`);
  } catch {
    return el("pre", { tabindex: "0" }, line);
  }
}

/** JSON, folded below the second level. */
function tree(document, name = null, open = false) {
  const node = (key, value, depth) => {
    const label = key === null ? null : el("span", { class: "key" }, key);
    if (value === null || typeof value !== "object") {
      return el("div", { class: "leaf" }, label, label && ": ", el("span", { class: typeof value === "string" ? "text" : null }, JSON.stringify(value)));
    }
    const entries = Object.entries(value);
    const size = Array.isArray(value) ? `[${entries.length}]` : `{${entries.length}}`;
    return el("details", { open: depth < (open ? 3 : 1) }, el("summary", {}, label, " ", el("span", { class: "quiet" }, size)), entries.map(([inner, one]) => node(inner, one, depth + 1)));
  };
  return el("div", { class: "tree code" }, node(name, document, name && !open ? 1 : 0));
}

/** Opens and marks what has the words. */
function find() {
  const words = $("find").value.trim().toLowerCase();
  for (const leaf of $("turn").querySelectorAll(".leaf")) {
    const found = words !== "" && leaf.textContent.toLowerCase().includes(words);
    leaf.classList.toggle("found", found);
    for (let outer = found && leaf.parentElement.closest("details"); outer; outer = outer.parentElement.closest("details")) outer.open = true;
  }
}

async function readEvents() {
  const events = (await get("/events")).events.slice(-10).reverse();
  show("events", events, () => (events.length ? el("ol", { class: "steps" }, events.map((event) => el("li", { class: event.delivered ? null : "failed" }, event.type.replace("AlexaSkillEvent.", ""), event.error && `: ${event.error}`))) : el("p", { class: "quiet" }, "No event was delivered yet.")));
}

/** Everything that a report of a bug needs: turns with their requests, linkings and events; tokens are nowhere in it. */
async function exportAll() {
  const [{ turns: all }, { linkings }, { events }, clock] = await Promise.all(["/turns", whose("/app/linkings"), "/events", "/control/clock"].map(get));
  const documents = [];
  for (const { turn } of all.filter((one) => one.deviceId === device()).slice(-50)) documents.push(await get(`/turns/${turn}`));
  const file = new Blob([JSON.stringify({ clock, turns: documents, linkings, events }, null, 2)], { type: "application/json" });
  const address = URL.createObjectURL(file);
  el("a", { href: address, download: "local-stage.json" }).click();
  URL.revokeObjectURL(address);
}

// ---- Tabs

const tabs = [...document.querySelectorAll("[role=tab]")];

function chooseTab(id, focus = false) {
  for (const tab of tabs) {
    const chosen = tab.id === id;
    tab.setAttribute("aria-selected", String(chosen));
    tab.tabIndex = chosen ? 0 : -1;
    $(tab.getAttribute("aria-controls")).classList.toggle("shown", chosen);
    if (chosen && focus) tab.focus();
  }
}

function moveTab(event) {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  const to = event.key === "Home" ? 0 : event.key === "End" ? tabs.length - 1 : (tabs.indexOf(event.target) + step + tabs.length) % tabs.length;
  if (Number.isNaN(to)) return;
  event.preventDefault();
  chooseTab(tabs[to].id, true);
}

/** Tabs are tabs, and their parts panels, only where one of them is shown at a time. */
function adapt(narrow) {
  for (const tab of tabs) {
    const panel = $(tab.getAttribute("aria-controls"));
    for (const [name, value] of [["role", "tabpanel"], ["aria-labelledby", tab.id]]) narrow ? panel.setAttribute(name, value) : panel.removeAttribute(name);
  }
}

// ---- Beginning

const READERS = { turn: readTurns, link: readLinks, outbox: readOutbox, clock: readClock, app: readApp, event: readEvents, fault: readFaults, people: readPeople };
const WITH = { outbox: ["people"], clock: ["link", "people"], link: ["people", "app"], app: ["link"], turn: ["link"] };
const waiting = new Set();
let isReading = false;

/** Reads what has changed, once for many news that come together, and not faster than the stage answers. */
async function read(topic) {
  for (const one of topic === "everything" ? Object.keys(READERS) : [topic, ...(WITH[topic] ?? [])]) waiting.add(one);
  if (isReading) return;
  isReading = true;
  while (waiting.size) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    const due = [...waiting];
    waiting.clear();
    await Promise.all(due.map((one) => READERS[one]().catch((error) => problem(error.message))));
  }
  isReading = false;
}

function listen() {
  const live = new EventSource("/live");
  live.onopen = () => {
    $("connection").textContent = "Live";
    $("connection").className = "on";
    problem("");
  };
  live.onerror = () => {
    $("connection").textContent = "Not connected";
    $("connection").className = "";
  };
  for (const topic of ["everything", ...Object.keys(READERS)]) live.addEventListener(topic, () => read(topic));
}

function recall(event) {
  const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  if (!step || !said.length) return;
  event.preventDefault();
  recalled = Math.min(Math.max(recalled + step, 0), said.length);
  $("sentence").value = said[recalled] ?? "";
}

function submit(id, act) {
  $(id).addEventListener("submit", (event) => {
    event.preventDefault();
    guarded(act)();
  });
}

submit("say", () => {
  const text = $("sentence").value.trim();
  return text ? say(text) : $("sentence").focus();
});
submit("save", save);
$("sentence").addEventListener("keydown", recall);
$("conversation").addEventListener("keydown", moveTurn);
$("find").addEventListener("input", find);
$("addressee").addEventListener("change", showOutbox);
$("locale").addEventListener("change", guarded(readSamples));
for (const id of ["customer", "voice", "device"]) $(id).addEventListener("change", () => (showTurns(), read("app")));
$("clear").addEventListener("click", () => {
  before = last;
  $("saved").replaceChildren();
  $("test-name").value = "";
  showTurns();
  $("sentence").focus();
});
$("export").addEventListener("click", guarded(exportAll));
$("again").addEventListener("click", guarded(replay));
$("provider").addEventListener("change", guarded(() => post("/control/provider", { is: $("provider").value })));
$("held").addEventListener("change", guarded(() => post("/control/refresh", { held: $("held").checked })));
for (const one of document.querySelectorAll("[data-token]")) one.addEventListener("click", guarded(() => spoil(one.dataset.token)));
for (const one of document.querySelectorAll("[data-seconds], [data-past]")) one.addEventListener("click", guarded(() => advance(one.dataset)));
for (const tab of tabs) {
  tab.addEventListener("click", () => chooseTab(tab.id));
  tab.addEventListener("keydown", moveTab);
}
chooseTab("tab-talk");
const narrow = matchMedia("(max-width: 70rem)");
narrow.addEventListener("change", () => adapt(narrow.matches));
adapt(narrow.matches);
setInterval(tick, 1000);
setInterval(showLinks, 15000);
listen();
