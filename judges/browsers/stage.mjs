// A stage as those see it who have its keys: to prepare what is attacked, and to look afterwards.

import { readFileSync } from "node:fs";
import { AwsClient } from "aws4fetch";

const REGION = "us-east-1";
const JSON_SERVICES = { "cognito-idp": "AWSCognitoIdentityProviderService", logs: "Logs_20140328" };

export class Stage {
  #aws;

  constructor({ access, arrivals, project, skillId, userPoolId, clientId }) {
    Object.assign(this, { access, arrivals, project, skillId, userPoolId, clientId });
    this.region = userPoolId?.split("_")[0];
    this.#aws = new AwsClient({ accessKeyId: access.accessKeyId, secretAccessKey: access.secretAccessKey, retries: 0 });
  }

  /** The address of a listener, without a trailing slash. */
  url(listener) {
    return this.access[listener].replace(/\/$/, "");
  }

  /** A signed request to an AWS service. */
  async aws(service, path, init = {}) {
    const region = init.region ?? REGION;
    const answer = await this.#aws.fetch(this.url("aws") + path, { ...init, aws: { service, region } });
    return { status: answer.status, text: await answer.text() };
  }

  /** An operation of a service that speaks JSON. */
  async call(service, operation, input) {
    const answer = await this.aws(service, "/", {
      method: "POST",
      region: this.region,
      headers: { "content-type": "application/x-amz-json-1.1", "x-amz-target": `${JSON_SERVICES[service]}.${operation}` },
      body: JSON.stringify(input),
    });
    if (answer.status !== 200) throw new Error(`${operation} was answered ${answer.status}: ${answer.text}`);
    return JSON.parse(answer.text);
  }

  /** An action of CloudFormation or IAM; the answer is XML. */
  query(service, version, parameters, region = this.region) {
    const body = new URLSearchParams({ Version: version, ...parameters }).toString();
    return this.aws(service, "/", {
      method: "POST",
      region,
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body,
    });
  }

  /** A door of the device, with the stage's token. */
  async device(method, path, body) {
    const answer = await fetch(this.url("device") + path, {
      method,
      headers: { authorization: `Bearer ${this.access.token}`, "content-type": "application/json" },
      body: method === "GET" ? undefined : JSON.stringify(body ?? {}),
    });
    if (!answer.ok) throw new Error(`${method} ${path} was answered ${answer.status}: ${await answer.text()}`);
    return answer.json();
  }

  /** The skill as nobody has used it: not linked, and with another user id. */
  async start() {
    await this.device("POST", `/app/skills/${this.skillId}/disable`);
    await this.device("POST", `/app/skills/${this.skillId}/enable`);
  }

  /** A read at the Skill Management API. */
  smapi(path) {
    return fetch(this.url("smapi") + path, { headers: { authorization: `Bearer ${this.access.smapiToken}` } });
  }

  /** What has come past the guard so far: port, method and target of each request. */
  arrived() {
    return readFileSync(this.arrivals, "utf8")
      .split("\n")
      .filter((line) => line)
      .map((line) => JSON.parse(line));
  }
}
