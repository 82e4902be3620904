//! Lambda: the control plane, and the Runtime API that runs the real `bootstrap`.

mod aliases;
mod code;
mod configuration;
mod error;
mod function;
mod functions;
mod invoke;
mod policy;
mod reference;
mod rest;
mod runtime;
mod settings;
mod tags;
mod unfinished;
mod variables;
mod versions;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use jiff::Timestamp;
use serde_json::Value;

use self::error::function_not_found;
use self::function::Function;
use self::reference::Reference;
use self::runtime::Host;
pub(crate) use self::runtime::doors as runtime_doors;
use crate::aws::Shared;
use crate::aws::logs::Logs;
use crate::aws::s3::S3;
use crate::base::error::AwsError;

/// Every function of the account. Clones share it.
#[derive(Debug, Clone)]
pub(crate) struct Lambda {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    shared: Shared,
    s3: S3,
    host: Arc<Host>,
    /// By region and name.
    functions: Mutex<BTreeMap<(String, String), Function>>,
}

/// What a function answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Invocation {
    /// The answer, or the error document when the function failed.
    pub(crate) payload: Bytes,
    /// `Unhandled` when the function failed (`X-Amz-Function-Error`).
    pub(crate) function_error: Option<String>,
    /// The version that ran.
    pub(crate) executed_version: String,
    /// Its log, with Lambda's own lines.
    pub(crate) log: String,
    /// The figures of the report, as `platform.report` has them.
    pub(crate) report: Value,
}

impl Lambda {
    /// No functions yet.
    pub(crate) fn new(shared: Shared, s3: S3, logs: Logs) -> Self {
        Self {
            inner: Arc::new(Inner {
                host: Host::new(
                    logs,
                    shared.clock.clone(),
                    shared.keys.clone(),
                    shared.urls.aws.clone(),
                ),
                shared,
                s3,
                functions: Mutex::default(),
            }),
        }
    }

    /// One control-plane operation with its parameters (path, query and body) in one object plus
    /// `Region`; also used by CloudFormation.
    #[expect(clippy::unused_async, reason = "every service is called the same way")]
    pub(crate) async fn call(&self, operation: &str, input: Value) -> Result<Value, AwsError> {
        match operation {
            "AddPermission" => self.add_permission(input),
            "CreateAlias" => self.create_alias(input),
            "CreateFunction" => self.create_function(input),
            "DeleteAlias" => self.delete_alias(input),
            "DeleteFunction" => self.delete_function(input),
            "GetAlias" => self.get_alias(input),
            "GetFunction" => self.get_function(input),
            "GetFunctionConfiguration" => self.get_function_configuration(input),
            "GetPolicy" => self.get_policy(input),
            "ListAliases" => self.list_aliases(input),
            "ListFunctions" => self.list_functions(input),
            "ListTags" => self.list_tags(input),
            "ListVersionsByFunction" => self.list_versions_by_function(input),
            "PublishVersion" => self.publish_version(input),
            "RemovePermission" => self.remove_permission(input),
            "TagResource" => self.tag_resource(input),
            "UntagResource" => self.untag_resource(input),
            "UpdateAlias" => self.update_alias(input),
            "UpdateFunctionCode" => self.update_function_code(input),
            "UpdateFunctionConfiguration" => self.update_function_configuration(input),
            _ => Err(AwsError::new(404, "UnknownOperationException", operation)),
        }
    }

    /// Runs the function behind an ARN, qualified by version or alias or not at all.
    pub(crate) async fn invoke(&self, arn: &str, payload: Bytes) -> Result<Invocation, AwsError> {
        let reference = Reference::parse_arn(arn)?;
        self.run(&reference, payload).await
    }

    /// Whether the resource policy of exactly this qualifier lets `principal` invoke the function
    /// with this event source token.
    pub(crate) fn allows(&self, arn: &str, principal: &str, event_source_token: &str) -> bool {
        let Ok(reference) = Reference::parse_arn(arn) else {
            return false;
        };
        let allowed = self.read(&reference, |function| {
            function.check_qualifier(&reference)?;
            let policy = function.policies.get(&reference.qualifier);
            Ok(policy.is_some_and(|policy| policy.allows(principal, event_source_token)))
        });
        allowed.unwrap_or(false)
    }

    /// Ends every function process.
    pub(crate) async fn shutdown(&self) {
        self.inner.host.shutdown().await;
        // The last owners of the unpacked code.
        self.lock().clear();
    }

    fn now(&self) -> Timestamp {
        self.inner.shared.clock.now()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<(String, String), Function>> {
        self.inner
            .functions
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads one function, if it exists.
    fn read<T>(
        &self,
        reference: &Reference,
        read: impl FnOnce(&Function) -> Result<T, AwsError>,
    ) -> Result<T, AwsError> {
        self.change(reference, |function| read(function))
    }

    /// Changes one function, if it exists.
    fn change<T>(
        &self,
        reference: &Reference,
        change: impl FnOnce(&mut Function) -> Result<T, AwsError>,
    ) -> Result<T, AwsError> {
        let mut functions = self.lock();
        match functions.get_mut(&(reference.region.clone(), reference.name.clone())) {
            Some(function) => {
                function.finish();
                change(function)
            }
            None => Err(function_not_found(&reference.function_arn())),
        }
    }
}
