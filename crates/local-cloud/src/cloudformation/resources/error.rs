//! Why a handler failed, in the form that stack events have.

use uuid::Uuid;

use crate::base::error::AwsError;

#[derive(Debug, Clone)]
pub(in super::super) struct HandlerError {
    service: &'static str,
    error: AwsError,
    /// The id of what was made before it failed, so that it can be deleted.
    pub(in super::super) physical: Option<String>,
}

impl HandlerError {
    pub(super) fn from_service(service: &'static str, error: AwsError) -> Self {
        Self {
            service,
            error,
            physical: None,
        }
    }

    pub(super) fn new(service: &'static str, code: &str, message: impl Into<String>) -> Self {
        Self::from_service(service, AwsError::bad_request(code, message))
    }

    pub(super) fn unsupported(resource_type: &str) -> Self {
        Self::new(
            "CloudFormation",
            "UnsupportedOperationException",
            format!("{resource_type} cannot do this on a local stage"),
        )
    }

    /// Remembers what was made before the failure.
    pub(super) fn after_making(mut self, physical: &str) -> Self {
        self.physical = Some(physical.to_owned());
        self
    }

    pub(super) fn is_not_found(&self) -> bool {
        self.handler_code() == "NotFound"
    }

    /// The reason of the event.
    pub(in super::super) fn reason(&self) -> String {
        format!(
            "Resource handler returned message: \"{} (Service: {}, Status Code: {}, Request ID: \
             {})\" (RequestToken: {}, HandlerErrorCode: {})",
            self.error.message,
            self.service,
            self.error.status,
            Uuid::new_v4(),
            Uuid::new_v4(),
            self.handler_code()
        )
    }

    /// <https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-test-contract-errors.html>
    fn handler_code(&self) -> &'static str {
        let code = self.error.code.as_str();
        if code == "NoSuchEntity" || code.starts_with("ResourceNotFound") {
            "NotFound"
        } else if code.contains("AlreadyExists")
            || code.contains("ResourceConflict")
            || code.contains("BrandingExists")
        {
            "AlreadyExists"
        } else if code.contains("AccessDenied") {
            "AccessDenied"
        } else if self.error.status >= 500 {
            "ServiceInternalError"
        } else {
            "InvalidRequest"
        }
    }
}
