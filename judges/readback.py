"""Reads a deployment back with boto3 and compares it with what stack.toml asks for.

Knows stack names and the stack file; everything else it finds out from AWS itself.
"""

import argparse
import json
import sys

import boto3
from botocore.config import Config

import stackfile

ALEXA = "alexa-appkit.amazon.com"
# Words of the stack file and Cognito's.
ADDRESSES = {"email": "email", "phone": "phone_number"}
MFA = {"off": "OFF", "optional": "OPTIONAL", "required": "ON"}
FACTORS = {
    "sms": "SmsMfaConfiguration",
    "totp": "SoftwareTokenMfaConfiguration",
    "email": "EmailMfaConfiguration",
}


def client(service, endpoint, region, key_id=None, secret=None):
    """A boto3 client that cannot reach anything but `endpoint`.

    Without a key pair it takes the one in the environment, as the AWS CLI does.
    """
    return boto3.client(
        service,
        endpoint_url=endpoint,
        region_name=region,
        aws_access_key_id=key_id,
        aws_secret_access_key=secret,
        config=Config(
            s3={"addressing_style": "path"},
            retries={"max_attempts": 1},
            connect_timeout=5,
            read_timeout=15,
        ),
    )


class Reader:
    """Collects what was expected and what was found, by name."""

    def __init__(self, endpoint, region):
        self.endpoint = endpoint
        self.region = region
        self.results = []

    def client(self, service):
        return client(service, self.endpoint, self.region)

    def expect(self, name, expected, found):
        self.results.append((name, expected, found))

    def stack(self, name):
        """Outputs and parameters of a finished stack."""
        stack = self.client("cloudformation").describe_stacks(StackName=name)["Stacks"][0]
        self.expect(
            f"{name}.finished",
            True,
            stack["StackStatus"] in ("CREATE_COMPLETE", "UPDATE_COMPLETE"),
        )
        outputs = {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}
        parameters = {
            parameter["ParameterKey"]: parameter["ParameterValue"]
            for parameter in stack.get("Parameters", [])
        }
        return outputs, parameters


def identity(reader, stack_name, stack):
    """Pool, client, domain and branding."""
    outputs, parameters = reader.stack(stack_name)
    cognito = reader.client("cognito-idp")
    wanted = stack["identity"]

    pool = cognito.describe_user_pool(UserPoolId=outputs["UserPoolId"])["UserPool"]
    expect = reader.expect
    expect("pool.arn", outputs.get("UserPoolArn"), pool["Arn"])
    expect("pool.name-prefix", True, pool["Name"].startswith(stack["name"]))
    expect("pool.deletion-protection", "ACTIVE", pool.get("DeletionProtection"))
    expect("pool.plan", wanted["plan"].upper(), pool.get("UserPoolTier"))
    if wanted["sign-in"] != ["username"]:
        addresses = sorted(ADDRESSES[word] for word in wanted["sign-in"])
        expect("pool.sign-in", addresses, sorted(pool.get("UsernameAttributes", [])))
        expect("pool.verified", addresses, sorted(pool.get("AutoVerifiedAttributes", [])))
    form = pool.get("IssuerConfiguration", {}).get("Type", "ORIGINAL")
    expect("pool.issuer", wanted["issuer"].upper(), form)
    expect("pool.case", False, pool.get("UsernameConfiguration", {}).get("CaseSensitive"))
    expect("pool.mfa", MFA[wanted["mfa"]], pool.get("MfaConfiguration", "OFF"))
    if wanted["mfa"] != "off":
        config = cognito.get_user_pool_mfa_config(UserPoolId=pool["Id"])
        found = [word for word, key in FACTORS.items() if config.get(key, {}).get("Enabled", key in config)]
        expect("pool.factors", sorted(wanted["mfa-factors"]), sorted(found))
    if "phone" in wanted["sign-in"] or "sms" in wanted["mfa-factors"]:
        text_messages(reader, pool.get("SmsConfiguration", {}), stack_name)
    expect(
        "pool.self-sign-up",
        wanted["self-sign-up"],
        not pool["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"],
    )

    client_ = cognito.describe_user_pool_client(
        UserPoolId=pool["Id"], ClientId=outputs["ClientId"]
    )["UserPoolClient"]
    expect("client.secret", True, len(client_.get("ClientSecret", "")) > 40)
    expect("client.flows", sorted(stack["linking"]["grants"]), sorted(client_["AllowedOAuthFlows"]))
    expect("client.oauth", True, client_.get("AllowedOAuthFlowsUserPoolClient"))
    expect("client.scopes", sorted(stack["linking"]["scopes"]), sorted(client_["AllowedOAuthScopes"]))
    redirects = parameters["RedirectUris"].split(",")
    expect("client.redirects.count", 3, len(redirects))
    expect("client.redirects", sorted(redirects), sorted(client_["CallbackURLs"]))
    expect("client.providers", ["COGNITO"], client_.get("SupportedIdentityProviders"))
    expect("client.revocation", True, client_.get("EnableTokenRevocation"))
    units = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400}
    for token in ("access", "refresh"):
        title = token.capitalize()
        unit = client_.get("TokenValidityUnits", {}).get(f"{title}Token", "")
        expect(
            f"client.{token}-token-seconds",
            stackfile.seconds(wanted["tokens"][token]),
            client_.get(f"{title}TokenValidity", 0) * units.get(unit, 0),
        )

    domain = cognito.describe_user_pool_domain(Domain=outputs["Domain"])["DomainDescription"]
    expect("domain.pool", pool["Id"], domain.get("UserPoolId"))
    expect("domain.status", "ACTIVE", domain.get("Status"))
    version = 2 if wanted["pages"] == "managed-login" else 1
    expect("domain.pages", version, domain.get("ManagedLoginVersion"))
    if version == 2:
        expect("branding.of-client", True, branded(cognito, pool["Id"], outputs["ClientId"]))
    return outputs


def text_messages(reader, sms, stack_name):
    """The role that Cognito sends text messages with, which no other pool may take."""
    reader.expect("sms.external-id", stack_name, sms.get("ExternalId"))
    reader.expect("sms.region", reader.region, sms.get("SnsRegion"))
    arn = sms.get("SnsCallerArn", "")
    role = reader.client("iam").get_role(RoleName=arn.rsplit("/", 1)[-1])["Role"]
    reader.expect("sms.role", role["Arn"], arn)
    (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
    reader.expect("sms.principal", {"Service": "cognito-idp.amazonaws.com"}, statement["Principal"])
    condition = statement["Condition"]["StringEquals"]
    reader.expect("sms.trust", stack_name, condition.get("sts:ExternalId"))


def branded(cognito, pool_id, client_id):
    """Whether the client's pages have a style; without one, Cognito shows none."""
    try:
        answer = cognito.describe_managed_login_branding_by_client(
            UserPoolId=pool_id, ClientId=client_id
        )
    except cognito.exceptions.ClientError as error:
        return str(error)
    return answer["ManagedLoginBranding"].get("UseCognitoProvidedValues")


def skill(reader, stack_name, stack, skill_id):
    """Function, version, alias, permission, role and log group."""
    outputs, parameters = reader.stack(stack_name)
    lambda_ = reader.client("lambda")
    expect = reader.expect
    name = outputs["FunctionName"]

    function = lambda_.get_function_configuration(FunctionName=name)
    expect("function.runtime", "provided.al2023", function["Runtime"])
    expect("function.architecture", [parameters["Architecture"]], function["Architectures"])
    expect("function.timeout", 8, function["Timeout"])
    expect("function.memory", stack["lambda"]["memory"], function["MemorySize"])
    environment = function["Environment"]["Variables"]
    expect("function.skill-id", skill_id, environment.get("VOICELINK_SKILL_ID"))
    expect("function.client-id", parameters["ClientId"], environment.get("VOICELINK_CLIENT_ID"))
    expect("function.issuer", parameters["Issuer"], environment.get("VOICELINK_ISSUER"))
    expect(
        "function.no-secret",
        [],
        [key for key in environment if "SECRET" in key.upper() or "TOKEN" in key.upper()],
    )

    alias_arn = outputs["AliasArn"]
    alias_name = alias_arn.rsplit(":", 1)[1]
    alias = lambda_.get_alias(FunctionName=name, Name=alias_name)
    expect("alias.arn", alias_arn, alias["AliasArn"])
    expect("alias.version", outputs["Version"], alias["FunctionVersion"])
    version = lambda_.get_function_configuration(
        FunctionName=name, Qualifier=alias["FunctionVersion"]
    )
    expect("version.code", function["CodeSha256"], version["CodeSha256"])
    expect("version.description", parameters["VersionDescription"], version["Description"])

    policy = json.loads(lambda_.get_policy(FunctionName=name, Qualifier=alias_name)["Policy"])
    statements = policy["Statement"]
    expect("permission.count", 1, len(statements))
    statement = statements[0]
    expect("permission.principal", {"Service": ALEXA}, statement["Principal"])
    expect("permission.action", "lambda:InvokeFunction", statement["Action"])
    expect("permission.resource", alias_arn, statement["Resource"])
    expect(
        "permission.skill",
        {"StringEquals": {"lambda:EventSourceToken": skill_id}},
        statement.get("Condition"),
    )

    role_name = function["Role"].rsplit("/", 1)[1]
    role = reader.client("iam").get_role(RoleName=role_name)["Role"]
    principals = [
        entry["Principal"].get("Service") for entry in role["AssumeRolePolicyDocument"]["Statement"]
    ]
    expect("role.principal", ["lambda.amazonaws.com"], principals)

    group = function.get("LoggingConfig", {}).get("LogGroup", f"/aws/lambda/{name}")
    groups = reader.client("logs").describe_log_groups(logGroupNamePrefix=group)["logGroups"]
    days = stackfile.seconds(stack["lambda"]["log-retention"]) // 86400
    expect("logs.retention", [days], [entry.get("retentionInDays") for entry in groups])


def read(endpoint, region, identity_stack, skill_stack, skill_id, stack):
    """Every expectation with its name, what was expected and what was found."""
    reader = Reader(endpoint, region)
    identity(reader, identity_stack, stack)
    skill(reader, skill_stack, stack, skill_id)
    return reader.results


def add_arguments(parser):
    """What every judge of a deployment is told."""
    for name in ("endpoint", "region", "identity-stack", "skill-stack", "skill-id", "stack-file"):
        parser.add_argument(f"--{name}", required=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    add_arguments(parser)
    arguments = parser.parse_args()
    results = read(
        arguments.endpoint,
        arguments.region,
        arguments.identity_stack,
        arguments.skill_stack,
        arguments.skill_id,
        stackfile.load(arguments.stack_file),
    )
    wrong = [result for result in results if result[1] != result[2]]
    for name, expected, found in wrong:
        print(f"{name}: expected {expected!r}, found {found!r}")
    print(f"read back with boto3: {len(results) - len(wrong)} of {len(results)} as expected")
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
