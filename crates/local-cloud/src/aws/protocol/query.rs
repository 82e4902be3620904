//! The AWS query protocol: form parameters in, XML out (STS, IAM, CloudFormation).
//!
//! <https://smithy.io/2.0/aws/protocols/aws-query-protocol.html>

use std::collections::BTreeMap;

use axum::response::Response;
use serde_json::{Map, Value};
use url::form_urlencoded;

use super::reply;
use super::xml::Xml;
use crate::base::error::AwsError;

/// A service that speaks this protocol.
#[derive(Debug, Clone, Copy)]
pub(crate) struct QueryService {
    /// The `Version` parameter.
    pub(crate) version: &'static str,
    /// The namespace of answers and errors.
    pub(crate) namespace: &'static str,
}

pub(crate) const STS: QueryService = QueryService {
    version: "2011-06-15",
    namespace: "https://sts.amazonaws.com/doc/2011-06-15/",
};
pub(crate) const IAM: QueryService = QueryService {
    version: "2010-05-08",
    namespace: "https://iam.amazonaws.com/doc/2010-05-08/",
};
pub(crate) const CLOUDFORMATION: QueryService = QueryService {
    version: "2010-05-15",
    namespace: "http://cloudformation.amazonaws.com/doc/2010-05-15/",
};

/// One call: the action and its parameters as a JSON object whose scalars are all strings.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Call {
    pub(crate) action: String,
    pub(crate) input: Value,
}

impl Call {
    /// Reads the parameters of the query string and of the body.
    pub(crate) fn read(
        service: QueryService,
        query: &[(String, String)],
        body: &[u8],
    ) -> Result<Self, AwsError> {
        let mut root = Node::default();
        let parameters = form_urlencoded::parse(body)
            .map(|(name, value)| (name.into_owned(), value.into_owned()));
        for (name, value) in query.iter().cloned().chain(parameters) {
            root.insert(&name, value);
        }
        let mut take = |name: &str| root.children.remove(name).and_then(|node| node.text);
        let Some(action) = take("Action") else {
            return Err(AwsError::bad_request(
                "MissingAction",
                "The request must contain the parameter Action.",
            ));
        };
        let version = take("Version").unwrap_or_default();
        if version != service.version {
            return Err(no_such_version(&action, &version));
        }
        Ok(Self {
            action,
            input: root.into_value(),
        })
    }
}

/// The refusal of an action that the service does not know.
pub(crate) fn unknown_action(service: QueryService, action: &str) -> AwsError {
    no_such_version(action, service.version)
}

fn no_such_version(action: &str, version: &str) -> AwsError {
    AwsError::bad_request(
        "InvalidAction",
        format!("Could not find operation {action} for version {version}"),
    )
}

/// `Parameters.member.1.ParameterKey=…` as a tree.
#[derive(Debug, Default)]
struct Node {
    text: Option<String>,
    children: BTreeMap<String, Node>,
}

impl Node {
    fn insert(&mut self, path: &str, text: String) {
        let mut node = self;
        for part in path.split('.') {
            node = node.children.entry(part.to_owned()).or_default();
        }
        node.text = Some(text);
    }

    fn into_value(mut self) -> Value {
        if let Some(list) = self.children.remove("member") {
            let mut items: Vec<(u64, Node)> = list
                .children
                .into_iter()
                .filter_map(|(index, node)| Some((index.parse().ok()?, node)))
                .collect();
            items.sort_by_key(|(index, _)| *index);
            return items
                .into_iter()
                .map(|(_, node)| node.into_value())
                .collect();
        }
        match self.text {
            Some(text) if self.children.is_empty() => Value::String(text),
            _ => Value::Object(
                self.children
                    .into_iter()
                    .map(|(name, node)| (name, node.into_value()))
                    .collect::<Map<_, _>>(),
            ),
        }
    }
}

/// The answer to a call that succeeded.
pub(crate) fn success(service: QueryService, action: &str, output: &Value, id: &str) -> Response {
    let mut xml = Xml::default();
    xml.element_in(
        &format!("{action}Response"),
        Some(service.namespace),
        |xml| {
            xml.element(&format!("{action}Result"), |xml| xml.members(output));
            xml.element("ResponseMetadata", |xml| {
                xml.leaf("RequestId", id);
            });
        },
    );
    reply::xml(200, xml.into_string(), &[("x-amzn-RequestId", id)])
}

/// The answer to a call that was refused.
pub(crate) fn failure(service: QueryService, error: &AwsError, id: &str) -> Response {
    let mut xml = Xml::default();
    xml.element_in("ErrorResponse", Some(service.namespace), |xml| {
        xml.element("Error", |xml| {
            xml.leaf(
                "Type",
                if error.status < 500 {
                    "Sender"
                } else {
                    "Receiver"
                },
            )
            .leaf("Code", &error.code)
            .leaf("Message", &error.message);
        });
        xml.leaf("RequestId", id);
    });
    reply::xml(error.status, xml.into_string(), &[("x-amzn-RequestId", id)])
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn lists_keep_their_order_beyond_ten() {
        let body: Vec<String> = (1..=12)
            .map(|index| format!("Tags.member.{index}.Key=k{index}"))
            .collect();
        let body = body.join("&");
        let call = Call::read(
            CLOUDFORMATION,
            &[],
            format!("Action=CreateChangeSet&Version=2010-05-15&StackName=a&{body}").as_bytes(),
        )
        .unwrap();
        assert_eq!(call.action, "CreateChangeSet");
        assert_eq!(call.input["StackName"], "a");
        assert_eq!(call.input["Tags"][11], json!({"Key": "k12"}));
    }

    #[test]
    fn another_version_is_refused_by_name() {
        let refused = Call::read(STS, &[], b"Action=GetCallerIdentity&Version=2010-05-08");
        assert_eq!(
            refused.unwrap_err().message,
            "Could not find operation GetCallerIdentity for version 2010-05-08"
        );
    }
}
