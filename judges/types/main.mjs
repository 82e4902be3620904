// node main.mjs FOLDER...: each holds `skill-package/` and `accountLinking.json`, as rendered.

import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

import { judge } from "./judge.mjs";

const MODELS = "skill-package/interactionModels/custom";

function documents(folder) {
  const models = join(folder, MODELS);
  const locales = existsSync(models) ? readdirSync(models).filter((it) => it.endsWith(".json")) : [];
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

const folders = process.argv.slice(2);
if (folders.length === 0) {
  console.error("usage: node main.mjs FOLDER...");
  process.exit(2);
}
const found = folders.flatMap(documents);
const problems = judge(found);
problems.forEach((problem) => console.error(`error: ${problem}`));
console.log(`${found.length} documents, ${problems.length} problems`);
process.exit(problems.length === 0 ? 0 : 1);
