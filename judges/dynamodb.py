"""boto3 on the tables of a local stage: conditions, indexes, transactions, expiry and errors."""

import argparse
import json
import os
import urllib.request
from datetime import datetime

import boto3
from boto3.dynamodb.conditions import Attr, Key
from botocore.exceptions import ClientError

HOME = "eu-central-1"
NAME = "judged-by-boto3"


def refused(call, code):
    """The error of a call that has to be refused with this code."""
    try:
        call()
    except ClientError as error:
        assert error.response["Error"]["Code"] == code, error
        return error.response
    raise AssertionError(f"{code} was expected")


def control(device, path, body=None):
    """One of the stage's own doors."""
    headers = {"authorization": f"Bearer {os.environ['STAGE_TOKEN']}", "content-type": "application/json"}
    data = json.dumps(body).encode() if body else None
    return json.load(urllib.request.urlopen(urllib.request.Request(device + path, data=data, headers=headers)))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--device", required=True)
    parser.add_argument("--table", required=True, help="the table of the deployed project")
    options = parser.parse_args()
    client = boto3.client("dynamodb", region_name=HOME)
    deployed = client.describe_table(TableName=options.table)["Table"]
    assert deployed["TableArn"] == f"arn:aws:dynamodb:{HOME}:000000000000:table/{options.table}", deployed
    assert deployed["TableStatus"] == "ACTIVE" and deployed["BillingModeSummary"]["BillingMode"] == "PAY_PER_REQUEST"
    tags = {tag["Key"]: tag["Value"] for tag in client.list_tags_of_resource(ResourceArn=deployed["TableArn"])["Tags"]}
    assert tags["voicelink:stage"] == "local", tags
    assert not boto3.client("dynamodb", region_name="us-east-1").list_tables()["TableNames"]

    client.create_table(
        TableName=NAME,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[
            {"AttributeName": name, "AttributeType": "S"} for name in ("person", "ride", "city")
        ],
        KeySchema=[{"AttributeName": "person", "KeyType": "HASH"}, {"AttributeName": "ride", "KeyType": "RANGE"}],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by-city",
                "KeySchema": [{"AttributeName": "city", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
    )
    client.get_waiter("table_exists").wait(TableName=NAME)
    table = boto3.resource("dynamodb", region_name=HOME).Table(NAME)
    for number, city in enumerate(["berlin", "hamburg", "berlin"]):
        table.put_item(Item={"person": "ada", "ride": str(number), "city": city, "price": number})

    # Conditions.
    key = {"person": "ada", "ride": "0"}
    refused(lambda: table.put_item(Item=key, ConditionExpression=Attr("ride").not_exists()), "ConditionalCheckFailedException")
    updated = table.update_item(
        Key=key,
        UpdateExpression="SET price = price + :more",
        ConditionExpression=Attr("price").lt(1),
        ExpressionAttributeValues={":more": 7},
        ReturnValues="ALL_NEW",
    )
    assert updated["Attributes"]["price"] == 7, updated
    refused(
        lambda: table.delete_item(Key=key, ConditionExpression=Attr("price").eq(1)),
        "ConditionalCheckFailedException",
    )
    # Indexes, and pages of a query.
    found = table.query(IndexName="by-city", KeyConditionExpression=Key("city").eq("berlin"))
    assert found["Count"] == 2, found
    page = table.query(KeyConditionExpression=Key("person").eq("ada"), Limit=2)
    rest = table.query(KeyConditionExpression=Key("person").eq("ada"), ExclusiveStartKey=page["LastEvaluatedKey"])
    assert [item["ride"] for item in page["Items"] + rest["Items"]] == ["0", "1", "2"]
    found = table.query(KeyConditionExpression=Key("person").eq("ada") & Key("ride").between("1", "2"), ScanIndexForward=False)
    assert [item["ride"] for item in found["Items"]] == ["2", "1"]
    # Transactions: all or nothing, and why.
    item = lambda ride: {"person": {"S": "ada"}, "ride": {"S": ride}}
    reasons = refused(
        lambda: client.transact_write_items(
            TransactItems=[
                {"Put": {"TableName": NAME, "Item": item("3")}},
                {"Put": {"TableName": NAME, "Item": item("0"), "ConditionExpression": "attribute_not_exists(ride)"}},
            ]
        ),
        "TransactionCanceledException",
    )["CancellationReasons"]
    assert [reason["Code"] for reason in reasons] == ["None", "ConditionalCheckFailed"], reasons
    assert "Item" not in table.get_item(Key={"person": "ada", "ride": "3"})
    # Batches.
    with table.batch_writer() as batch:
        for number in range(30):
            batch.put_item(Item={"person": "grace", "ride": f"{number:02}"})
    assert table.query(KeyConditionExpression=Key("person").eq("grace"), Select="COUNT")["Count"] == 30
    # Expiry, by the stage's clock.
    client.update_time_to_live(TableName=NAME, TimeToLiveSpecification={"AttributeName": "until", "Enabled": True})
    now = control(options.device, "control/clock")["now"]
    until = int(datetime.fromisoformat(now.replace("Z", "+00:00")).timestamp()) + 60
    table.put_item(Item={"person": "edsger", "ride": "0", "until": until})
    assert "Item" in table.get_item(Key={"person": "edsger", "ride": "0"})
    control(options.device, "control/clock", {"advanceSeconds": 61})
    assert "Item" not in table.get_item(Key={"person": "edsger", "ride": "0"})
    # Errors.
    refused(lambda: client.describe_table(TableName="nowhere"), "ResourceNotFoundException")
    undefined = [{"AttributeName": "nothing", "KeyType": "HASH"}]
    refused(
        lambda: client.create_table(
            TableName="undefined", BillingMode="PAY_PER_REQUEST", KeySchema=undefined, AttributeDefinitions=[]
        ),
        "ValidationException",
    )
    refused(lambda: table.get_item(Key={"person": "ada"}), "ValidationException")
    refused(lambda: table.put_item(Item={"person": "", "ride": "0"}), "ValidationException")
    stranger = boto3.client("dynamodb", region_name=HOME, aws_access_key_id="AKIAEXAMPLE", aws_secret_access_key="x")
    refused(stranger.list_tables, "UnrecognizedClientException")
    client.delete_table(TableName=NAME)
    client.get_waiter("table_not_exists").wait(TableName=NAME)
    print("boto3 reads and writes the stage's tables as it does DynamoDB's")


if __name__ == "__main__":
    main()
