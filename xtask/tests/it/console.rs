//! Somebody with the keys of the account and a console, who is not the rollout: one HTTP request
//! for each thing that they do.

use local_cloud::Access;
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

use crate::stage::Stage;

/// Calls of an AWS service, or of the Skill Management API.
pub(crate) struct Console<'stage> {
    urls: &'stage Value,
    region: &'static str,
}

impl<'stage> Console<'stage> {
    /// In the home region of a stage that names none.
    pub(crate) fn of(stage: &'stage Stage) -> Self {
        Self::at(&stage.urls)
    }

    /// The same for whoever must not keep the stage alive.
    pub(crate) fn at(urls: &'stage Value) -> Self {
        Self {
            urls,
            region: "us-east-1",
        }
    }

    /// An operation of Cognito; its answer.
    pub(crate) fn cognito(&self, operation: &str, input: &Value) -> Value {
        let (status, text) = self.ask_cognito(operation, input);
        assert_eq!(status, 200, "{operation}: {text}");
        serde_json::from_str(&text).unwrap_or(Value::Null)
    }

    /// Why Cognito refuses an operation, if it does.
    pub(crate) fn refused(&self, operation: &str, input: &Value) -> Option<String> {
        let (status, text) = self.ask_cognito(operation, input);
        assert!(status == 200 || status == 400, "{operation}: {text}");
        (status != 200).then_some(text)
    }

    fn ask_cognito(&self, operation: &str, input: &Value) -> (u16, String) {
        let target = format!("AWSCognitoIdentityProviderService.{operation}");
        let request = |client: &reqwest::Client| {
            client
                .post(self.url("aws", ""))
                .header("content-type", "application/x-amz-json-1.1")
                .header("x-amz-target", target)
                .body(input.to_string())
        };
        self.signed("cognito-idp", request)
    }

    /// An action of CloudFormation.
    pub(crate) fn cloudformation(&self, action: &str, parameters: &[(&str, &str)]) -> String {
        self.query("cloudformation", "2010-05-15", action, parameters)
    }

    /// Makes a role that Cognito may send text messages with; its ARN.
    pub(crate) fn make_text_message_role(&self, name: &str) -> String {
        let statement = |more: Value| json!({ "Version": "2012-10-17", "Statement": more });
        let trust = statement(json!({ "Effect": "Allow", "Action": "sts:AssumeRole",
            "Principal": { "Service": "cognito-idp.amazonaws.com" } }));
        let policy =
            statement(json!({ "Effect": "Allow", "Action": "sns:Publish", "Resource": "*" }));
        let role = ("RoleName", name);
        let (trust, policy) = (trust.to_string(), policy.to_string());
        let trust = ("AssumeRolePolicyDocument", &*trust);
        let policy = [("PolicyName", "messages"), ("PolicyDocument", &policy)];
        self.query("iam", "2010-05-08", "CreateRole", &[role, trust]);
        let policy = [&[role][..], &policy].concat();
        self.query("iam", "2010-05-08", "PutRolePolicy", &policy);
        format!("arn:aws:iam::000000000000:role/{name}")
    }

    /// An inline policy of a role.
    pub(crate) fn role_policy(&self, role: &str, policy: &str) -> String {
        let asked = [("RoleName", role), ("PolicyName", policy)];
        self.query("iam", "2010-05-08", "GetRolePolicy", &asked)
    }

    /// An action of a service with the query protocol.
    fn query(
        &self,
        service: &str,
        version: &str,
        action: &str,
        parameters: &[(&str, &str)],
    ) -> String {
        let fixed = [("Action", action), ("Version", version)];
        let body = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fixed.iter().chain(parameters))
            .finish();
        let request = |client: &reqwest::Client| {
            client
                .post(self.url("aws", ""))
                .header("content-type", "application/x-www-form-urlencoded")
                .body(body)
        };
        let (status, text) = self.signed(service, request);
        assert_eq!(status, 200, "{action}: {text}");
        text
    }

    /// Makes a stack with a template of one's own.
    pub(crate) fn make_stack(&self, name: &str, template: &str) {
        let set = [("StackName", name), ("ChangeSetName", "by-hand")];
        let fields = [("ChangeSetType", "CREATE"), ("TemplateBody", template)];
        self.cloudformation("CreateChangeSet", &[&set[..], &fields].concat());
        self.until("DescribeChangeSet", &set, "<Status>CREATE_COMPLETE");
        self.cloudformation("ExecuteChangeSet", &set);
        let stack = [("StackName", name)];
        self.until("DescribeStacks", &stack, "<StackStatus>CREATE_COMPLETE<");
    }

    /// Updates a stack with a template of one's own and other values for some parameters.
    pub(crate) fn update_stack(&self, name: &str, template: &str, changed: &[(&str, &str)]) {
        let described = self.cloudformation("DescribeStacks", &[("StackName", name)]);
        let mut fields: Vec<(String, String)> = [
            ("StackName", name),
            ("ChangeSetName", "by-hand"),
            ("TemplateBody", template),
            ("Capabilities.member.1", "CAPABILITY_IAM"),
        ]
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .into();
        let keys = described.split("<ParameterKey>").skip(1);
        for (index, key) in keys.map(|rest| rest.split('<').next().unwrap()).enumerate() {
            let member = format!("Parameters.member.{}", index + 1);
            let (how, value) = match changed.iter().find(|(name, _)| *name == key) {
                Some((_, value)) => ("ParameterValue", *value),
                None => ("UsePreviousValue", "true"),
            };
            fields.push((format!("{member}.ParameterKey"), key.to_owned()));
            fields.push((format!("{member}.{how}"), value.to_owned()));
        }
        let fields: Vec<_> = (fields.iter())
            .map(|(key, value)| (key.as_str(), value.as_str()))
            .collect();
        self.cloudformation("CreateChangeSet", &fields);
        let set = [("StackName", name), ("ChangeSetName", "by-hand")];
        self.until("DescribeChangeSet", &set, "<Status>CREATE_COMPLETE");
        self.cloudformation("ExecuteChangeSet", &set);
        let stack = [("StackName", name)];
        self.until("DescribeStacks", &stack, "<StackStatus>UPDATE_COMPLETE<");
    }

    /// The types of what a stack has.
    pub(crate) fn resource_types(&self, stack: &str) -> std::collections::BTreeSet<String> {
        let listed = self.cloudformation("ListStackResources", &[("StackName", stack)]);
        let types = listed.split("<ResourceType>").skip(1);
        types
            .map(|rest| rest.split('<').next().unwrap().to_owned())
            .collect()
    }

    /// Asks until the answer says something.
    fn until(&self, action: &str, parameters: &[(&str, &str)], text: &str) {
        loop {
            let answer = self.cloudformation(action, parameters);
            if answer.contains(text) {
                return;
            }
            let failed = ["FAILED", "ROLLBACK"]
                .iter()
                .any(|word| answer.contains(word));
            assert!(!failed, "{action}: {answer}");
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
    }

    /// Deletes a protected stack and waits until it is gone; what it retains stays.
    pub(crate) fn delete_stack(&self, name: &str) {
        let unprotected = ("EnableTerminationProtection", "false");
        let stack = ("StackName", name);
        self.cloudformation("UpdateTerminationProtection", &[stack, unprotected]);
        self.cloudformation("DeleteStack", &[stack]);
        let is_there = || {
            let stacks = self.cloudformation("ListStacks", &[]);
            let own = format!("<StackName>{name}</StackName>");
            (stacks.split("<member>"))
                .any(|stack| stack.contains(&own) && !stack.contains("DELETE_COMPLETE"))
        };
        while is_there() {
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
    }

    /// A request to Lambda.
    pub(crate) fn lambda(&self, method: reqwest::Method, path: &str, input: &Value) {
        let request =
            |client: &reqwest::Client| client.request(method, self.url("aws", path)).json(input);
        let (status, text) = self.signed("lambda", request);
        assert!(status < 300, "{path}: {status} {text}");
    }

    /// A change of one record of a hosted zone: `record` is what follows its name in the request.
    pub(crate) fn record(&self, zone: &str, action: &str, name: &str, record: &str) {
        let body = format!(
            "<ChangeResourceRecordSetsRequest xmlns=\"https://route53.amazonaws.com/doc/2013-04-01/\">\
             <ChangeBatch><Changes><Change><Action>{action}</Action><ResourceRecordSet>\
             <Name>{name}</Name>{record}</ResourceRecordSet></Change></Changes></ChangeBatch>\
             </ChangeResourceRecordSetsRequest>"
        );
        let path = format!("2013-04-01/hostedzone/{zone}/rrset/");
        let request = |client: &reqwest::Client| {
            client
                .post(self.url("aws", &path))
                .header("content-type", "application/xml")
                .body(body)
        };
        let (status, text) = self.signed("route53", request);
        assert_eq!(status, 200, "{action} {name}: {text}");
    }

    /// A request to the Skill Management API; its answer.
    pub(crate) fn smapi(&self, method: reqwest::Method, path: &str, body: Option<&Value>) -> Value {
        let request = |client: &reqwest::Client| {
            let request = client
                .request(method, self.url("smapi", path))
                .bearer_auth(self.access().smapi_token.expose_secret());
            match body {
                Some(body) => request.json(body),
                None => request,
            }
        };
        let (status, text) = send(request);
        assert!(status < 300, "{path}: {status} {text}");
        serde_json::from_str(&text).unwrap_or(Value::Null)
    }

    /// A POST to the device, the Alexa app or the developer console; its answer.
    pub(crate) fn device(&self, path: &str, body: &Value) -> Value {
        let url = self.url("device", path);
        let access = self.access();
        let (status, text) =
            send(|client: &reqwest::Client| access.bearer(client.post(url)).json(body));
        assert!(status < 300, "{path}: {status} {text}");
        serde_json::from_str(&text).unwrap_or(Value::Null)
    }

    /// The operations that were called since faults were last set, each named once.
    pub(crate) fn calls(&self) -> std::collections::BTreeSet<String> {
        let url = self.url("device", "control/faults");
        let access = self.access();
        let (status, text) = send(|client: &reqwest::Client| access.bearer(client.get(url)));
        assert_eq!(status, 200, "{text}");
        let journal: Value = serde_json::from_str(&text).unwrap();
        let calls = journal["calls"].as_array().unwrap().iter();
        calls
            .map(|call| call["operation"].as_str().unwrap().to_owned())
            .collect()
    }

    /// The ids of the vendor's skills.
    pub(crate) fn skills(&self) -> Vec<String> {
        let vendors = self.smapi(reqwest::Method::GET, "v1/vendors", None);
        let vendor = vendors["vendors"][0]["id"].as_str().unwrap();
        let path = format!("v1/skills?vendorId={vendor}");
        let skills = self.smapi(reqwest::Method::GET, &path, None);
        let skills = skills["skills"].as_array().unwrap().iter();
        let mut ids: Vec<_> = skills
            .map(|skill| skill["skillId"].as_str().unwrap().to_owned())
            .collect();
        ids.sort();
        ids.dedup();
        ids
    }

    /// Deletes an object.
    pub(crate) fn delete_object(&self, bucket: &str, key: &str) {
        let request =
            |client: &reqwest::Client| client.delete(self.url("aws", &format!("{bucket}/{key}")));
        let (status, text) = self.signed("s3", request);
        assert_eq!(status, 204, "{text}");
    }

    /// The text of an object.
    pub(crate) fn object(&self, bucket: &str, key: &str) -> String {
        let request =
            |client: &reqwest::Client| client.get(self.url("aws", &format!("{bucket}/{key}")));
        let (status, text) = self.signed("s3", request);
        assert_eq!(status, 200, "{key}: {text}");
        text
    }

    /// Writes an object, whatever is there.
    pub(crate) fn put_object(&self, bucket: &str, key: &str, text: &str) {
        let request = |client: &reqwest::Client| {
            client
                .put(self.url("aws", &format!("{bucket}/{key}")))
                .body(text.to_owned())
        };
        let (status, answer) = self.signed("s3", request);
        assert_eq!(status, 200, "{key}: {answer}");
    }

    /// Takes the block on public access off the rollout's bucket.
    pub(crate) fn open_bucket(&self) {
        self.configure_bucket("publicAccessBlock", "<PublicAccessBlockConfiguration/>");
    }

    /// Writes a configuration of the rollout's bucket.
    pub(crate) fn configure_bucket(&self, what: &str, configuration: &'static str) {
        let bucket = format!("account-guide-000000000000-{}", self.region);
        let request = |client: &reqwest::Client| {
            client
                .put(self.url("aws", &format!("{bucket}?{what}")))
                .body(configuration)
        };
        let (status, text) = self.signed("s3", request);
        assert_eq!(status, 200, "{text}");
    }

    /// Loses what the rollout remembers of the stage `local`.
    pub(crate) fn lose_state(&self) {
        let account = "000000000000";
        self.delete_object(
            &format!("account-guide-{account}-{}", self.region),
            "stages/local.json",
        );
    }

    fn access(&self) -> Access {
        serde_json::from_value(self.urls.clone()).unwrap()
    }

    /// Sends a request to a service of AWS, signed.
    fn signed(
        &self,
        service: &str,
        request: impl FnOnce(&reqwest::Client) -> reqwest::RequestBuilder,
    ) -> (u16, String) {
        send(|client: &reqwest::Client| {
            let mut request = request(client).build().unwrap();
            self.access().sign(&mut request, service, self.region);
            reqwest::RequestBuilder::from_parts(client.clone(), request)
        })
    }

    fn url(&self, service: &str, path: &str) -> String {
        let base = self.urls[service].as_str().unwrap();
        format!("{}/{path}", base.trim_end_matches('/'))
    }
}

fn send(request: impl FnOnce(&reqwest::Client) -> reqwest::RequestBuilder) -> (u16, String) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        let client = story::client().unwrap();
        let answer = request(&client).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    })
}

/// What Cognito's console would say of the only pool.
pub(crate) fn only_pool(console: &Console<'_>) -> String {
    let pools = console.cognito("ListUserPools", &json!({ "MaxResults": 10 }));
    let pools = pools["UserPools"].as_array().unwrap();
    assert_eq!(pools.len(), 1, "{pools:?}");
    pools[0]["Id"].as_str().unwrap().to_owned()
}
