//! The options of OpenID Connect.

use std::convert::Infallible;
use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;
use hookline_domain::access::{Email, Role};
use hookline_domain::ids::OrgId;

/// A secret that is given as an option. It has no `Debug` and no `Display`, so that it ends in no log.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl FromStr for Secret {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(text.to_owned()))
    }
}

#[derive(Args, Clone)]
pub struct OidcOptions {
    /// Let people sign in by this OpenID Connect provider: its issuer, such as https://sso.example.com/realms/staff.
    /// Needs HOOKLINE_PUBLIC_URL.
    #[arg(long, env = "HOOKLINE_OIDC_ISSUER", value_parser = issuer)]
    pub oidc_issuer: Option<String>,
    /// How the provider calls this server.
    #[arg(long, env = "HOOKLINE_OIDC_CLIENT_ID")]
    pub oidc_client_id: Option<String>,
    /// By what this server proves to the provider who it is.
    #[arg(long, env = "HOOKLINE_OIDC_CLIENT_SECRET", hide_env_values = true)]
    pub oidc_client_secret: Option<Secret>,
    /// The same, in a file.
    #[arg(long, env = "HOOKLINE_OIDC_CLIENT_SECRET_FILE")]
    pub oidc_client_secret_file: Option<PathBuf>,
    /// What the button on the sign-in page says after "Sign in with".
    #[arg(long, env = "HOOKLINE_OIDC_NAME", default_value = "single sign-on")]
    pub oidc_name: String,
    /// Make a user of whoever signs in by the provider and has none: in this organization, by its id. Needs
    /// HOOKLINE_OIDC_NEW_USERS_DOMAINS. Unless set, an owner must add people first.
    #[arg(long, env = "HOOKLINE_OIDC_NEW_USERS_ORG")]
    pub oidc_new_users_org: Option<OrgId>,
    /// The role of users that are made so: owner, manager, analyst or `read_only`.
    #[arg(long, env = "HOOKLINE_OIDC_NEW_USERS_ROLE", default_value = "read_only")]
    pub oidc_new_users_role: Role,
    /// The domains of the email addresses of users that are made so, separated by commas.
    #[arg(long, env = "HOOKLINE_OIDC_NEW_USERS_DOMAINS", value_delimiter = ',')]
    pub oidc_new_users_domains: Vec<String>,
}

fn issuer(text: &str) -> Result<String, String> {
    let url = url::Url::parse(text).ok().filter(|url| {
        matches!(url.scheme(), "http" | "https")
            && url.has_host()
            && url.username().is_empty()
            && url.query().is_none()
            && url.fragment().is_none()
    });
    url.map(|_| text.to_owned())
        .ok_or_else(|| "write the provider's issuer, such as https://sso.example.com/realms/staff".to_owned())
}

/// What signing in by a provider needs, as options that fit each other.
#[derive(Clone)]
pub struct Client {
    pub issuer: String,
    pub id: String,
    pub secret: Secret,
}

impl OidcOptions {
    /// `None` without a provider.
    pub fn client(&self) -> Result<Option<Client>, String> {
        let Some(issuer) = self.oidc_issuer.clone() else { return Ok(None) };
        let id = self.oidc_client_id.clone().filter(|id| !id.is_empty());
        let id = id.ok_or("HOOKLINE_OIDC_ISSUER is set: set HOOKLINE_OIDC_CLIENT_ID as well")?;
        let secret = match (&self.oidc_client_secret, &self.oidc_client_secret_file) {
            (Some(secret), None) => secret.clone(),
            (None, Some(path)) => {
                let text = std::fs::read_to_string(path).map_err(|error| {
                    format!("HOOKLINE_OIDC_CLIENT_SECRET_FILE: can't read {}: {error}", path.display())
                })?;
                Secret(text.trim().to_owned())
            }
            _ => {
                return Err("HOOKLINE_OIDC_ISSUER is set: set HOOKLINE_OIDC_CLIENT_SECRET or HOOKLINE_OIDC_CLIENT_SECRET_FILE, and not both".to_owned());
            }
        };
        if secret.0.is_empty() {
            return Err("the client secret of OpenID Connect is empty".to_owned());
        }
        if self.oidc_new_users_org.is_some() == self.oidc_new_users_domains.is_empty() {
            return Err(
                "set both HOOKLINE_OIDC_NEW_USERS_ORG and HOOKLINE_OIDC_NEW_USERS_DOMAINS, or neither"
                    .to_owned(),
            );
        }
        Ok(Some(Client { issuer, id, secret }))
    }

    /// Where, and as what, a user is made of someone with this address.
    pub fn new_user(&self, email: &Email) -> Option<(OrgId, Role)> {
        let (_, domain) = email.as_str().rsplit_once('@')?;
        let takes = self.oidc_new_users_domains.iter().any(|one| one.trim().eq_ignore_ascii_case(domain));
        self.oidc_new_users_org.filter(|_| takes).map(|org| (org, self.oidc_new_users_role))
    }

    /// As they are in force, the secret left out.
    pub fn shown(&self) -> [(&'static str, String); 8] {
        let text = |value: &Option<String>| value.clone().unwrap_or_else(|| "none".to_owned());
        let secret = if self.oidc_client_secret.is_some() { "REDACTED" } else { "none" };
        let file = self.oidc_client_secret_file.as_ref();
        [
            ("HOOKLINE_OIDC_ISSUER", text(&self.oidc_issuer)),
            ("HOOKLINE_OIDC_CLIENT_ID", text(&self.oidc_client_id)),
            ("HOOKLINE_OIDC_CLIENT_SECRET", secret.to_owned()),
            (
                "HOOKLINE_OIDC_CLIENT_SECRET_FILE",
                file.map_or("none".to_owned(), |path| path.display().to_string()),
            ),
            ("HOOKLINE_OIDC_NAME", self.oidc_name.clone()),
            (
                "HOOKLINE_OIDC_NEW_USERS_ORG",
                self.oidc_new_users_org.map_or("none".to_owned(), |org| org.to_string()),
            ),
            ("HOOKLINE_OIDC_NEW_USERS_ROLE", self.oidc_new_users_role.to_string()),
            ("HOOKLINE_OIDC_NEW_USERS_DOMAINS", self.oidc_new_users_domains.join(",")),
        ]
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        oidc: OidcOptions,
    }

    fn options(arguments: &[&str]) -> OidcOptions {
        let line = Line::try_parse_from(["hookline"].iter().chain(arguments));
        line.unwrap_or_else(|error| panic!("{error}")).oidc
    }

    const WHOLE: [&str; 6] = [
        "--oidc-issuer",
        "https://sso.example.com",
        "--oidc-client-id",
        "hookline",
        "--oidc-client-secret",
        "hunter2",
    ];

    #[test]
    fn options_that_do_not_fit_each_other_are_refused() {
        assert!(options(&[]).client().unwrap().is_none());
        assert!(options(&WHOLE).client().unwrap().is_some());
        assert!(options(&WHOLE[..2]).client().is_err_and(|said| said.contains("CLIENT_ID")));
        assert!(options(&WHOLE[..4]).client().is_err_and(|said| said.contains("CLIENT_SECRET")));
        let mut half = WHOLE.to_vec();
        half.extend(["--oidc-new-users-domains", "example.com"]);
        assert!(options(&half).client().is_err_and(|said| said.contains("NEW_USERS_ORG")));
        for wrong in ["sso.example.com", "ftp://a", "https://u@a", "https://a/?b"] {
            assert!(issuer(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn users_are_made_of_the_named_domains_only_and_the_secret_is_never_shown() {
        let mut arguments = WHOLE.to_vec();
        let org = "01977420-dc00-7000-8000-000000000000";
        arguments.extend(["--oidc-new-users-org", org, "--oidc-new-users-domains", "Example.com,b.test"]);
        let options = options(&arguments);
        let made = |email: &str| options.new_user(&email.parse().unwrap());
        assert_eq!(made("ada@example.com"), Some((org.parse().unwrap(), Role::ReadOnly)));
        assert_eq!(made("ada@evil-example.com"), None);
        assert_eq!(made("ada@sub.example.com"), None);
        assert!(options.shown().iter().all(|(_, value)| !value.contains("hunter2")));
    }
}
