"""Reads with boto3, and with plain HTTP where that is SMAPI, how a deployment has ended.

Reads one question per line of standard input and answers each with one line, both JSON. The answer
names what is wrong by itself (`problems`) and holds the rest in a form (`state`) that is equal for
any two deployments of the same thing: ids, ports and times are taken out.
"""

import json
import re
import sys
import time
import urllib.error
import urllib.request

from botocore.exceptions import ClientError

import readback

FINISHED = ("CREATE_COMPLETE", "UPDATE_COMPLETE")
# Longer than a new skill stays out of lists.
LISTING_SECONDS = 10

VOLATILE = re.compile(
    r"voicelink:[a-z0-9-]+:[a-z0-9-]+:"  # the mark of a stage, before its number
    r"|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
    r"|(?:127\.0\.0\.1|localhost):\d+"
    r"|-[A-Z0-9]{12}\b"  # generated names
)
# What has another value every time: times, versions, secrets, and a digest over ids.
DROPPED = {
    "ClientSecret",
    "CodeSha256",
    "CreationDate",
    "CreationDateTime",
    "Date",
    "Description",
    "LastModified",
    "LastModifiedDate",
    "LastUpdateToPayPerRequestDateTime",
    "ManagedLoginBrandingId",
    "ResponseMetadata",
    "RevisionId",
    "RoleArn",
    "Settings",
    "TableId",
    "Version",
    "version",
    "VersionDescription",
    "creationTime",
    "lastUpdateRequest",
    "logGroupArn",
    "arn",
}


def tidy(value):
    """Without what has another value every time."""
    if isinstance(value, dict):
        return {key: tidy(entry) for key, entry in sorted(value.items()) if key not in DROPPED}
    if isinstance(value, list):
        return sorted((tidy(entry) for entry in value), key=lambda entry: json.dumps(entry, sort_keys=True))
    return value


class EndState:
    """What is there, and what should not be."""

    def __init__(self, question):
        self.question = question
        # As `cargo xtask local --json` prints it.
        self.access = question["access"]
        self.problems = []
        self.state = {}
        self.ids = []

    def client(self, service, region=None):
        """For the home region, unless another is named."""
        return readback.client(
            service,
            self.access["aws"],
            region or self.question["regions"][0],
            self.access["accessKeyId"],
            self.access["secretAccessKey"],
        )

    def one(self, what, found):
        """The only one of its kind."""
        if len(found) != 1:
            self.problems.append(f"there are {len(found)} of {what}: {found}")
        return found[0] if found else None

    def smapi(self, path):
        """What SMAPI answers; `None` for what does not exist."""
        request = urllib.request.Request(
            self.access["smapi"].rstrip("/") + path,
            headers={"Authorization": f"Bearer {self.access['smapiToken']}"},
        )
        try:
            with urllib.request.urlopen(request, timeout=15) as answer:
                text = answer.read()
        except urllib.error.HTTPError as error:
            if error.code == 404:
                return None
            raise
        return json.loads(text) if text else True

    def skill(self):
        vendor = self.one("vendor", [entry["id"] for entry in self.smapi("/v1/vendors")["vendors"]])
        deadline = time.monotonic() + LISTING_SECONDS
        while True:
            listed = self.smapi(f"/v1/skills?vendorId={vendor}&maxResults=50")["skills"]
            if listed or time.monotonic() > deadline:
                break
            time.sleep(0.2)
        skill = self.one("skill", [entry["skillId"] for entry in listed])
        if skill is None:
            return None
        self.ids.append(skill)
        place = f"/v1/skills/{skill}/stages/development"
        manifest = self.smapi(f"{place}/manifest")
        locales = manifest["manifest"]["publishingInformation"]["locales"] if manifest else {}
        models = {locale: self.smapi(f"{place}/interactionModel/locales/{locale}") for locale in locales}
        linking = self.smapi(f"{place}/accountLinkingClient")
        # Two end states that both lack something would be equal.
        parts = {"manifest": manifest, "locale": models or None, "account linking": linking}
        parts.update((f"interaction model {locale}", model) for locale, model in models.items())
        self.problems.extend(f"the skill has no {name}" for name, part in parts.items() if part is None)
        self.state["skill"] = {
            "manifest": manifest,
            "models": models,
            "linking": linking,
            "enabled": self.smapi(f"{place}/enablement") is not None,
        }
        return skill

    def pool(self):
        cognito = self.client("cognito-idp")
        pool = self.one("user pool", [entry["Id"] for entry in cognito.list_user_pools(MaxResults=60)["UserPools"]])
        if pool is None:
            return
        described = cognito.describe_user_pool(UserPoolId=pool)["UserPool"]
        clients = cognito.list_user_pool_clients(UserPoolId=pool, MaxResults=60)["UserPoolClients"]
        client = self.one("app client", [entry["ClientId"] for entry in clients])
        self.ids.extend(filter(None, (pool, client)))
        self.state["pool"] = {
            name: value for name, value in described.items() if name != "EstimatedNumberOfUsers"
        }
        if client is not None:
            answer = cognito.describe_user_pool_client(UserPoolId=pool, ClientId=client)
            self.state["client"] = answer["UserPoolClient"]
            self.state["branded"] = readback.branded(cognito, pool, client)
        domain = described.get("Domain")
        if domain is None:
            self.problems.append("the user pool has no domain")
        else:
            answer = cognito.describe_user_pool_domain(Domain=domain)
            self.state["domain"] = answer["DomainDescription"]

    def stacks(self):
        found, everything = {}, []
        for region in self.question["regions"]:
            self.stacks_of(region, found, everything)
        self.state["stacks"] = found
        tables = [
            self.client("dynamodb").describe_table(TableName=entry["PhysicalResourceId"])["Table"]
            for entry in everything
            if entry["ResourceType"] == "AWS::DynamoDB::Table"
        ]
        self.ids.extend(table["TableName"] for table in tables)
        self.state["tables"] = tables
        functions = [
            (region, entry["FunctionName"])
            for region in self.question["regions"]
            for entry in self.client("lambda", region).list_functions()["Functions"]
        ]
        roles = self.client("iam").list_roles()["Roles"]
        self.one("role", [entry["RoleName"] for entry in roles])
        function = self.one("function", functions)
        if function is not None:
            self.function(*function, found)

    def stacks_of(self, region, found, everything):
        """The stacks of one region, and their resources."""
        cloudformation = self.client("cloudformation", region)
        for stack in cloudformation.describe_stacks()["Stacks"]:
            name = stack["StackName"]
            if stack["StackStatus"] not in FINISHED:
                self.problems.append(f"stack {name} is {stack['StackStatus']}")
            resources = cloudformation.describe_stack_resources(StackName=name)["StackResources"]
            everything.extend(resources)
            for resource in resources:
                if not resource["ResourceStatus"].endswith("_COMPLETE"):
                    self.problems.append(
                        f"{resource['LogicalResourceId']} of {name} is {resource['ResourceStatus']}"
                    )
            found[name] = {
                "resources": sorted(entry["LogicalResourceId"] for entry in resources),
                "parameters": {
                    entry["ParameterKey"]: entry["ParameterValue"] for entry in stack.get("Parameters", [])
                },
                "tags": stack.get("Tags", []),
                "protected": stack.get("EnableTerminationProtection"),
                "template": cloudformation.get_template(StackName=name)["TemplateBody"],
            }

    def function(self, region, name, stacks):
        lambda_ = self.client("lambda", region)
        function = lambda_.get_function_configuration(FunctionName=name)
        self.state["function"] = function
        aliases = lambda_.list_aliases(FunctionName=name)["Aliases"]
        alias = self.one("alias", [entry["Name"] for entry in aliases])
        if alias is None:
            return
        version = lambda_.get_function_configuration(FunctionName=name, Qualifier=alias)
        if version["CodeSha256"] != function["CodeSha256"]:
            self.problems.append("the alias does not run the function's code")
        wanted = [stack["parameters"].get("VersionDescription") for stack in stacks.values()]
        if version["Description"] not in wanted:
            self.problems.append("the alias does not run the version that the stack describes")
        policy = lambda_.get_policy(FunctionName=name, Qualifier=alias)["Policy"]
        self.state["policy"] = json.loads(policy)
        names = [
            entry["logGroupName"]
            for place in self.question["regions"]
            for entry in self.client("logs", place).describe_log_groups()["logGroups"]
        ]
        self.one("log group of a function", [group for group in names if group.startswith("/aws/lambda/")])
        self.state["log groups"] = names

    def memory(self, skill):
        """What the rollout remembers."""
        s3 = self.client("s3")
        buckets = [entry["Name"] for entry in s3.list_buckets()["Buckets"]]
        # The state is in the home region's; each region has one with the code of its function.
        bucket = self.one("bucket", [name for name in buckets if name.endswith(self.question["regions"][0])])
        self.state["buckets"] = len(buckets)
        if bucket is None:
            return
        key = f"stages/{self.question['stage']}.json"
        state = json.loads(s3.get_object(Bucket=bucket, Key=key)["Body"].read())
        if state.get("lock") is not None:
            self.problems.append("the lock is still taken")
        if state.get("skill", {}).get("id") != skill:
            self.problems.append("the state names another skill than the vendor has")

    def read(self):
        skill = self.skill()
        self.pool()
        self.stacks()
        self.memory(skill)
        text = json.dumps(tidy(self.state), sort_keys=True, default=str)
        for number, entry in enumerate(self.ids):
            text = text.replace(entry, f"<id {number}>")
        return {"problems": self.problems, "state": json.loads(VOLATILE.sub("*", text))}


def main():
    for line in sys.stdin:
        try:
            answer = EndState(json.loads(line)).read()
        except (ClientError, OSError, KeyError) as error:
            answer = {"problems": [f"{type(error).__name__}: {error}"], "state": {}}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
