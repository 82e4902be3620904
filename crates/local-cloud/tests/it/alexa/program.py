#!/usr/bin/env python3
"""Answers what it was asked, over the Runtime API."""
import json
import os
import sys
import urllib.request

api = "http://" + os.environ["AWS_LAMBDA_RUNTIME_API"] + "/2018-06-01/runtime/invocation/"


def ask_for_a_moment(event):
    system = event["context"]["System"]
    directive = {
        "header": {"requestId": event["request"]["requestId"]},
        "directive": {"type": "VoicePlayer.Speak", "speech": "<speak>One moment.</speak>"},
    }
    request = urllib.request.Request(
        system["apiEndpoint"] + "/v1/directives",
        data=json.dumps(directive).encode(),
        headers={
            "Authorization": "Bearer " + system["apiAccessToken"],
            "Content-Type": "application/json",
        },
        method="POST",
    )
    with urllib.request.urlopen(request) as response:
        assert response.status == 204, response.status


def answer(event):
    request = event["request"]
    kind = request["type"]
    if kind == "SessionEndedRequest" or kind.startswith("AlexaSkillEvent."):
        return {}
    if kind == "LaunchRequest":
        ask_for_a_moment(event)
        user = event["context"]["System"]["user"]
        if "accessToken" in user:
            return {
                "outputSpeech": {"type": "SSML", "ssml": "<speak>Linked &amp; ready.</speak>"},
                "shouldEndSession": False,
            }
        return {
            "outputSpeech": {"type": "PlainText", "text": "Hello."},
            "reprompt": {"outputSpeech": {"type": "PlainText", "text": "Well?"}},
            "shouldEndSession": False,
        }
    intent = request["intent"]
    if intent["name"] == "AMAZON.HelpIntent":
        return {"card": {"type": "Nonsense"}}
    if intent["name"] == "AMAZON.StopIntent":
        sys.exit("crashed on purpose")
    if intent["name"] == "RequestInfoIntent":
        slot = intent["slots"]["info"]
        found = slot["resolutions"]["resolutionsPerAuthority"][0]
        code = found["status"]["code"]
        value = found["values"][0]["value"]["id"] if "values" in found else slot["value"]
        count = event["session"].get("attributes", {}).get("count", 0)
        return {
            "outputSpeech": {"type": "PlainText", "text": f"{code} {value} {count}"},
            "shouldEndSession": False,
        }
    return {"outputSpeech": {"type": "PlainText", "text": intent["name"]}}


while True:
    with urllib.request.urlopen(api + "next") as response:
        identifier = response.headers["Lambda-Runtime-Aws-Request-Id"]
        event = json.load(response)
    count = event.get("session", {}).get("attributes", {}).get("count", 0)
    document = {
        "version": "1.0",
        "response": answer(event),
        "sessionAttributes": {"count": count + 1},
    }
    urllib.request.urlopen(
        urllib.request.Request(
            api + identifier + "/response", data=json.dumps(document).encode(), method="POST"
        )
    )
