// Finds the machine's Chromium and starts it so that nothing but the stages decides what a page can reach.

import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const ELSEWHERE = [
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

// The browser's own protection of the local network, which would hide what a stage does or does not do
// (https://wicg.github.io/local-network-access/, and what came before it).
const LOCAL_NETWORK_CHECKS = [
  "BlockInsecurePrivateNetworkRequests",
  "LocalNetworkAccessChecks",
  "LocalNetworkAccessChecksWebSockets",
  "LocalNetworkAccessForNavigations",
  "LocalNetworkAccessForSubframeNavigations",
  "LocalNetworkAccessForWorkers",
];

// Every site of these tests is http.
const HTTPS_FIRST = ["HttpsUpgrades", "HttpsFirstBalancedModeAutoEnable"];

// A process for each frame of another site takes long, and changes nothing of what a request says.
const SITE_ISOLATION = ["IsolateOrigins", "site-per-process"];

/** The program's path. */
export function find() {
  const onPath = (process.env.PATH ?? "").split(delimiter).flatMap((folder) => NAMES.map((name) => join(folder, name)));
  const found = [...onPath, ...ELSEWHERE].find((path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
  if (!found) {
    throw new Error(
      `found none of ${NAMES.join(", ")} on the PATH; install Chromium (Debian: \`apt-get install chromium\`) and run this again`,
    );
  }
  return found;
}

/**
 * Starts it with a profile of its own. `names` lead to this machine, no other name leads anywhere; what
 * listens on one of the ports `internet` counts as a public site.
 */
export function launch({ names, internet }) {
  const rules = [...names.map((name) => `MAP ${name} 127.0.0.1`), "MAP * ~NOTFOUND", "EXCLUDE 127.0.0.1", "EXCLUDE localhost"];
  return chromium.launch({
    executablePath: find(),
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--disable-sync",
      "--disable-site-isolation-trials",
      "--no-proxy-server",
      `--host-resolver-rules=${rules.join(", ")}`,
      `--ip-address-space-overrides=${internet.map((port) => `127.0.0.1:${port}=public`).join(",")}`,
      // The last list is the one that counts, so it repeats what Playwright needs of its own.
      `--disable-features=${[...HTTPS_FIRST, ...SITE_ISOLATION, ...LOCAL_NETWORK_CHECKS].join(",")}`,
    ],
  });
}

// By itself it says what would be started.
if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    console.log(`Chromium is ${find()}`);
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
