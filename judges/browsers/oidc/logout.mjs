// `/logout`: the end of the browser's session, and where the browser goes next.

/** What becomes of a sign-out in a browser of its own, and of the session after it. */
const sent = (parameters) => async (world) => {
  const context = await world.signedIn();
  const url = new URL(world.metadata.end_session_endpoint);
  url.search = world.query(parameters(world));
  const location = await world.redirect(url.href, context);
  const session = await world.authorize(world.clients.public, { prompt: "none" }, context);
  await context.close();
  const to = world.tell(location) === "page /login" ? `page /login ${location.searchParams.get("scope")}` : world.tell(location);
  return `${to}, ${session === "code" ? "still signed in" : "signed out"}`;
};

const again = (world) => ({ client_id: world.clients.public.id, redirect_uri: world.callback, response_type: "code", state: "s" });

export const logout = {
  "logout.uri": sent((world) => ({ client_id: world.clients.public.id, logout_uri: world.bye })),
  "logout.again": sent((world) => ({ ...again(world), scope: "openid" })),
  "logout.again-scope-missing": sent(again),
  "logout.both": sent((world) => ({ ...again(world), scope: "openid", logout_uri: world.bye })),
  "logout.uri-unregistered": sent((world) => ({ client_id: world.clients.public.id, logout_uri: `${world.app}/elsewhere` })),
  "logout.uri-missing": sent((world) => ({ client_id: world.clients.public.id })),
  "logout.client-missing": sent((world) => ({ logout_uri: world.bye })),
  "logout.response-type-missing": async (world) => {
    const url = new URL(world.metadata.end_session_endpoint);
    url.search = world.query({ ...again(world), response_type: undefined });
    const context = await world.signedIn();
    const page = await context.newPage();
    await page.goto(url.href);
    const said = world.tell(new URL(page.url()));
    await context.close();
    return said;
  },
  "logout.nonce-and-state": async (world) => {
    const url = new URL(world.metadata.end_session_endpoint);
    url.search = world.query({ ...again(world), scope: "openid", nonce: "n" });
    const context = await world.signedIn();
    const location = await world.redirect(url.href, context);
    await context.close();
    return `${location.pathname} ${location.searchParams.get("state")} ${location.searchParams.get("nonce")}`;
  },
  "logout.page": async (world) => {
    const context = await world.browser.newContext();
    const { page } = await world.signIn(context, world.clients.public);
    const extraQueryParams = { client_id: world.clients.public.id, logout_uri: world.bye };
    await page.evaluate((extraQueryParams) => void manager.signoutRedirect({ extraQueryParams }), extraQueryParams);
    await page.waitForURL(`${world.bye}*`);
    const { error } = await world.signIn(context, world.clients.public, { prompt: "none" });
    await context.close();
    return error === "login_required" ? "signed out" : (error ?? "still signed in");
  },
};
