//! Creating an account and proving that its address is one's own.

use crate::aws::Shared;
use crate::base::error::AwsError;
use crate::cognito::errors::{self, invalid, not_authorized};
use crate::cognito::messages;
use crate::cognito::pool::Pool;
use crate::cognito::settings::{Alias, Contact, FirstFactor, Settings};
use crate::cognito::users::attributes::{check, check_required, is_email, is_phone_number};
use crate::cognito::users::code::Purpose;
use crate::cognito::users::password::PasswordHash;
use crate::cognito::users::sign_in::offers;
use crate::cognito::users::{Status, User};

/// What a person enters to sign up.
#[derive(Debug)]
pub(crate) struct Request<'a> {
    /// User name, e-mail address or phone number, as the pool wants it.
    pub(crate) username: &'a str,
    /// None for whoever signs in with one-time codes and nothing else. The API's reference says that a
    /// blank one is none, too, and its model that there has to be a character.
    pub(crate) password: Option<&'a str>,
    pub(crate) attributes: Vec<(&'a str, &'a str)>,
}

/// Where a code has gone.
pub(crate) type Delivery = (Contact, String);

/// A new account.
#[derive(Debug)]
pub(crate) struct SignedUp {
    pub(crate) sub: String,
    pub(crate) delivery: Option<Delivery>,
}

/// Creates an unconfirmed account and sends its code.
pub(crate) fn sign_up(
    pool: &mut Pool,
    client_id: &str,
    request: &Request,
    shared: &Shared,
) -> Result<SignedUp, AwsError> {
    if pool
        .settings
        .admin_create_user_config
        .allow_admin_create_user_only
    {
        return Err(not_authorized("SignUp is not permitted for this user pool"));
    }
    let client = pool.client(client_id)?;
    if let Some((name, _)) = request
        .attributes
        .iter()
        .find(|(name, _)| !client.settings.writes(name))
    {
        return Err(not_authorized(format!(
            "A client attempted to write unauthorized attribute: {name}"
        )));
    }
    let password = request
        .password
        .map(|password| check_password(pool, password));
    let password = password.transpose()?;
    let mut user = new_user(pool, request.username, &request.attributes, shared)?;
    if password.is_none() && !can_do_without_password(pool, client_id, &user) {
        return Err(errors::password_required());
    }
    user.password = password;
    let sub = user.sub().to_owned();
    let delivery = send_confirmation(&pool.settings, &mut user, shared);
    pool.users.add(user);
    Ok(SignedUp { sub, delivery })
}

/// A person with checked attributes who is not yet in the pool.
pub(crate) fn new_user(
    pool: &Pool,
    username: &str,
    attributes: &[(&str, &str)],
    shared: &Shared,
) -> Result<User, AwsError> {
    let contact = check_username(&pool.settings, username)?;
    let mut user = User::new(contact.is_none().then_some(username), shared.clock.now());
    if pool.users.find(&pool.settings, username).is_some() {
        return Err(errors::user_exists(match contact {
            Some(Contact::Email) => "An account with the given email already exists.",
            Some(Contact::PhoneNumber) => "An account with the given phone_number already exists.",
            None => "User already exists",
        }));
    }
    check(pool, attributes.iter().copied())?;
    let given = attributes
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    user.attributes.extend(given);
    if let Some(contact) = contact {
        user.attributes
            .insert(contact.attribute().to_owned(), username.to_owned());
    }
    for contact in &pool.settings.username_attributes {
        // The other address can be signed in with as well, so it must be free too.
        if let Some(address) = user.attribute(contact.attribute())
            && pool.users.find(&pool.settings, address).is_some()
        {
            return Err(errors::user_exists(format!(
                "An account with the given {} already exists.",
                contact.attribute()
            )));
        }
    }
    check_required(pool, |name| user.attribute(name).is_some())?;
    Ok(user)
}

fn check_password(pool: &Pool, password: &str) -> Result<PasswordHash, AwsError> {
    match pool.settings.policies.password_policy.violation(password) {
        Some(violation) => Err(errors::invalid_password(violation)),
        None => Ok(PasswordHash::new(password)),
    }
}

/// Whether somebody can sign in with a one-time code from the first day on: pool and client let them
/// begin with one, they have given the address for it, and the pool verifies it by itself.
///
/// These are Cognito's conditions for a sign-up without a password, under "Passwords at sign-up" of
/// <https://docs.aws.amazon.com/cognito/latest/developerguide/signing-up-users-in-your-app.html>.
/// One more of them is that an application of one's own does it: managed login and the classic pages
/// always require a password (`pages/sign_up.rs`).
fn can_do_without_password(pool: &Pool, client_id: &str, user: &User) -> bool {
    [
        (FirstFactor::EmailOtp, Contact::Email),
        (FirstFactor::SmsOtp, Contact::PhoneNumber),
    ]
    .into_iter()
    .any(|(factor, contact)| {
        offers(pool, client_id, factor)
            && user.attribute(contact.attribute()).is_some()
            && pool.settings.auto_verified_attributes.contains(&contact)
    })
}

/// Whether the user name is an address, and that it has the form the pool asks for.
fn check_username(settings: &Settings, username: &str) -> Result<Option<Contact>, AwsError> {
    let email = settings.username_attributes.contains(&Contact::Email);
    let phone = settings.username_attributes.contains(&Contact::PhoneNumber);
    if email && is_email(username) {
        return Ok(Some(Contact::Email));
    }
    if phone && is_phone_number(username) {
        return Ok(Some(Contact::PhoneNumber));
    }
    match (email, phone) {
        (true, true) => Err(invalid(
            "Username should be either an email or a phone number.",
        )),
        (true, false) => Err(invalid("Username should be an email.")),
        (false, true) => Err(invalid("Username should be a phone number.")),
        (false, false) => {
            if settings.alias_attributes.contains(&Alias::Email) && is_email(username) {
                return Err(invalid(
                    "Username cannot be of email format, since user pool is configured for \
                     email alias.",
                ));
            }
            if settings.alias_attributes.contains(&Alias::PhoneNumber) && is_phone_number(username)
            {
                return Err(invalid(
                    "Username cannot be of phone number format, since user pool is configured \
                     for phone number alias.",
                ));
            }
            Ok(None)
        }
    }
}

/// Sends a confirmation code to the address that the pool verifies; a phone number comes first.
fn send_confirmation(settings: &Settings, user: &mut User, shared: &Shared) -> Option<Delivery> {
    let contact = [Contact::PhoneNumber, Contact::Email]
        .into_iter()
        .find(|contact| {
            settings.auto_verified_attributes.contains(contact)
                && user.attribute(contact.attribute()).is_some()
        })?;
    let to = user.attribute(contact.attribute())?.to_owned();
    let now = shared.clock.now();
    let code = user.codes.issue(Purpose::SignUp, contact, now);
    messages::send_code(
        &shared.outbox,
        settings,
        Purpose::SignUp,
        contact,
        &to,
        &code,
        now,
    );
    Some((contact, to))
}

/// Whether a name is that of an account that waits for its confirmation.
fn waits(pool: &Pool, username: &str) -> bool {
    pool.users
        .find(&pool.settings, username)
        .is_some_and(|user| user.status == Status::Unconfirmed)
}

/// Sends another code. Where user existence is not to be told, whoever waits for none gets the same
/// answer.
pub(crate) fn resend(
    pool: &mut Pool,
    client_id: &str,
    username: &str,
    shared: &Shared,
) -> Result<Option<Delivery>, AwsError> {
    let silent = pool.client(client_id)?.settings.hides_users();
    if pool.settings.auto_verified_attributes.is_empty() {
        return Err(invalid(
            "Cannot resend codes. Auto verification not turned on.",
        ));
    }
    if silent && !waits(pool, username) {
        // Nobody is sent this code.
        let stranger = pool.users.stranger(&pool.settings, username);
        let now = shared.clock.now();
        stranger.codes.issue(Purpose::SignUp, Contact::Email, now);
        return Ok(None);
    }
    let user = pool
        .users
        .find_mut(&pool.settings, username)
        .ok_or_else(errors::no_user)?;
    if user.status != Status::Unconfirmed {
        return Err(invalid("User is already confirmed."));
    }
    Ok(send_confirmation(&pool.settings, user, shared))
}

/// Confirms an account with the code that was sent, and returns the subject.
///
/// Where user existence is not to be told, a name that waits for no code is answered like one that
/// does. What Cognito itself answers for an account that is confirmed is not documented
/// (<https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pool-managing-errors.html>).
pub(crate) fn confirm(
    pool: &mut Pool,
    client_id: &str,
    username: &str,
    code: &str,
    shared: &Shared,
) -> Result<String, AwsError> {
    let silent = pool.client(client_id)?.settings.hides_users();
    let now = shared.clock.now();
    if silent && !waits(pool, username) {
        let codes = &mut pool.users.stranger(&pool.settings, username).codes;
        codes.expect(Purpose::SignUp, now);
        let redeemed = codes.redeem(Purpose::SignUp, code.trim(), now);
        return Err(redeemed.err().unwrap_or_else(errors::code_mismatch));
    }
    let user = pool
        .users
        .find_mut(&pool.settings, username)
        .ok_or_else(errors::no_user)?;
    if user.status != Status::Unconfirmed {
        return Err(not_authorized(
            "User cannot be confirmed. Current status is CONFIRMED",
        ));
    }
    if silent {
        user.codes.expect(Purpose::SignUp, now);
    }
    let contact = user.codes.redeem(Purpose::SignUp, code.trim(), now)?;
    let sub = user.sub().to_owned();
    let address = user.attribute(contact.attribute()).map(str::to_owned);
    if let Some(address) = address {
        check_alias(pool, &sub, contact, &address)?;
    }
    let settings = &pool.settings;
    if let Some(user) = pool.users.find_mut(settings, &sub) {
        user.attributes
            .insert(contact.verified_attribute().to_owned(), "true".to_owned());
        user.status = Status::Confirmed;
        user.modified = now;
    }
    Ok(sub)
}

/// An alias belongs to the account that verified it first.
fn check_alias(pool: &Pool, sub: &str, contact: Contact, address: &str) -> Result<(), AwsError> {
    let alias = match contact {
        Contact::Email => Alias::Email,
        Contact::PhoneNumber => Alias::PhoneNumber,
    };
    let taken = pool.settings.alias_attributes.contains(&alias)
        && pool
            .users
            .find(&pool.settings, address)
            .is_some_and(|other| other.sub() != sub);
    if taken {
        return Err(AwsError::bad_request(
            "AliasExistsException",
            format!(
                "An account with the {} already exists.",
                contact.attribute()
            ),
        ));
    }
    Ok(())
}
