// Validates recorded exchanges with SMAPI: the path, the query, the status and both bodies.

import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

import { Ajv } from "ajv";
import addFormats from "ajv-formats";

import { referenced, seal } from "./schema.mjs";

const require = createRequire(import.meta.url);

/** Formats of the specification that are prose. */
const PROSE = [
  "Amazon Common Identifier",
  "ISO 4217 format",
  "ISO_8601#Durations format",
  "UUID",
  "languager-region; same as BCP-47 language tag format",
];

/** Reads exchanges from the text of a recording, one JSON object per line. */
export function parse(text) {
  return text.split("\n").filter((line) => line.trim() !== "").map((line) => JSON.parse(line));
}

/** Judges exchanges. Every string in `problems` is a reason to fail. */
export class Judge {
  problems = [];
  exchanges = 0;
  /** Recordings without an exchange, by name. */
  #empty = [];
  /** How often each operation was seen. */
  operations = new Map();
  #used = new Set();

  constructor(exceptions = load("./exceptions.json"), spec = require("ask-smapi-model/spec.json")) {
    this.exceptions = exceptions;
    this.routes = routes(spec);
    this.ajv = new Ajv({ allErrors: true, strict: false });
    addFormats.default(this.ajv);
    PROSE.forEach((format) => this.ajv.addFormat(format, true));
    this.ajv.addSchema({ $id: "smapi", definitions: seal(spec.definitions) });
  }

  /** Judges the exchanges of one recording. */
  recording(name, exchanges) {
    if (exchanges.length === 0) {
      this.#empty.push(name);
    }
    exchanges.forEach((exchange) => this.exchange(exchange));
  }

  /** Judges one exchange. */
  exchange({ method, path, requestBody, status, responseBody }) {
    this.exchanges += 1;
    const where = `${method} ${path} -> ${status}`;
    const url = new URL(path, "http://localhost");
    const route = find(this.routes, method, url.pathname);
    if (!route) {
      this.problems.push(`${where}: the specification has no such operation`);
      return;
    }
    this.operations.set(route.name, (this.operations.get(route.name) ?? 0) + 1);
    const report = (part, problems) => {
      this.problems.push(...problems.map((problem) => `${where}: ${part}: ${problem}`));
    };
    report("query", this.#query(route, url.searchParams));
    report("request", this.#body(route.name, "request", route.body, requestBody));
    const response = route.responses[status];
    if (response) {
      report("response", this.#body(route.name, "response", response.schema, responseBody));
    } else {
      report("status", [`not one of ${Object.keys(route.responses).join(", ")}`]);
    }
  }

  /** Judges the recording as a whole. Call it last. */
  finish() {
    for (const name of this.#empty) {
      this.problems.push(`${name} is empty: nothing of it was judged`);
    }
    if (this.exchanges === 0 && this.#empty.length === 0) {
      this.problems.push("no exchange was recorded: nothing was judged");
    }
    for (const { name } of this.exceptions) {
      if (!this.#used.has(name)) {
        this.problems.push(`the exception "${name}" is not needed: take it out of exceptions.json`);
      }
    }
    return this.problems;
  }

  #query(route, given) {
    const unknown = [...new Set(given.keys())].filter((name) => !route.query.has(name));
    const missing = [...route.query]
      .filter(([name, required]) => required && !given.has(name))
      .map(([name]) => name);
    return [
      ...unknown.map((name) => `"${name}" is unknown`),
      ...missing.map((name) => `"${name}" is missing`),
    ];
  }

  #body(operation, kind, schema, body) {
    if (schema === undefined) {
      return body === undefined ? [] : ["there should be no body"];
    }
    if (body === undefined) {
      return ["there should be a body"];
    }
    let problems = this.#validate(schema, body);
    for (const exception of this.exceptions) {
      if (![operation, "*"].includes(exception.operation) || exception.body !== kind) continue;
      if (problems.length === 0) break;
      const changed = apply(exception, body);
      if (changed === undefined) continue;
      const left = this.#validate(schema, changed);
      // An exception has to help; it does not have to be enough.
      if (helps(exception, problems, left)) {
        this.#used.add(exception.name);
        body = changed;
        problems = left;
      }
    }
    return problems;
  }

  #validate(schema, body) {
    const name = referenced(schema);
    if (name === undefined) {
      throw new Error(`a body without a named definition: ${JSON.stringify(schema)}`);
    }
    const validate = this.ajv.getSchema(`smapi#/definitions/${name}`);
    if (validate(body)) return [];
    return validate.errors.map(({ instancePath, message, params }) => {
      const member = params.additionalProperty ?? params.allowedValues?.join(", ");
      return `${instancePath || "/"} ${message}${member ? ` (${member})` : ""}`;
    });
  }
}

/** Unwrapping uncovers what was not looked at before; removing must leave fewer problems. */
function helps(exception, before, after) {
  return exception.unwrap !== undefined || after.length < before.length;
}

/** The body as an exception would have it, or `undefined` where it does not apply. */
function apply(exception, body) {
  if (exception.unwrap !== undefined) {
    const members = Object.keys(body);
    return members.length === 1 && members[0] === exception.unwrap ? body[members[0]] : undefined;
  }
  const changed = structuredClone(body);
  return remove(changed, exception.remove.split("/").slice(1)) ? changed : undefined;
}

/** Removes what a path leads to, where `*` is every item; says whether there was anything. */
function remove(value, [member, ...rest]) {
  if (typeof value !== "object" || value === null) return false;
  if (member === "*") return Object.values(value).filter((item) => remove(item, rest)).length > 0;
  if (!Object.hasOwn(value, member)) return false;
  return rest.length > 0 ? remove(value[member], rest) : delete value[member];
}

/** The operations of a specification, in a form that paths can be looked up in. */
function routes(spec) {
  return Object.entries(spec.paths).flatMap(([template, operations]) =>
    Object.entries(operations).map(([method, { parameters = [], responses }]) => ({
      name: `${method.toUpperCase()} ${template}`,
      method: method.toUpperCase(),
      segments: template.split("/"),
      query: new Map(
        parameters.filter((it) => it.in === "query").map((it) => [it.name, it.required === true]),
      ),
      body: parameters.find((it) => it.in === "body")?.schema,
      responses,
    })),
  );
}

/** The operation that a path means; a literal segment goes before a parameter. */
function find(routes, method, pathname) {
  const segments = pathname.split("/");
  const isParameter = (segment) => segment.startsWith("{");
  const matches = routes.filter(
    (route) =>
      route.method === method &&
      route.segments.length === segments.length &&
      route.segments.every((it, index) => it === segments[index] || isParameter(it)),
  );
  const parameters = (route) => route.segments.filter(isParameter).length;
  return matches.sort((a, b) => parameters(a) - parameters(b))[0];
}

function load(name) {
  return JSON.parse(readFileSync(new URL(name, import.meta.url), "utf8"));
}
