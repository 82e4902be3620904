//! The environment of a function's process.
//! <https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html>

use std::path::Path;

use secrecy::ExposeSecret as _;

use url::Url;

use super::super::function::Blueprint;
use crate::base::keys::KeyPair;

/// Everything that a process finds in its environment: what Lambda sets, then the function's own.
/// Nothing of the stage's environment is among it.
pub(super) fn of_process(
    blueprint: &Blueprint,
    (keys, aws): (&KeyPair, &Url),
    task_root: &Path,
    runtime_api: &str,
    log_stream: &str,
) -> Vec<(String, String)> {
    let configuration = &blueprint.configuration;
    let root = task_root.display();
    let mut variables: Vec<(&str, String)> = vec![
        ("AWS_LAMBDA_RUNTIME_API", runtime_api.to_owned()),
        ("AWS_LAMBDA_FUNCTION_NAME", blueprint.function_name.clone()),
        ("AWS_LAMBDA_FUNCTION_VERSION", blueprint.version.clone()),
        (
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
            configuration.memory_megabytes.to_string(),
        ),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand".to_owned()),
        (
            "AWS_LAMBDA_LOG_GROUP_NAME",
            configuration.logging.group.clone(),
        ),
        ("AWS_LAMBDA_LOG_STREAM_NAME", log_stream.to_owned()),
        ("AWS_REGION", blueprint.region.clone()),
        ("AWS_DEFAULT_REGION", blueprint.region.clone()),
        ("AWS_ACCESS_KEY_ID", keys.access_key_id.clone()),
        (
            "AWS_SECRET_ACCESS_KEY",
            keys.secret_access_key.expose_secret().to_owned(),
        ),
        (
            "AWS_SESSION_TOKEN",
            keys.session_token
                .as_ref()
                .map_or_else(String::new, |token| token.expose_secret().to_owned()),
        ),
        // On AWS it is not there, and each service is at its own host.
        // https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
        (
            "AWS_ENDPOINT_URL",
            aws.as_str().trim_end_matches('/').to_owned(),
        ),
        ("AWS_XRAY_CONTEXT_MISSING", "LOG_ERROR".to_owned()),
        ("_HANDLER", configuration.handler.clone()),
        ("LAMBDA_TASK_ROOT", root.to_string()),
        ("LAMBDA_RUNTIME_DIR", "/var/runtime".to_owned()),
        ("LANG", "en_US.UTF-8".to_owned()),
        ("PATH", "/usr/local/bin:/usr/bin/:/bin:/opt/bin".to_owned()),
        (
            "LD_LIBRARY_PATH",
            format!("/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:{root}:{root}/lib:/opt/lib"),
        ),
        ("TZ", ":UTC".to_owned()),
    ];
    if let Some(level) = configuration.logging.level() {
        variables.push(("AWS_LAMBDA_LOG_FORMAT", "JSON".to_owned()));
        variables.push(("AWS_LAMBDA_LOG_LEVEL", level.to_owned()));
    }
    let own = configuration
        .variables
        .iter()
        .map(|(name, value)| (name.clone(), value.clone()));
    variables
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .chain(own)
        .collect()
}
