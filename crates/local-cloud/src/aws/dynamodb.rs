//! `DynamoDB`: tables in memory, by an emulator that a public suite compares with AWS. This room translates the wire, and
//! nothing else.
//!
//! <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_Operations_Amazon_DynamoDB.html>

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use dynoxide::storage_backend::Clock as DatabaseClock;
use dynoxide::{Database, DynoxideError};
use local_access::ACCOUNT_ID;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::base::clock::Clock;

/// The region in the ARNs that the emulator makes and knows.
const ITS_REGION: &str = "dynoxide";

/// The beginning of the ARNs of a region.
fn beginning(region: &str) -> String {
    format!("arn:aws:dynamodb:{region}:{ACCOUNT_ID}:")
}

/// The tables of every region. Clones share them.
#[derive(Clone)]
pub(crate) struct DynamoDb {
    clock: Clock,
    regions: Arc<Mutex<BTreeMap<String, Region>>>,
}

#[derive(Clone)]
struct Region {
    database: Database,
    /// The second of the last sweep.
    swept: Arc<AtomicU64>,
}

/// An answer: status and body.
pub(crate) type Answer = (u16, Value);

impl fmt::Debug for DynamoDb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DynamoDb").finish_non_exhaustive()
    }
}

/// The stage's time, as the emulator reads it.
struct StageClock(Clock);

impl DatabaseClock for StageClock {
    fn now_unix_secs(&self) -> u64 {
        u64::try_from(self.0.now().as_second()).unwrap_or_default()
    }

    fn now_unix_secs_f64(&self) -> f64 {
        self.0.now().as_duration().as_secs_f64()
    }
}

impl DynamoDb {
    pub(crate) fn new(clock: Clock) -> Self {
        Self {
            clock,
            regions: Arc::default(),
        }
    }

    /// Carries out an operation of the JSON 1.0 API (`DynamoDB_20120810.*`, `DynamoDBStreams_20120810.*`).
    pub(crate) fn call(&self, region: &str, operation: &str, body: &str) -> Answer {
        let done = self.database(region).and_then(|database| {
            let body = body.replace(&beginning(region), &beginning(ITS_REGION));
            dispatch(&database, operation, &body)
        });
        match done {
            Ok(text) => {
                let text = text.replace(&beginning(ITS_REGION), &beginning(region));
                let document = serde_json::from_str(&text);
                (200, document.unwrap_or_default())
            }
            Err(error) => {
                let document = serde_json::from_str(&error.to_json());
                (error.status_code(), document.unwrap_or_default())
            }
        }
    }

    /// The database of a region, in which nothing is left that has expired.
    fn database(&self, region: &str) -> Result<Database, DynoxideError> {
        let found = {
            let mut regions = self.regions.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(found) = regions.get(region) {
                found.clone()
            } else {
                let clock = Arc::new(StageClock(self.clock.clone()));
                let made = Region {
                    database: Database::memory_with_clock(clock)?,
                    swept: Arc::default(),
                };
                regions.insert(region.to_owned(), made.clone());
                made
            }
        };
        let now = StageClock(self.clock.clone()).now_unix_secs();
        if found.swept.swap(now, Ordering::Relaxed) != now {
            found.database.sweep_ttl()?;
        }
        Ok(found.database)
    }
}

fn dispatch(database: &Database, operation: &str, body: &str) -> Result<String, DynoxideError> {
    /// One arm for each operation, whose method has the same name in snake case.
    macro_rules! operations {
        ($($name:literal => $method:ident),+ $(,)?) => {
            match operation {
                $($name => answer(&database.$method(read(body)?)?),)+
                _ => Err(DynoxideError::UnsupportedCapability(operation.to_owned())),
            }
        };
    }
    operations! {
        "BatchExecuteStatement" => batch_execute_statement,
        "BatchGetItem" => batch_get_item,
        "BatchWriteItem" => batch_write_item,
        "CreateTable" => create_table,
        "DeleteItem" => delete_item,
        "DeleteTable" => delete_table,
        "DescribeStream" => describe_stream,
        "DescribeTable" => describe_table,
        "DescribeTimeToLive" => describe_time_to_live,
        "ExecuteStatement" => execute_statement,
        "ExecuteTransaction" => execute_transaction,
        "GetItem" => get_item,
        "GetRecords" => get_records,
        "GetShardIterator" => get_shard_iterator,
        "ListStreams" => list_streams,
        "ListTables" => list_tables,
        "ListTagsOfResource" => list_tags_of_resource,
        "PutItem" => put_item,
        "Query" => query,
        "Scan" => scan,
        "TagResource" => tag_resource,
        "TransactGetItems" => transact_get_items,
        "TransactWriteItems" => transact_write_items,
        "UntagResource" => untag_resource,
        "UpdateItem" => update_item,
        "UpdateTable" => update_table,
        "UpdateTimeToLive" => update_time_to_live,
    }
}

fn answer<T: Serialize>(value: &T) -> Result<String, DynoxideError> {
    serde_json::to_string(value)
        .map_err(|error| DynoxideError::InternalServerError(error.to_string()))
}

/// Reads a request. What the emulator refuses while it reads begins with a word that says which error it is.
fn read<T: DeserializeOwned>(body: &str) -> Result<T, DynoxideError> {
    serde_json::from_str(body).map_err(|error| {
        let text = error.to_string();
        let message = text
            .rsplit_once(" at line ")
            .map_or(text.as_str(), |(message, _)| message);
        for (word, is_validation) in [
            ("VALIDATION_REQUEST:", true),
            ("VALIDATION_AS_READ:", true),
            ("VALIDATION:", true),
            ("SERIALIZATION_AS_READ:", false),
            ("SERIALIZATION:", false),
        ] {
            if let Some(rest) = message.strip_prefix(word) {
                return if is_validation {
                    DynoxideError::ValidationException(rest.to_owned())
                } else {
                    DynoxideError::SerializationException(rest.to_owned())
                };
            }
        }
        let is_missing = [
            "missing field",
            "unknown variant",
            "invalid type: null",
            "AttributeValue",
        ];
        if is_missing.iter().any(|words| message.contains(words)) {
            DynoxideError::ValidationException(message.to_owned())
        } else {
            DynoxideError::SerializationException(message.to_owned())
        }
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn call(dynamodb: &DynamoDb, operation: &str, input: &Value) -> Answer {
        dynamodb.call("eu-west-1", operation, &input.to_string())
    }

    #[test]
    fn a_table_keeps_items_until_they_expire_by_the_stages_clock() {
        let clock = Clock::default();
        let dynamodb = DynamoDb::new(clock.clone());
        let table = json!({
            "TableName": "rides",
            "BillingMode": "PAY_PER_REQUEST",
            "AttributeDefinitions": [{ "AttributeName": "who", "AttributeType": "S" }],
            "KeySchema": [{ "AttributeName": "who", "KeyType": "HASH" }],
        });
        let (status, made) = call(&dynamodb, "CreateTable", &table);
        assert_eq!(status, 200, "{made}");
        assert_eq!(
            made["TableDescription"]["TableArn"],
            crate::aws::actions::table_arn("eu-west-1", "rides")
        );
        let (status, again) = call(&dynamodb, "CreateTable", &table);
        assert_eq!(status, 400);
        assert!(
            again["__type"]
                .as_str()
                .unwrap()
                .ends_with("#ResourceInUseException"),
            "{again}"
        );
        let spec = json!({ "AttributeName": "until", "Enabled": true });
        let ttl = json!({ "TableName": "rides", "TimeToLiveSpecification": spec });
        assert_eq!(call(&dynamodb, "UpdateTimeToLive", &ttl).0, 200);
        let until = clock.now().as_second() + 60;
        let item = json!({ "who": { "S": "ada" }, "until": { "N": until.to_string() } });
        let put = json!({ "TableName": "rides", "Item": item });
        assert_eq!(call(&dynamodb, "PutItem", &put).0, 200);
        let get = json!({ "TableName": "rides", "Key": { "who": { "S": "ada" } } });
        assert_eq!(call(&dynamodb, "GetItem", &get).1["Item"], item);
        clock.advance(61);
        assert_eq!(call(&dynamodb, "GetItem", &get).1.get("Item"), None);
        // Another region has other tables.
        let elsewhere = dynamodb.call("us-east-1", "ListTables", "{}");
        assert_eq!(elsewhere.1["TableNames"], json!([]));
        assert_eq!(call(&dynamodb, "CreateBackup", &json!({})).0, 501);
        let wrong = call(&dynamodb, "GetItem", &json!({ "TableName": "rides" }));
        assert!(
            wrong.1["__type"]
                .as_str()
                .unwrap()
                .ends_with("#ValidationException"),
            "{wrong:?}"
        );
    }
}
