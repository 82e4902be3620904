use http::Request;

use super::*;

/// A call: service, method, path, `x-amz-target` if any, and body.
type Call<'a> = (&'a str, &'a str, &'a str, &'a str, &'a str);

fn asked((service, method, path, target, body): Call<'_>) -> Option<Vec<Action>> {
    let authorization = format!(
        "AWS4-HMAC-SHA256 Credential=k/20260101/eu-west-1/{service}/aws4_request, \
         SignedHeaders=host, Signature={}",
        "00".repeat(32)
    );
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .header("authorization", authorization)
        .header("x-amz-date", "20260101T000000Z");
    if !target.is_empty() {
        request = request.header("x-amz-target", target);
    }
    let (parts, ()) = request.body(()).unwrap().into_parts();
    let received = Received::of(&parts, body.to_owned().into());
    let scope = Scope::of(&received.headers, &received.query).unwrap();
    of(&scope, &received)
}

#[test]
fn a_call_of_each_protocol_is_an_action_on_what_it_names() {
    let queue = "arn:aws:sqs:eu-west-1:000000000000:orders";
    let url = r#"{"QueueUrl":"http://127.0.0.1:4566/000000000000/orders"}"#;
    let topic = "arn:aws:sns:eu-west-1:000000000000:news";
    let publish = format!("Action=PublishBatch&Version=2010-03-31&TopicArn={topic}");
    for (call, name, resources) in [
        (
            ("sqs", "POST", "/", "AmazonSQS.SendMessage", url),
            "sqs:SendMessage",
            vec![queue],
        ),
        (
            ("sqs", "POST", "/", "AmazonSQS.SendMessageBatch", url),
            "sqs:SendMessage",
            vec![queue],
        ),
        (
            ("sns", "POST", "/", "", &publish),
            "sns:Publish",
            vec![topic],
        ),
        (
            (
                "monitoring",
                "POST",
                "/service/GraniteServiceVersion20100801/operation/PutMetricData",
                "",
                "",
            ),
            "cloudwatch:PutMetricData",
            vec![],
        ),
        (
            (
                "events",
                "POST",
                "/",
                "AWSEvents.PutEvents",
                r#"{"Entries":[{"EventBusName":"rides"},{}]}"#,
            ),
            "events:PutEvents",
            vec![
                "arn:aws:events:eu-west-1:000000000000:event-bus/default",
                "arn:aws:events:eu-west-1:000000000000:event-bus/rides",
            ],
        ),
        (
            (
                "states",
                "POST",
                "/",
                "AWSStepFunctions.StartExecution",
                r#"{"stateMachineArn":"arn:aws:states:eu-west-1:1:stateMachine:a"}"#,
            ),
            "states:StartExecution",
            vec!["arn:aws:states:eu-west-1:1:stateMachine:a"],
        ),
        (
            (
                "ssm",
                "POST",
                "/",
                "AmazonSSM.GetParameter",
                r#"{"Name":"/a/b"}"#,
            ),
            "ssm:GetParameter",
            vec!["arn:aws:ssm:eu-west-1:000000000000:parameter/a/b"],
        ),
        (
            ("s3", "PUT", "/photos/a%20b.png?x-id=PutObject", "", "…"),
            "s3:PutObject",
            vec!["arn:aws:s3:::photos/a b.png"],
        ),
        (
            ("s3", "GET", "/photos/?list-type=2&prefix=a", "", ""),
            "s3:ListBucket",
            vec!["arn:aws:s3:::photos"],
        ),
        (
            (
                "lambda",
                "POST",
                "/2015-03-31/functions/other/invocations",
                "",
                "{}",
            ),
            "lambda:InvokeFunction",
            vec!["arn:aws:lambda:eu-west-1:000000000000:function:other"],
        ),
    ] {
        let action = Action {
            name: name.to_owned(),
            resources: resources.into_iter().map(str::to_owned).collect(),
        };
        assert_eq!(asked(call), Some(vec![action]), "{call:?}");
    }
}

/// Nothing is guessed: what cannot be told is not evaluated as something else.
#[test]
fn a_call_that_does_not_say_its_operation_is_no_action() {
    for call in [
        ("scheduler", "POST", "/schedules/wake", "", "{}"),
        (
            "scheduler",
            "POST",
            "/schedules/wake?Action=ListTagsForResource",
            "",
            "{}",
        ),
        ("s3", "PUT", "/photos/a?tagging", "", ""),
        ("s3", "GET", "/photos?policy", "", ""),
        ("s3", "GET", "/", "", ""),
        ("lambda", "DELETE", "/2015-03-31/functions/other", "", ""),
    ] {
        assert_eq!(asked(call), None, "{call:?}");
    }
}
