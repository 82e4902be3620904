//! The REST API: paths and methods to operations.
//! <https://docs.aws.amazon.com/lambda/latest/api/API_Operations.html>

use axum::response::Response;
use bytes::Bytes;
use serde_json::{Map, Value, json};

use super::Lambda;
use crate::aws::protocol::{Received, decode, reply};
use crate::base::error::AwsError;

/// An operation, the members that the path holds, and the status of success.
struct Route<'a> {
    operation: &'static str,
    path: Vec<(&'static str, &'a str)>,
    status: u16,
}

/// The answer to a request.
pub(super) struct Answer {
    pub(super) status: u16,
    /// Headers beyond the content type and the request's id.
    pub(super) headers: Vec<(&'static str, String)>,
    /// A JSON document, or the function's own payload for `Invoke`.
    pub(super) body: Bytes,
}

impl Lambda {
    /// Answers one request to a region.
    pub(crate) async fn serve(&self, region: &str, received: &Received, id: &str) -> Response {
        match self.answer(region, received).await {
            Ok(answer) => {
                let headers = answer.headers.iter();
                let mut headers: Vec<_> = headers
                    .map(|(name, value)| (*name, value.as_str()))
                    .collect();
                headers.push(("x-amzn-RequestId", id));
                reply::reply(
                    answer.status,
                    Some("application/json"),
                    &headers,
                    answer.body,
                )
            }
            Err(error) => reply::json_error(&error, id),
        }
    }

    async fn answer(&self, region: &str, received: &Received) -> Result<Answer, AwsError> {
        let (method, path) = (received.method.as_str(), decode(&received.path));
        let Some(route) = Route::find(method, &path) else {
            return Err(AwsError::new(
                404,
                "UnknownOperationException",
                format!("{method} {path}"),
            ));
        };
        if route.operation == "Invoke" {
            let name = route.path.first().map_or("", |(_, name)| name);
            return self.answer_invoke(region, name, received).await;
        }
        let input = route.input(region, received)?;
        let output = self.call(route.operation, input).await?;
        let body = match route.status {
            204 => Bytes::new(),
            _ => Bytes::from(output.to_string()),
        };
        Ok(Answer {
            status: route.status,
            headers: Vec::new(),
            body,
        })
    }
}

impl<'a> Route<'a> {
    fn find(method: &str, path: &'a str) -> Option<Self> {
        let segments: Vec<&str> = path
            .split('/')
            .filter(|segment| !segment.is_empty())
            .collect();
        let route = |operation, status, path| {
            Some(Self {
                operation,
                path,
                status,
            })
        };
        let (&"2015-03-31", rest) = segments.split_first()? else {
            return match (method, segments.as_slice()) {
                ("GET", ["2017-03-31", "tags", arn]) => {
                    route("ListTags", 200, vec![("Resource", arn)])
                }
                ("POST", ["2017-03-31", "tags", arn]) => {
                    route("TagResource", 204, vec![("Resource", arn)])
                }
                ("DELETE", ["2017-03-31", "tags", arn]) => {
                    route("UntagResource", 204, vec![("Resource", arn)])
                }
                _ => None,
            };
        };
        let (&"functions", rest) = rest.split_first()? else {
            return None;
        };
        let Some((name, rest)) = rest.split_first() else {
            return match method {
                "GET" => route("ListFunctions", 200, vec![]),
                "POST" => route("CreateFunction", 201, vec![]),
                _ => None,
            };
        };
        let function = ("FunctionName", *name);
        let (operation, status) = match (method, rest) {
            ("GET", []) => ("GetFunction", 200),
            ("DELETE", []) => ("DeleteFunction", 204),
            ("PUT", ["code"]) => ("UpdateFunctionCode", 200),
            ("GET", ["configuration"]) => ("GetFunctionConfiguration", 200),
            ("PUT", ["configuration"]) => ("UpdateFunctionConfiguration", 200),
            ("GET", ["versions"]) => ("ListVersionsByFunction", 200),
            ("POST", ["versions"]) => ("PublishVersion", 201),
            ("GET", ["aliases"]) => ("ListAliases", 200),
            ("POST", ["aliases"]) => ("CreateAlias", 201),
            ("GET", ["policy"]) => ("GetPolicy", 200),
            ("POST", ["policy"]) => ("AddPermission", 201),
            ("POST", ["invocations"]) => ("Invoke", 200),
            (_, ["aliases", alias]) => {
                let (operation, status) = match method {
                    "GET" => ("GetAlias", 200),
                    "PUT" => ("UpdateAlias", 200),
                    "DELETE" => ("DeleteAlias", 204),
                    _ => return None,
                };
                return route(operation, status, vec![function, ("Name", alias)]);
            }
            ("DELETE", ["policy", statement]) => {
                return route(
                    "RemovePermission",
                    204,
                    vec![function, ("StatementId", statement)],
                );
            }
            _ => return None,
        };
        route(operation, status, vec![function])
    }

    /// Body, query and path in one object.
    fn input(&self, region: &str, request: &Received) -> Result<Value, AwsError> {
        let mut input = if request.body.is_empty() {
            Map::new()
        } else {
            serde_json::from_slice(&request.body).map_err(|error| {
                AwsError::bad_request(
                    "InvalidRequestContentException",
                    format!("Could not parse request body into json: {error}"),
                )
            })?
        };
        for (name, value) in &request.query {
            match name.as_str() {
                // Every list fits one page here.
                "MaxItems" | "FunctionVersion" if value == "ALL" || name == "MaxItems" => {}
                "tagKeys" => {
                    let keys = input.entry("TagKeys").or_insert_with(|| json!([]));
                    if let Some(keys) = keys.as_array_mut() {
                        keys.push(json!(value));
                    }
                }
                _ => {
                    input.insert(name.clone(), json!(value));
                }
            }
        }
        for (name, value) in &self.path {
            input.insert((*name).to_owned(), json!(value));
        }
        input.insert("Region".to_owned(), json!(region));
        Ok(Value::Object(input))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_lead_to_operations() {
        for (method, path, operation) in [
            ("POST", "/2015-03-31/functions", "CreateFunction"),
            ("GET", "/2015-03-31/functions/", "ListFunctions"),
            ("GET", "/2015-03-31/functions/f", "GetFunction"),
            ("PUT", "/2015-03-31/functions/f/aliases/live", "UpdateAlias"),
            (
                "DELETE",
                "/2015-03-31/functions/f/policy/sid",
                "RemovePermission",
            ),
            ("POST", "/2015-03-31/functions/f/invocations", "Invoke"),
            (
                "DELETE",
                "/2017-03-31/tags/arn:aws:lambda:x:1:function:f",
                "UntagResource",
            ),
        ] {
            let route = Route::find(method, path).unwrap();
            assert_eq!(route.operation, operation, "{method} {path}");
        }
        assert!(Route::find("GET", "/2018-10-31/layers").is_none());
        assert!(Route::find("PATCH", "/2015-03-31/functions/f").is_none());
    }
}
