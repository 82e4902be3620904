//! Calls of a function to AWS, with keys of its own, and only as far as its role allows them.

use serde_json::{Value, json};

use super::{Answer, Api};

/// A Signature Version 4 of the script's own, so that nothing here knows the stage's code.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>
pub(super) const SCRIPT: &str = r#"
import datetime, hashlib, hmac

def keyed(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()

def aws(service, target, document):
    endpoint, region = os.environ["AWS_ENDPOINT_URL"], os.environ["AWS_REGION"]
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    body = json.dumps(document)
    headers = {
        "content-type": "application/x-amz-json-1.1",
        "host": endpoint.split("://")[1],
        "x-amz-date": now,
        "x-amz-security-token": os.environ["AWS_SESSION_TOKEN"],
        "x-amz-target": target,
    }
    names = ";".join(sorted(headers))
    canonical = "\n".join(["POST", "/", "", *["%s:%s" % (name, headers[name]) for name in sorted(headers)], "",
        names, hashlib.sha256(body.encode()).hexdigest()])
    scope = "/".join([now[:8], region, service, "aws4_request"])
    text = "\n".join(["AWS4-HMAC-SHA256", now, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = ("AWS4" + os.environ["AWS_SECRET_ACCESS_KEY"]).encode()
    for part in scope.split("/"):
        key = keyed(key, part)
    headers["authorization"] = "AWS4-HMAC-SHA256 Credential=%s/%s, SignedHeaders=%s, Signature=%s" % (
        os.environ["AWS_ACCESS_KEY_ID"], scope, names, keyed(key, text).hex())
    request = urllib.request.Request(endpoint + "/", data=body.encode(), headers=headers)
    try:
        return json.load(urllib.request.urlopen(request))
    except urllib.error.HTTPError as error:
        return json.load(error)

serve(lambda event, headers: aws(event["service"], event["target"], event["input"]))"#;

impl Api {
    /// An operation of IAM, by the deployer.
    async fn iam(&self, action: &str, input: &[(&str, &str)]) {
        let mut form = vec![("Action", action), ("Version", "2010-05-08")];
        form.extend(input);
        let request = self.http.post(self.stage.urls().aws.clone()).form(&form);
        let answer = self.signed(request, "iam").await;
        assert_eq!(answer.status(), 200, "{action}");
    }

    /// Makes the function's role, which may do nothing.
    pub(super) async fn create_role(&self) {
        let trust = json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Allow",
            "Principal": { "Service": "lambda.amazonaws.com" }, "Action": "sts:AssumeRole" }] });
        let role = [
            ("RoleName", "greeter"),
            ("AssumeRolePolicyDocument", &trust.to_string()),
        ];
        self.iam("CreateRole", &role).await;
    }

    /// Lets the function do this and no more.
    pub(super) async fn allow(&self, actions: &[&str], resource: &str) {
        let policy = json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Allow", "Action": actions,
            "Resource": resource }] });
        let put = [
            ("RoleName", "greeter"),
            ("PolicyName", "own"),
            ("PolicyDocument", &policy.to_string()),
        ];
        self.iam("PutRolePolicy", &put).await;
    }

    /// An operation of Systems Manager, by the deployer.
    async fn ssm(&self, operation: &str, input: &Value) -> Answer {
        let request = self
            .http
            .post(self.stage.urls().aws.clone())
            .header("content-type", "application/x-amz-json-1.1")
            .header("x-amz-target", format!("AmazonSSM.{operation}"))
            .body(input.to_string());
        Answer::read(self.signed(request, "ssm").await).await
    }

    /// The same, by the function.
    async fn by_the_function(&self, operation: &str, input: Value) -> Value {
        let target = format!("AmazonSSM.{operation}");
        let event = json!({ "service": "ssm", "target": target, "input": input });
        self.invoke("greeter", event).await.body
    }
}

#[tokio::test]
async fn a_function_reads_the_secret_that_its_role_allows_and_no_other() {
    let api = Api::start().await;
    api.create_role().await;
    for (name, value) in [("/guide/dev/key", "first"), ("/guide/prod/key", "second")] {
        let input = json!({ "Name": name, "Value": value, "Type": "SecureString" });
        let put = api.ssm("PutParameter", &input).await;
        assert_eq!((put.status, &put.body["Version"]), (200, &json!(1)));
        let again = api.ssm("PutParameter", &input).await;
        assert_eq!(again.body["__type"], "ParameterAlreadyExists");
    }
    api.create(SCRIPT, json!({})).await;
    let read = |name: &str| json!({ "Name": name, "WithDecryption": true });
    let refused = api
        .by_the_function("GetParameter", read("/guide/dev/key"))
        .await;
    assert_eq!(refused["__type"], "AccessDeniedException", "{refused}");
    assert_eq!(
        refused["message"],
        "User: arn:aws:sts::000000000000:assumed-role/greeter/greeter is not authorized to perform: \
         ssm:GetParameter on resource: arn:aws:ssm:us-east-1:000000000000:parameter/guide/dev/key because no \
         identity-based policy allows the ssm:GetParameter action"
    );

    let those = "arn:aws:ssm:us-east-1:000000000000:parameter/guide/dev/*";
    api.allow(&["ssm:GetParameter"], those).await;
    let secret = api
        .by_the_function("GetParameter", read("/guide/dev/key"))
        .await;
    assert_eq!(secret["Parameter"]["Value"], "first", "{secret}");
    let sealed = api
        .by_the_function("GetParameter", json!({ "Name": "/guide/dev/key" }))
        .await;
    assert_ne!(sealed["Parameter"]["Value"], "first");
    for (operation, input) in [
        ("GetParameter", read("/guide/prod/key")),
        ("DeleteParameter", json!({ "Name": "/guide/dev/key" })),
        ("DescribeParameters", json!({})),
    ] {
        let refused = api.by_the_function(operation, input).await;
        assert_eq!(
            refused["__type"], "AccessDeniedException",
            "{operation}: {refused}"
        );
    }
    let listed = api.ssm("DescribeParameters", &json!({})).await.body;
    assert_eq!(
        listed["Parameters"].as_array().unwrap().len(),
        2,
        "{listed}"
    );
    assert!(!listed.to_string().contains("first"), "{listed}");
    api.stop().await;
}
