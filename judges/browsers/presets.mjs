// A person links an account on the page of a stage with any preset. Reads from stdin what
// `cargo xtask ci --only page` knows about the stage.

import { text } from "node:stream/consumers";
import { test } from "node:test";
import { launch } from "./chromium.mjs";
import { firstAnswer } from "./page.mjs";
import { Stage } from "./stage.mjs";

const input = JSON.parse(await text(process.stdin));

test(`a person links an account with ${input.preset}`, async () => {
  const browser = await launch({ names: [], internet: [] });
  try {
    await firstAnswer(browser, new Stage(input), input.screenshots);
  } finally {
    await browser.close();
  }
});
