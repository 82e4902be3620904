//! Whether a page is for everybody: on a small screen, with a screen reader, without scripts.

use std::collections::HashMap;

/// Ids of named elements, or their texts.
type Attributes = HashMap<String, String>;

/// Every start tag of a page with its attributes and the text until the next tag.
fn tags(html: &str) -> Vec<(String, Attributes, String)> {
    let mut found = Vec::new();
    for piece in html.split('<').skip(1) {
        let (tag, text) = piece.split_once('>').unwrap();
        if tag.starts_with(['/', '!']) {
            continue;
        }
        let (name, mut rest) = tag.split_once(char::is_whitespace).unwrap_or((tag, ""));
        let mut attributes = Attributes::new();
        loop {
            rest = rest.trim_start();
            let end = rest.find(['=', ' ']).unwrap_or(rest.len());
            if end == 0 {
                break;
            }
            let name = rest[..end].to_owned();
            rest = &rest[end..];
            let mut value = String::new();
            if let Some(quoted) = rest.strip_prefix("=\"") {
                let (inside, after) = quoted.split_once('"').unwrap();
                inside.clone_into(&mut value);
                rest = after;
            }
            assert_eq!(attributes.insert(name, value), None, "{tag}");
        }
        found.push((name.to_owned(), attributes, text.trim().to_owned()));
    }
    found
}

/// Asserts that everybody can use the page.
#[track_caller]
pub(crate) fn assert_accessible(html: &str) {
    let tags = tags(html);
    let all = |wanted: &str| {
        let tags = tags.iter().filter(move |(name, _, _)| name == wanted);
        tags.map(|(_, attributes, text)| (attributes, text.as_str()))
            .collect::<Vec<_>>()
    };
    let one = |wanted: &str| match all(wanted).as_slice() {
        [one] => *one,
        several => panic!("{} of <{wanted}> in {html}", several.len()),
    };
    let has = |attributes: &Attributes, name: &str, value: &str| {
        assert_eq!(
            attributes.get(name).map(String::as_str),
            Some(value),
            "{html}"
        );
    };

    // A screen reader knows the language, the page and where it begins.
    assert!(html.starts_with("<!doctype html>"), "{html}");
    let language = one("html").0.get("lang").map_or("", String::as_str);
    assert!(["en", "de", "es", "ja"].contains(&language), "{html}");
    one("main");
    assert!(
        !one("title").1.is_empty() && !one("h1").1.is_empty(),
        "{html}"
    );

    // A small screen is filled, and can be zoomed; a finger hits what is there to press.
    let viewport = |(attributes, _): &(&Attributes, &str)| {
        attributes
            .get("name")
            .is_some_and(|name| name == "viewport")
    };
    let metas = all("meta");
    let (viewport, _) = metas.iter().find(|meta| viewport(meta)).unwrap();
    has(viewport, "content", "width=device-width, initial-scale=1");
    assert_eq!(html.matches("min-height: 2.75rem").count(), 2, "{html}");

    assert_contrast(html);

    // Nothing runs, and nothing is loaded from elsewhere.
    for (name, attributes, _) in &tags {
        let loads = ["script", "link", "img", "iframe", "object", "embed"];
        assert!(!loads.contains(&name.as_str()), "<{name}> in {html}");
        for (attribute, value) in attributes {
            let runs = attribute.starts_with("on") || value.starts_with("javascript:");
            assert!(!runs, "{attribute} in {html}");
        }
    }
    assert!(
        !html.contains("@import") && !html.contains("url("),
        "{html}"
    );

    let mut ids: Vec<&str> = Vec::new();
    for (_, attributes, _) in &tags {
        if let Some(id) = attributes.get("id") {
            assert!(!ids.contains(&id.as_str()), "{id} twice in {html}");
            ids.push(id);
        }
    }
    // What is asked for has a name, and a hint of what belongs in it.
    let labels: HashMap<&str, &str> = all("label")
        .into_iter()
        .map(|(attributes, text)| (attributes["for"].as_str(), text))
        .collect();
    for (attributes, _) in all("input") {
        if attributes["type"] != "hidden" {
            let label = labels.get(attributes["id"].as_str());
            assert!(label.is_some_and(|label| !label.is_empty()), "{html}");
            assert!(attributes.contains_key("autocomplete"), "{html}");
        }
    }
    for (_, attributes, _) in &tags {
        let described = attributes.get("aria-describedby");
        for id in described.into_iter().flat_map(|ids| ids.split(' ')) {
            assert!(ids.contains(&id), "aria-describedby {id} in {html}");
        }
    }
    // What can be pressed says what it does.
    for (attributes, text) in all("button").into_iter().chain(all("a")) {
        assert!(!text.is_empty(), "{attributes:?} in {html}");
    }
    let forms = all("form").len();
    // Each belongs to this browser, or to the request that it came with.
    let bound = ["name=\"_csrf\"", "name=\"request\""].map(|name| html.matches(name).count());
    assert_eq!(bound.iter().sum::<usize>(), forms, "{html}");
    if forms > 0 {
        assert_wrong_is_read(html, &tags);
    }
    assert!(all("button").len() >= forms, "{html}");
    for (attributes, _) in all("form") {
        has(attributes, "method", "post");
    }
    // What went wrong, or well, is read aloud when the page comes.
    for (_, attributes, _) in &tags {
        let role = match attributes.get("class").map(String::as_str) {
            Some("error") => "alert",
            Some("notice") => "status",
            _ => continue,
        };
        has(attributes, "role", role);
    }
}

/// Asserts that what is wrong is read with the field or the form that it is about.
#[track_caller]
fn assert_wrong_is_read(html: &str, tags: &[(String, Attributes, String)]) {
    let is_error = |attributes: &Attributes| {
        let class = attributes.get("class");
        class.is_some_and(|class| class == "error")
    };
    let Some((_, wrong, _)) = tags.iter().find(|(_, attributes, _)| is_error(attributes)) else {
        return;
    };
    // Whoever comes back to a form is at what is wrong.
    let focused = tags
        .iter()
        .filter(|(_, all, _)| all.contains_key("autofocus"));
    let focused: Vec<_> = focused.collect();
    let [(_, focused, _)] = focused.as_slice() else {
        panic!("{} focused elements in {html}", focused.len());
    };
    let is_wrong = focused
        .get("aria-invalid")
        .is_some_and(|invalid| invalid == "true");
    assert!(is_wrong || is_error(focused), "{html}");
    let id = wrong.get("id").map_or("", String::as_str);
    let described = tags.iter().any(|(name, attributes, _)| {
        let by = attributes.get("aria-describedby");
        let is_named = by.is_some_and(|by| by.split(' ').any(|one| one == id));
        ["input", "form"].contains(&name.as_str()) && is_named
    });
    assert!(!id.is_empty() && described, "{html}");
}

/// The colours of a page, in the light or in the dark: `--name: #rrggbb`.
fn colours(html: &str, dark: bool) -> HashMap<&str, &str> {
    let (light, night) = html
        .split_once("@media (prefers-color-scheme: dark)")
        .unwrap();
    let mut found = HashMap::new();
    for text in [Some(light), dark.then_some(night)].into_iter().flatten() {
        for declaration in text.split([';', '{']) {
            if let Some((name, value)) = declaration.trim().split_once(": #")
                && let Some(name) = name.strip_prefix("--")
            {
                found.insert(name, value);
            }
        }
    }
    found
}

/// The contrast of two colours (<https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio>).
fn contrast(one: &str, other: &str) -> f64 {
    let luminance = |colour: &str| {
        let part = |at: usize| {
            let byte = u8::from_str_radix(&colour[at..at + 2], 16).unwrap();
            let part = f64::from(byte) / 255.0;
            if part <= 0.04045 {
                part / 12.92
            } else {
                ((part + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * part(0) + 0.7152 * part(2) + 0.0722 * part(4)
    };
    let (one, other) = (luminance(one) + 0.05, luminance(other) + 0.05);
    one.max(other) / one.min(other)
}

/// Asserts that text, what surrounds an input and what shows the focus can be seen
/// (<https://www.w3.org/TR/WCAG22/#contrast-minimum>, <https://www.w3.org/TR/WCAG22/#non-text-contrast>).
#[track_caller]
fn assert_contrast(html: &str) {
    for dark in [false, true] {
        let colours = colours(html, dark);
        for (front, back, least) in [
            ("text", "page", 4.5),
            ("edge", "page", 3.0),
            ("ring", "page", 3.0),
            ("wrong", "page", 3.0),
            ("accent", "page", 3.0),
        ] {
            let found = contrast(colours[front], colours[back]);
            assert!(found >= least, "{front} on {back}, dark {dark}: {found}");
        }
        let button = contrast("ffffff", colours["accent"]);
        assert!(button >= 4.5, "button, dark {dark}: {button}");
    }
    for rule in [
        "border: 1px solid var(--edge)",
        "outline: 3px solid var(--ring)",
        "background: var(--page)",
        "color: var(--text)",
    ] {
        assert!(html.contains(rule), "{rule}");
    }
}

/// A page as it should be, for slips to be made in it.
const PAGE: &str = "<!doctype html><html lang=\"en\"><head><meta name=\"viewport\" \
    content=\"width=device-width, initial-scale=1\"><title>Sign in</title>\
    <style>:root { --page: #ffffff; --text: #1b1f24; --edge: #6b7787; --accent: #0b5fa5; --ring: #0b5fa5; \
    --wrong: #b3261e; } @media (prefers-color-scheme: dark) { :root { --page: #14171a; --text: #e6e8eb; \
    --edge: #8d99a8; --accent: #1f6fb5; --ring: #7ab8f5; --wrong: #f2877f; } } \
    body { color: var(--text); background: var(--page); } :focus-visible { outline: 3px solid var(--ring); } \
    input { min-height: 2.75rem; border: 1px solid var(--edge); } button { min-height: 2.75rem; }</style></head><body><main>\
    <h1>Sign in</h1><p class=\"error\" id=\"error\" role=\"alert\">Wrong.</p>\
    <form method=\"post\" action=\"/login\"><input type=\"hidden\" name=\"_csrf\" value=\"x\">\
    <label for=\"code\">Code</label><input id=\"code\" type=\"text\" autocomplete=\"off\" \
    aria-describedby=\"error\" aria-invalid=\"true\" autofocus><button type=\"submit\">Sign in</button></form>\
    <a href=\"/signup\">Create an account</a></main></body></html>";

#[test]
fn slips_are_found() {
    assert_accessible(PAGE);
    for (right, wrong) in [
        (" lang=\"en\"", ""),
        ("initial-scale=1", "initial-scale=1, user-scalable=no"),
        ("<title>Sign in", "<title>"),
        ("<h1>Sign in</h1>", ""),
        ("<label for=\"code\">Code</label>", ""),
        ("<label for=\"code\">Code", "<label for=\"code\">"),
        (" autocomplete=\"off\"", ""),
        ("aria-describedby=\"error\"", "aria-describedby=\"lead\""),
        (" role=\"alert\"", ""),
        (" aria-describedby=\"error\"", ""),
        (" autofocus", ""),
        (" aria-invalid=\"true\"", ""),
        ("name=\"_csrf\"", "name=\"other\""),
        ("Create an account", ""),
        (
            "<main>",
            "<main><script src=\"https://example.com/x.js\"></script>",
        ),
        ("<button ", "<button onclick=\"go()\" "),
        ("<style>", "<style>@import \"https://example.com/x.css\";"),
        ("button { min-height: 2.75rem; }", ""),
        ("--edge: #6b7787", "--edge: #8d99a8"),
        ("--ring: #7ab8f5", "--ring: #0b5fa5"),
        ("border: 1px solid var(--edge)", "border: 0"),
    ] {
        let page = PAGE.replace(right, wrong);
        assert_ne!(page, PAGE, "{right}");
        let found = std::panic::catch_unwind(|| assert_accessible(&page));
        assert!(
            found.is_err(),
            "{wrong} in the place of {right} is not found"
        );
    }
}
