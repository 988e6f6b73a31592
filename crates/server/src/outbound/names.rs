//! From a host's name to the addresses that may be dialled.

use std::net::{IpAddr, SocketAddr};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::address_guard::Allow;

/// None of the addresses may be dialled.
#[derive(Debug, thiserror::Error)]
#[error("the server's address is not allowed")]
pub(super) struct NotAllowed;

#[cfg(test)]
type TestNames = std::sync::Arc<dyn Fn(&str) -> Vec<IpAddr> + Send + Sync>;

/// Who is asked for a name's addresses.
#[derive(Clone)]
pub(super) enum Names {
    /// The system's resolver, with its hosts file.
    System,
    #[cfg(test)]
    Test(TestNames),
    /// A name server that says nothing.
    #[cfg(test)]
    Silent,
}

/// The client's resolver: each connection is dialled to what was checked here, so that a name that
/// is another address a moment later gains nothing.
pub(super) struct GuardedNames {
    pub names: Names,
    pub allow: Allow,
}

impl Names {
    async fn addresses(&self, name: &str) -> std::io::Result<Vec<IpAddr>> {
        match self {
            Self::System => {
                Ok(tokio::net::lookup_host((name, 0)).await?.map(|address| address.ip()).collect())
            }
            #[cfg(test)]
            Self::Test(names) => Ok(names(name)),
            #[cfg(test)]
            Self::Silent => std::future::pending().await,
        }
    }
}

impl Resolve for GuardedNames {
    fn resolve(&self, name: Name) -> Resolving {
        let (names, allow) = (self.names.clone(), self.allow.clone());
        Box::pin(async move {
            let found = names.addresses(name.as_str()).await?;
            let allowed: Vec<IpAddr> = found.into_iter().filter(|address| allow.permits(*address)).collect();
            if allowed.is_empty() {
                return Err(NotAllowed.into());
            }
            // The client puts the URL's port in.
            let addresses = allowed.into_iter().map(|address| SocketAddr::new(address, 0));
            Ok(Box::new(addresses) as Addrs)
        })
    }
}
