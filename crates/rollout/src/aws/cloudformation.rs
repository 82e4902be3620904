//! The operations of CloudFormation that the rollout calls, one function each, and what it reads of
//! the answers. <https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_Operations.html>

use std::collections::BTreeMap;

use roxmltree::Node;

use infra::stack_file::Region;

use super::Aws;
use super::signed::Service;
use super::xml::{child, members, text};
use crate::error::CallError;

const VERSION: &str = "2010-05-15";

/// CloudFormation in a region.
#[derive(Debug, Clone)]
pub(crate) struct CloudFormation(Service);

/// A stack without its template.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Stack {
    pub(crate) status: String,
    pub(crate) reason: Option<String>,
    pub(crate) parameters: BTreeMap<String, String>,
    pub(crate) outputs: BTreeMap<String, String>,
    /// Whether termination protection is on.
    pub(crate) protected: bool,
}

/// Something that happened to a stack or to a resource of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct StackEvent {
    pub(crate) id: Option<String>,
    pub(crate) stack: Option<String>,
    pub(crate) physical: Option<String>,
    pub(crate) logical: String,
    pub(crate) kind: String,
    pub(crate) status: String,
    pub(crate) reason: Option<String>,
}

/// A change set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ChangeSet {
    pub(crate) status: String,
    pub(crate) reason: Option<String>,
    pub(crate) changes: Vec<ResourceChange>,
    pub(crate) next: Option<String>,
}

/// What a change set would do to a resource, in CloudFormation's words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ResourceChange {
    /// `Add`, `Remove`, `Modify`, `Import` or `Dynamic`.
    pub(crate) action: String,
    /// `True`, `False` or `Conditional`.
    pub(crate) replacement: Option<String>,
    pub(crate) logical: String,
    pub(crate) kind: String,
}

/// How a resource differs from its template.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Drift {
    /// `IN_SYNC`, `MODIFIED`, `DELETED` or `NOT_CHECKED`.
    pub(crate) status: String,
    pub(crate) differences: Vec<Difference>,
}

/// A property that differs; values are JSON or plain text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Difference {
    pub(crate) path: String,
    pub(crate) actual: Option<String>,
    pub(crate) expected: Option<String>,
}

/// The input of an operation, as its form has it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Input(Vec<(String, String)>);

impl Input {
    /// An operation on a stack.
    pub(crate) fn of(stack: &str) -> Self {
        Self::default().with("StackName", stack)
    }

    /// The same with a value.
    #[must_use]
    pub(crate) fn with(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.0.push((name.into(), value.into()));
        self
    }

    /// The same with a value, if there is one.
    #[must_use]
    pub(crate) fn with_some(self, name: &str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// The same with a list of pairs, such as tags, whose halves have these names.
    #[must_use]
    pub(crate) fn with_pairs(
        self,
        list: &str,
        (key, value): (&str, &str),
        pairs: &BTreeMap<String, String>,
    ) -> Self {
        let numbered = (1..).zip(pairs);
        numbered.fold(self, |input, (number, pair)| {
            input
                .with(format!("{list}.{number}.{key}"), pair.0)
                .with(format!("{list}.{number}.{value}"), pair.1)
        })
    }
}

impl CloudFormation {
    /// For one region; nothing is called.
    pub(crate) fn new(aws: &Aws, region: &Region) -> Self {
        let (label, name) = ("CloudFormation", "cloudformation");
        Self(Service::regional(aws, label, name, region.as_str()))
    }

    /// A stack; `None` when there is no such one.
    pub(crate) async fn describe_stack(&self, name: &str) -> Result<Option<Stack>, CallError> {
        let found = self.call("DescribeStacks", Input::of(name), |result| {
            members(result, "Stacks").map(stack).next()
        });
        match found.await {
            Ok(stack) => Ok(stack),
            // The only way in which CloudFormation says "no such stack".
            Err(error)
                if error.code() == Some("ValidationError")
                    && (error.message())
                        .is_some_and(|message| message.contains("does not exist")) =>
            {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }

    /// The template of a stack as it was sent.
    pub(crate) async fn get_template(&self, name: &str) -> Result<String, CallError> {
        let input = Input::of(name).with("TemplateStage", "Original");
        self.call("GetTemplate", input, |result| {
            text(result, "TemplateBody").unwrap_or_default()
        })
        .await
    }

    /// A page of a stack's events, newest first, and what the next one is asked for with.
    pub(crate) async fn describe_stack_events(
        &self,
        name: &str,
        next: Option<&str>,
    ) -> Result<(Vec<StackEvent>, Option<String>), CallError> {
        let input = Input::of(name).with_some("NextToken", next);
        self.call("DescribeStackEvents", input, |result| {
            let events = members(result, "StackEvents").map(event).collect();
            (events, text(result, "NextToken"))
        })
        .await
    }

    /// A page of a change set.
    pub(crate) async fn describe_change_set(
        &self,
        stack: &str,
        name: &str,
        next: Option<&str>,
    ) -> Result<ChangeSet, CallError> {
        let input = Input::of(stack)
            .with("ChangeSetName", name)
            .with_some("NextToken", next);
        self.call("DescribeChangeSet", input, change_set).await
    }

    /// Compares a resource with its template.
    pub(crate) async fn detect_stack_resource_drift(
        &self,
        stack: &str,
        resource: &str,
    ) -> Result<Drift, CallError> {
        let input = Input::of(stack).with("LogicalResourceId", resource);
        self.call("DetectStackResourceDrift", input, |result| {
            child(result, "StackResourceDrift").map_or_else(Drift::default, drift)
        })
        .await
    }

    /// The schema of a resource type, as JSON.
    pub(crate) async fn describe_type(&self, kind: &str) -> Result<String, CallError> {
        let input = Input::default()
            .with("Type", "RESOURCE")
            .with("TypeName", kind);
        self.call("DescribeType", input, |result| {
            text(result, "Schema").unwrap_or_default()
        })
        .await
    }

    /// Calls an operation of whose answer nothing is read.
    pub(crate) async fn act(&self, operation: &'static str, input: Input) -> Result<(), CallError> {
        self.call(operation, input, |_| ()).await
    }

    async fn call<T>(
        &self,
        operation: &'static str,
        input: Input,
        read: impl FnOnce(Node<'_, '_>) -> T,
    ) -> Result<T, CallError> {
        self.0.query(VERSION, operation, &input.0, read).await
    }
}

fn stack(node: Node<'_, '_>) -> Stack {
    let pairs = |list: &str, key: &str, value: &str| {
        members(node, list)
            .filter_map(|pair| Some((text(pair, key)?, text(pair, value)?)))
            .collect()
    };
    Stack {
        status: text(node, "StackStatus").unwrap_or_default(),
        reason: text(node, "StackStatusReason"),
        parameters: pairs("Parameters", "ParameterKey", "ParameterValue"),
        outputs: pairs("Outputs", "OutputKey", "OutputValue"),
        protected: text(node, "EnableTerminationProtection").as_deref() == Some("true"),
    }
}

fn event(node: Node<'_, '_>) -> StackEvent {
    StackEvent {
        id: text(node, "EventId"),
        stack: text(node, "StackId"),
        physical: text(node, "PhysicalResourceId"),
        logical: text(node, "LogicalResourceId").unwrap_or_default(),
        kind: text(node, "ResourceType").unwrap_or_default(),
        status: text(node, "ResourceStatus").unwrap_or_default(),
        reason: text(node, "ResourceStatusReason"),
    }
}

fn change_set(node: Node<'_, '_>) -> ChangeSet {
    let changes = members(node, "Changes").filter_map(|change| child(change, "ResourceChange"));
    ChangeSet {
        status: text(node, "Status").unwrap_or_default(),
        reason: text(node, "StatusReason"),
        changes: changes
            .map(|change| ResourceChange {
                action: text(change, "Action").unwrap_or_default(),
                replacement: text(change, "Replacement"),
                logical: text(change, "LogicalResourceId").unwrap_or_default(),
                kind: text(change, "ResourceType").unwrap_or_default(),
            })
            .collect(),
        next: text(node, "NextToken"),
    }
}

fn drift(node: Node<'_, '_>) -> Drift {
    let differences = members(node, "PropertyDifferences");
    Drift {
        status: text(node, "StackResourceDriftStatus").unwrap_or_default(),
        differences: differences
            .map(|difference| Difference {
                path: text(difference, "PropertyPath").unwrap_or_default(),
                actual: text(difference, "ActualValue"),
                expected: text(difference, "ExpectedValue"),
            })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::xml;

    #[test]
    fn a_stack_is_read_with_its_pairs() {
        let answer = "<DescribeStacksResult xmlns=\"http://a/\"><Stacks><member>
            <StackStatus>UPDATE_COMPLETE</StackStatus>
            <Parameters><member><ParameterKey>Stage</ParameterKey>
            <ParameterValue>a &amp; b</ParameterValue></member>
            <member><ParameterKey>Empty</ParameterKey><ParameterValue/></member></Parameters>
            <Outputs><member><OutputKey>Arn</OutputKey><OutputValue>arn:a</OutputValue></member>
            </Outputs><EnableTerminationProtection>true</EnableTerminationProtection>
            </member></Stacks></DescribeStacksResult>";
        let found = xml::read(answer.as_bytes(), |root| {
            members(root, "Stacks").map(stack).next()
        });
        let pair = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        assert_eq!(
            found.unwrap(),
            Some(Stack {
                status: "UPDATE_COMPLETE".to_owned(),
                reason: None,
                parameters: [pair("Stage", "a & b"), pair("Empty", "")].into(),
                outputs: [pair("Arn", "arn:a")].into(),
                protected: true,
            })
        );
    }

    #[test]
    fn a_list_is_numbered_from_one() {
        let tags = [("a", "1"), ("b", "2")].map(|(key, value)| (key.to_owned(), value.to_owned()));
        let input = Input::of("guide").with_pairs("Tags.member", ("Key", "Value"), &tags.into());
        let names: Vec<_> = input.0.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(
            names,
            [
                "StackName",
                "Tags.member.1.Key",
                "Tags.member.1.Value",
                "Tags.member.2.Key",
                "Tags.member.2.Value"
            ]
        );
    }
}
