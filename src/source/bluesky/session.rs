//! Signing in to a server of Bluesky (a PDS): with an app password once, then with the tokens it gave.

use crate::source::{Answer, Ending, Goal, GoalError, Request, Secret, SecretNeed};
use serde::Deserialize;

/// Handle or DID of the account.
const HANDLE: &str = "TAGLINE_BLUESKY_HANDLE";
/// Its app password.
const PASSWORD: &str = "TAGLINE_BLUESKY_APP_PASSWORD";
/// A session that was begun elsewhere.
const TOKEN: &str = "TAGLINE_BLUESKY_TOKEN";
/// What a person needs: the first two, or the third.
pub(super) const NEEDS: &[SecretNeed] = &[
    SecretNeed {
        variable: HANDLE,
        about: "the handle of a Bluesky account: `name.bsky.social`",
        required: false,
    },
    SecretNeed {
        variable: PASSWORD,
        about: "an app password of that account, never its own: bsky.app, Settings, Privacy and security, App passwords",
        required: false,
    },
    SecretNeed {
        variable: TOKEN,
        about: "instead of both: the `accessJwt` of a session; it is good for two hours and not renewed",
        required: false,
    },
];
/// Requests that begin or renew a session; their limit is a hundred times tighter than that of others.
pub(super) const KIND: &str = "session";

/// A session, as far as it is begun. It is never stored.
#[derive(Debug, Default)]
pub(super) struct Session {
    login: Option<(Secret, Secret)>,
    access: Option<Secret>,
    refresh: Option<Secret>,
    /// Whether its tokens come from the password.
    began: bool,
    /// Whether they were of use: those that never were are not worth renewing.
    worked: bool,
    renewing: bool,
}

/// What `createSession` and `refreshSession` answer.
#[derive(Deserialize)]
struct Tokens {
    #[serde(rename = "accessJwt")]
    access: String,
    #[serde(rename = "refreshJwt")]
    refresh: Option<String>,
}

impl Session {
    /// With what the person gave.
    pub(super) fn of(goal: &Goal, source_name: &'static str) -> Result<Self, GoalError> {
        let secret = |name| goal.secrets.get(name).cloned();
        let missing = |variable, about| GoalError::Secret { source_name, variable, about };
        match (secret(HANDLE), secret(PASSWORD), secret(TOKEN)) {
            (Some(handle), Some(password), access) => {
                Ok(Self { login: Some((handle, password)), access, ..Self::default() })
            }
            (_, _, Some(token)) => Ok(Self { access: Some(token), ..Self::default() }),
            (None, _, None) => Err(missing(
                HANDLE,
                "a Bluesky account's handle; Bluesky's search answers only to who signed in",
            )),
            (Some(_), None, None) => Err(missing(PASSWORD, "an app password of that account, never its own")),
        }
    }

    /// The token to ask with, if there is one.
    pub(super) fn bearer(&self) -> Option<Secret> {
        self.access.clone()
    }

    /// The request that begins it; `None` if there is nothing to begin it with.
    pub(super) fn begin(&mut self, goal: &Goal) -> Option<Request> {
        let (handle, password) = self.login.as_ref()?;
        (self.began, self.worked, self.renewing) = (true, false, false);
        let body = serde_json::json!({"identifier": handle.reveal(), "password": password.reveal()});
        Some(Request {
            body: Some(Secret::new(body.to_string())),
            kind: KIND,
            ..Request::get(goal.url("/xrpc/com.atproto.server.createSession"), "signing in")
        })
    }

    /// The token was of use.
    pub(super) fn worked(&mut self) {
        self.worked = true;
    }

    /// The token was refused: the request that renews the session, or begins another; `None` if there is no other way, or if it was tried and
    /// its token was of no use either.
    pub(super) fn renew(&mut self, goal: &Goal) -> Option<Request> {
        self.access = None;
        if !self.worked && self.began {
            return None;
        }
        let Some(refresh) = self.refresh.take() else { return self.begin(goal) };
        (self.worked, self.renewing) = (false, true);
        Some(Request {
            bearer: Some(refresh),
            // A POST of nothing.
            body: Some(Secret::default()),
            kind: KIND,
            ..Request::get(goal.url("/xrpc/com.atproto.server.refreshSession"), "renewing the session")
        })
    }

    /// Takes the answer to one of its requests; the next request if that was no success but there is another way.
    pub(super) fn answer(&mut self, answer: &Answer<'_>, goal: &Goal) -> Result<Option<Request>, Ending> {
        if answer.is_success() {
            let tokens: Tokens = serde_json::from_slice(answer.body)
                .map_err(|_| Ending::Failed("the answer to signing in cannot be read".to_owned()))?;
            self.access = Some(Secret::new(tokens.access));
            self.refresh = tokens.refresh.map(Secret::new);
            return Ok(None);
        }
        if std::mem::take(&mut self.renewing)
            && let Some(request) = self.begin(goal)
        {
            return Ok(Some(request));
        }
        Err(match (answer.status, error_code(answer).as_str()) {
            (_, "AuthFactorTokenRequired") => Ending::NotAllowed(
                "signing in asks for a second factor: use an app password, which needs none".to_owned(),
            ),
            (_, "AccountTakedown") => Ending::NotAllowed("the account was taken down".to_owned()),
            (400 | 401, _) => {
                Ending::NotAllowed(format!("signing in was refused: `{HANDLE}` or `{PASSWORD}` is wrong"))
            }
            (status, _) => Ending::Failed(format!("signing in was answered with status {status}")),
        })
    }
}

/// Whether an answer says that the token is no good (any more).
pub(super) fn refuses_token(answer: &Answer<'_>) -> bool {
    answer.status == 401
        || answer.status == 400 && matches!(error_code(answer).as_str(), "ExpiredToken" | "InvalidToken")
}

/// The machine's word for what is wrong; empty if the answer has none.
pub(super) fn error_code(answer: &Answer<'_>) -> String {
    #[derive(Deserialize)]
    struct Fault {
        error: String,
    }
    serde_json::from_slice::<Fault>(answer.body).map(|fault| fault.error).unwrap_or_default()
}
