// node main.mjs [--rendered FOLDER] [--requests FOLDER] [--recording FILE]...
//
// FOLDER of --rendered holds `skill-package/` and `accountLinking.json`, that of --requests one
// sample request a file; FILE has a line of JSON for every answer that a test produced.

import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { judge } from "./judge.mjs";

const MODELS = "skill-package/interactionModels/custom";

const files = (folder) =>
  existsSync(folder) ? readdirSync(folder).filter((it) => it.endsWith(".json")).sort() : [];

function rendered(folder) {
  const models = join(folder, MODELS);
  const locales = files(models);
  if (locales.length === 0) {
    throw new Error(`${models} has no interaction model: render first`);
  }
  return [
    ["manifest", "skill-package/skill.json"],
    ["accountLinking", "accountLinking.json"],
    ...locales.map((locale) => ["interactionModel", `${MODELS}/${locale}`]),
  ].map(([kind, path]) => {
    const name = join(folder, path);
    return { kind, name, text: readFileSync(name, "utf8") };
  });
}

function requests(folder) {
  const samples = files(folder);
  if (samples.length === 0) {
    throw new Error(`${folder} has no sample request`);
  }
  return samples.map((sample) => {
    const name = join(folder, sample);
    return { kind: "request", name, text: readFileSync(name, "utf8") };
  });
}

/** Equal answers are judged once. */
function recorded(file) {
  if (!existsSync(file)) {
    throw new Error(`${file} does not exist: the tests recorded no answer`);
  }
  const answers = new Map();
  for (const line of readFileSync(file, "utf8").split("\n").filter((it) => it !== "")) {
    const { kind, name, value } = JSON.parse(line);
    const text = JSON.stringify(value, null, 2);
    answers.set(kind + text, { kind, name: `an answer in ${name}`, text });
  }
  if (answers.size === 0) {
    throw new Error(`${file} has no answer`);
  }
  return [...answers.values()];
}

const many = { type: "string", multiple: true, default: [] };
const { values } = parseArgs({ options: { rendered: many, requests: many, recording: many } });
const found = [
  ...values.rendered.flatMap(rendered),
  ...values.requests.flatMap(requests),
  ...values.recording.flatMap(recorded),
];
if (found.length === 0) {
  console.error("usage: node main.mjs [--rendered FOLDER] [--requests FOLDER] [--recording FILE]...");
  process.exit(2);
}
const problems = judge(found);
problems.forEach((problem) => console.error(`error: ${problem}`));
const kinds = [...new Set(found.map(({ kind }) => kind))];
const count = (wanted) => found.filter(({ kind }) => kind === wanted).length;
const summary = kinds.map((kind) => `${count(kind)} ${kind}`).join(", ");
console.log(`${found.length} documents (${summary}), ${problems.length} problems`);
process.exit(problems.length === 0 ? 0 : 1);
