"""boto3 on the queue of an AWS emulator: which messages a skill has sent to it."""

import argparse
import json

import boto3


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--endpoint", required=True)
    parser.add_argument("--region", required=True)
    parser.add_argument("--queue", required=True)
    parser.add_argument("addresses", nargs="*", help="where taxis were ordered to, in any order, and no others")
    options = parser.parse_args()
    client = boto3.client("sqs", endpoint_url=options.endpoint, region_name=options.region)
    found = []
    while messages := client.receive_message(QueueUrl=options.queue, MaxNumberOfMessages=10).get("Messages"):
        for message in messages:
            found.append(json.loads(message["Body"])["from"])
            client.delete_message(QueueUrl=options.queue, ReceiptHandle=message["ReceiptHandle"])
    assert sorted(found) == sorted(options.addresses), f"{found} in the queue, and not {options.addresses}"
    print(f"the queue had {len(found)} messages")


if __name__ == "__main__":
    main()
