// Every door of a stage, tried in every way that a page has. What may arrive is said here once more, and
// not taken from the table that the guard itself works by.

import { attempt } from "./attempt.mjs";

/** A site under its own name, one on another port of this machine, and one whose name leads to the stage. */
export const FOREIGN = "another site";
export const NEIGHBOUR = "a site on another port";
export const REBOUND = "a rebound name";

// What the scripts of any page may call, as they may at Cognito: method, path, and the headers beyond the
// safelisted ones. All the rest is refused, whatever it carries.
const OAUTH_HEADERS = ["authorization", "content-type"];
const FOR_SCRIPTS = {
  "aws GET /{pool}/.well-known/openid-configuration": [],
  "aws GET /{pool}/.well-known/jwks.json": [],
  "aws GET /issuer-cognito-idp/{pool}/.well-known/openid-configuration": [],
  "aws GET /issuer-cognito-idp/{pool}/.well-known/jwks.json": [],
  "signIn POST /oauth2/token": OAUTH_HEADERS,
  "signIn GET /oauth2/userInfo": OAUTH_HEADERS,
  "signIn POST /oauth2/userInfo": OAUTH_HEADERS,
  "signIn POST /oauth2/revoke": OAUTH_HEADERS,
};
// Where links and redirects of other sites may lead a browser.
const FOR_LINKS = [
  "lwa GET /ap/signin",
  "lwa GET /ap/consent",
  "lwa GET /ap/oa",
  "signIn GET /oauth2/authorize",
  "signIn GET /login",
  "signIn GET /signup",
  "signIn GET /logout",
  "signIn GET /error",
  "device GET /{region}/api/skill/link/{vendor}",
  "device GET /app/link-result",
  "device GET /app/sign-in",
];
// An operation that anybody may call, and one that takes a signature.
const ANONYMOUS = "aws POST /";
const TARGET = "AWSCognitoIdentityProviderService";

// Doors that keep whoever asks waiting.
const SLOW = /invocation\/next$|faults\/halted$/;

/** What a page of no site may send with a fetch that needs no preflight, and with one that does. */
function fetches(door) {
  const { listener, method } = door;
  const guess =
    listener === "aws"
      ? `AWS4-HMAC-SHA256 Credential=AKIDLOCAL/20260101/us-east-1/iam/aws4_request, SignedHeaders=host, Signature=${"0".repeat(64)}`
      : "Bearer Atza|local-developer";
  const hasBody = method !== "GET" && method !== "HEAD";
  const body = hasBody ? "{}" : undefined;
  const simple = ["GET", "HEAD", "POST"].includes(method);
  const own = [
    { name: "fetch", headers: {} },
    { name: "fetch of JSON", headers: { "content-type": "application/json" } },
    { name: "fetch with a target", headers: { "content-type": "application/x-amz-json-1.1", "x-amz-target": `${TARGET}.ListUserPools` } },
    { name: "fetch with a public target", headers: { "content-type": "application/x-amz-json-1.1", "x-amz-target": `${TARGET}.InitiateAuth` } },
    { name: "fetch with a key", headers: listener === "aws" ? { authorization: guess, "x-amz-date": "20260101T000000Z" } : { authorization: guess } },
  ].map((one) => ({ ...one, how: "fetch", body, credentials: simple && one.name === "fetch" ? "include" : "omit" }));
  // Cookies go along, where the browser sends them at all.
  const opaque = { name: "fetch without CORS", how: "fetch", headers: {}, body, mode: "no-cors", credentials: "include" };
  return simple ? [...own, opaque] : own;
}

const FORMS = ["form urlencoded", "form text", "form multipart", "form sandboxed"];
const READS = ["image", "script", "iframe", "window"];

function waysOf(door, isFirst) {
  const posts = door.method === "POST" ? ["beacon", ...FORMS] : [];
  // Chromium lets a page that many servers have refused wait longer and longer: one for each listener.
  const gets = door.method === "GET" ? (isFirst ? [...READS, "websocket"] : READS) : [];
  return [...fetches(door), ...[...posts, ...gets].map((how) => ({ name: how, how }))];
}

// What does not depend on the site, and is left to one of them.
const ONCE = ["fetch with a target", "fetch with a key", "form text", "form multipart", "form sandboxed", "script", "window"];

/** The cases of one site; `few` leaves out what another site tries. */
export function casesOf(site, doors, urlOf, few) {
  const firsts = new Set();
  return doors.flatMap((row) => {
    // A door of every method is tried with the one that most need and a form can send.
    const door = { ...row, method: row.method === "any" ? "POST" : row.method };
    const path = door.path.replace("{*rest}", "bucket/key").replace("{region}", "na").replace(/\{\w+\}/g, "x");
    const isFirst = door.method === "GET" && !firsts.has(door.listener);
    if (isFirst) firsts.add(door.listener);
    const ways = waysOf(door, isFirst).filter(({ name }) => !few || !ONCE.includes(name));
    return ways.map((way) => ({
      ...way,
      site,
      door: `${door.listener} ${door.method} ${door.path}`,
      listener: door.listener,
      method: door.method,
      url: urlOf(door.listener) + path,
      patience: SLOW.test(path) ? 1000 : undefined,
    }));
  });
}

/** Whether a case of a site may reach a service of a stage with its guard. */
export function mayArrive({ site, door, how, headers, name }) {
  if (site === REBOUND) return false;
  const link = how === "iframe" || how === "window";
  if (FOR_LINKS.includes(door)) return link;
  // The browser has been let in, and sends its cookie along with links from other ports of the same host.
  if (door === "device GET /") return link && site === NEIGHBOUR;
  if (door === ANONYMOUS) return name === "fetch with a public target";
  const known = FOR_SCRIPTS[door];
  // Safelisted or not, what goes without a preflight goes.
  return known !== undefined && (how !== "fetch" || Object.keys(headers).every((header) => known.includes(header)));
}

/**
 * Tries the cases of one site in a page of it, and returns them with what was read and whether they
 * arrived. What is `expected` to arrive and has not is tried once more, with time: Chromium makes web
 * sockets wait for seconds after others have failed.
 */
export async function sweep(page, stage, cases, expected) {
  const tried = await once(page, stage, cases);
  const late = tried.flatMap((one, index) => (!one.arrived && expected(one) ? [index] : []));
  const again = await once(page, stage, late.map((index) => ({ ...cases[index], patience: 20_000 })));
  for (const [position, index] of late.entries()) tried[index] = again[position];
  return tried;
}

// Counts on over all sweeps, so that what arrives late is not taken for another case.
let begun = 0;

async function once(page, stage, cases) {
  const first = begun;
  begun += cases.length;
  const marked = cases.map((one, index) => ({ ...one, url: `${one.url}?attempt=${first + index}-` }));
  const before = stage.arrived().length;
  const read = await page.evaluate(attempt, marked);
  const arrivals = new Set();
  for (const { target } of stage.arrived().slice(before)) {
    const index = target.match(/[?&]attempt=(\d+)-/)?.[1];
    if (index !== undefined) arrivals.add(Number(index) - first);
  }
  return cases.map((one, index) => ({ ...one, arrived: arrivals.has(index), read: read[index] }));
}

/** A case in a few words. */
export const tell = ({ site, door, name }) => `${site}: ${name} at ${door}`;
