// node main.mjs RECORDING...

import { readFileSync } from "node:fs";

import { Judge, parse } from "./judge.mjs";

const recordings = process.argv.slice(2);
if (recordings.length === 0) {
  console.error("usage: node main.mjs RECORDING...");
  process.exit(2);
}
const judge = new Judge();
for (const recording of recordings) {
  judge.recording(recording, parse(readFileSync(recording, "utf8")));
}
const problems = [...new Set(judge.finish())];
for (const [operation, count] of [...judge.operations].sort()) {
  console.log(`${String(count).padStart(5)}  ${operation}`);
}
problems.forEach((problem) => console.error(`error: ${problem}`));
console.log(
  `${judge.exchanges} exchanges of ${judge.operations.size} operations, ${problems.length} problems`,
);
process.exit(problems.length === 0 ? 0 : 1);
