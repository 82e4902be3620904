"""Signs up on a local stage as an OpenID Connect client would, and verifies the tokens with PyJWT.

Nothing of the project is used: discovery, key set, sign-in pages and token endpoint are spoken to
over HTTP, and PyJWT with `cryptography` decides whether the tokens hold.
"""

import argparse
import base64
import hashlib
import html.parser
import http.cookiejar
import json
import os
import re
import secrets
import sys
import urllib.error
import urllib.parse
import urllib.request

import jwt

import readback
import stackfile


class Forms(html.parser.HTMLParser):
    """The forms of a page, and its links."""

    def __init__(self):
        super().__init__()
        self.forms = []
        self.links = []

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "form":
            self.forms.append({"action": attrs.get("action", ""), "fields": {}})
        elif tag == "input" and self.forms and attrs.get("name"):
            self.forms[-1]["fields"][attrs["name"]] = attrs.get("value") or ""
        elif tag == "button" and self.forms and attrs.get("name"):
            # Of several buttons, people press the first.
            self.forms[-1].setdefault("button", (attrs["name"], attrs.get("value") or ""))
        elif tag == "a" and attrs.get("href"):
            self.links.append(attrs["href"])


class Returned(Exception):
    """The browser was sent back to the client."""


class Redirects(urllib.request.HTTPRedirectHandler):
    """Follows redirects until one leads back to the client."""

    def __init__(self, redirect_uri):
        self.redirect_uri = redirect_uri

    def redirect_request(self, request, file, code, message, headers, new_url):
        if new_url.split("?")[0] == self.redirect_uri:
            raise Returned(new_url)
        return super().redirect_request(request, file, code, message, headers, new_url)


class Browser:
    """Opens pages and sends forms, with cookies."""

    def __init__(self, redirect_uri):
        self.opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}),
            urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()),
            Redirects(redirect_uri),
        )
        self.url = None
        self.page = None

    def open(self, url, fields=None):
        data = urllib.parse.urlencode(fields).encode() if fields is not None else None
        with self.opener.open(url, data, timeout=15) as response:
            self.url = response.url
            self.page = Forms()
            self.page.feed(response.read().decode())

    def follow(self, path_end):
        for link in self.page.links:
            target = urllib.parse.urljoin(self.url, link)
            if urllib.parse.urlparse(target).path.endswith(path_end):
                return self.open(target)
        sys.exit(f"no link to {path_end} on {self.url}")

    def send(self, field, answers):
        for form in self.page.forms:
            if field in form["fields"]:
                fields = {**form["fields"], **{k: v for k, v in answers.items() if k in form["fields"]}}
                fields.update([form["button"]] if "button" in form else [])
                return self.open(urllib.parse.urljoin(self.url, form["action"]), fields)
        sys.exit(f"no form that asks for {field} on {self.url}")


def get(url, headers=None):
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(urllib.request.Request(url, headers=headers or {}), timeout=15) as response:
        return json.load(response)


def post_form(url, fields, headers):
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    data = urllib.parse.urlencode(fields).encode()
    with opener.open(urllib.request.Request(url, data, headers), timeout=15) as response:
        return json.load(response)


def sign_up(browser, authorize_url, device, token, email):
    """From the authorize URL to the redirect with a code."""
    password = f"Judge-{secrets.token_hex(8)}-7"
    answers = {"email": email, "username": email, "name": "Judge", "password": password}
    try:
        browser.open(authorize_url)
        browser.follow("/signup")
        browser.send("password", answers)
        messages = get(f"{device}/outbox?{urllib.parse.urlencode({'to': email})}", token)["messages"]
        codes = [message["code"] for message in messages if message.get("code")]
        if not codes:
            sys.exit(f"no code was sent to {email}")
        browser.send("code", {"code": codes[-1]})
        browser.send("password", answers)
    except Returned as returned:
        return dict(urllib.parse.parse_qsl(urllib.parse.urlparse(str(returned)).query))
    sys.exit(f"the sign-in pages ended at {browser.url} and not at the client")


def check(name, condition, detail=""):
    if not condition:
        sys.exit(f"{name}: {detail or 'does not hold'}")
    print(f"ok  {name}")


def at_hash(access_token):
    """OpenID Connect Core 1.0, section 3.1.3.6, for RS256."""
    half = hashlib.sha256(access_token.encode()).digest()[:16]
    return base64.urlsafe_b64encode(half).rstrip(b"=").decode()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    readback.add_arguments(parser)
    parser.add_argument("--device", required=True)
    arguments = parser.parse_args()
    device = arguments.device.rstrip("/")
    # Of the stage; not an argument, because others can read those.
    token = {"Authorization": f"Bearer {os.environ['STAGE_TOKEN']}"}
    stack = stackfile.load(arguments.stack_file)

    reader = readback.Reader(arguments.endpoint, arguments.region)
    outputs, _ = reader.stack(arguments.identity_stack)
    _, parameters = reader.stack(arguments.skill_stack)
    issuer = parameters["Issuer"]
    client = reader.client("cognito-idp").describe_user_pool_client(
        UserPoolId=outputs["UserPoolId"], ClientId=outputs["ClientId"]
    )["UserPoolClient"]
    redirect_uri = sorted(client["CallbackURLs"])[0]

    configuration = get(f"{issuer}/.well-known/openid-configuration")
    check("discovery names the issuer", configuration["issuer"] == issuer, configuration["issuer"])

    state, nonce = secrets.token_urlsafe(16), secrets.token_urlsafe(16)
    email = f"judge.{secrets.token_hex(4)}@example.com"
    query = urllib.parse.urlencode(
        {
            "response_type": "code",
            "client_id": client["ClientId"],
            "redirect_uri": redirect_uri,
            "scope": " ".join(stack["linking"]["scopes"]),
            "state": state,
            "nonce": nonce,
        }
    )
    authorize_url = f"{configuration['authorization_endpoint']}?{query}"
    returned = sign_up(Browser(redirect_uri), authorize_url, device, token, email)
    check("state comes back unchanged", returned.get("state") == state, str(returned))

    basic = f"{client['ClientId']}:{client['ClientSecret']}".encode()
    headers = {"Authorization": f"Basic {base64.b64encode(basic).decode()}"}
    tokens = post_form(
        configuration["token_endpoint"],
        {
            "grant_type": "authorization_code",
            "code": returned["code"],
            "redirect_uri": redirect_uri,
        },
        headers,
    )
    lifetime = stackfile.seconds(stack["identity"]["tokens"]["access"])
    check("expires_in is the configured lifetime", tokens["expires_in"] == lifetime)

    # A stage whose clock was moved ahead issues tokens from the future.
    ahead = get(f"{device}/control/clock", token)["skippedSeconds"]
    keys = jwt.PyJWKClient(configuration["jwks_uri"], timeout=15)

    def verify(token, **options):
        key = keys.get_signing_key_from_jwt(token)
        return jwt.decode(
            token, key, algorithms=["RS256"], issuer=issuer, leeway=ahead + 5, **options
        )

    access_required = ["exp", "iat", "iss", "sub", "jti", "client_id", "token_use", "scope"]
    access = verify(tokens["access_token"], options={"require": access_required})
    check("access token: signature, issuer and times", True)
    check("access token: token_use", access["token_use"] == "access")
    check("access token: client_id", access["client_id"] == client["ClientId"])
    check("access token: no audience", "aud" not in access)
    check("access token: lifetime", access["exp"] - access["iat"] == lifetime)
    scopes = sorted(access["scope"].split())
    check("access token: scopes", scopes == sorted(stack["linking"]["scopes"]), str(scopes))

    identity = verify(
        tokens["id_token"],
        audience=client["ClientId"],
        options={"require": ["exp", "iat", "iss", "sub", "aud", "nonce", "at_hash"]},
    )
    check("id token: signature, issuer, audience and times", True)
    check("id token: nonce", identity["nonce"] == nonce)
    check("id token: at_hash", identity["at_hash"] == at_hash(tokens["access_token"]))
    check("id token: the same subject", identity["sub"] == access["sub"])
    check("id token: verified address", (identity["email"], identity["email_verified"]) == (email, True))

    head, body, signature = tokens["access_token"].split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    forged_body = json.dumps({**claims, "sub": "somebody-else"}).encode()
    forged = base64.urlsafe_b64encode(forged_body).rstrip(b"=").decode()
    try:
        verify(f"{head}.{forged}.{signature}")
    except jwt.InvalidSignatureError:
        check("a changed token is refused by PyJWT", True)
    else:
        sys.exit("PyJWT accepted a token that was changed: this judge judges nothing")

    bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
    info = get(configuration["userinfo_endpoint"], bearer)
    check("userInfo: the same subject", info["sub"] == access["sub"])
    check("userInfo: the address", info["email"] == email)

    refreshed = post_form(
        configuration["token_endpoint"],
        {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]},
        headers,
    )
    again = verify(refreshed["access_token"])
    check("refreshed token: another jti", again["jti"] != access["jti"])
    check("refreshed token: the same subject", again["sub"] == access["sub"])


if __name__ == "__main__":
    try:
        main()
    except urllib.error.HTTPError as error:
        said = error.read().decode(errors="replace")
        text = " ".join(re.sub(r"(?s)<head.*?</head>|<[^>]*>", " ", said).split())
        sys.exit(f"{error.url.split('?')[0]} answered {error.code}: {text[:600]}")
