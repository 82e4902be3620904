//! Developer accounts.

use http::Method;
use models::ids::VendorId;
use serde::Deserialize;

use crate::transport::Request;
use crate::{Client, Error, Operation};

/// A developer account that the caller works for.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Vendor {
    /// Its id.
    pub id: VendorId,
    /// Its name, as customers see it.
    #[serde(default)]
    pub name: String,
    /// What the caller may do there, such as `ROLE_ADMINISTRATOR`.
    #[serde(default)]
    pub roles: Vec<String>,
}

#[derive(Deserialize)]
struct Vendors {
    #[serde(default)]
    vendors: Vec<Vendor>,
}

impl Client {
    /// The developer accounts that the caller works for.
    pub async fn vendors(&self) -> Result<Vec<Vendor>, Error> {
        let url = self.url(["v1", "vendors"]);
        let request = Request::new(Operation::ListVendors, Method::GET, url);
        Ok(self.send(request).await?.json::<Vendors>()?.vendors)
    }
}
