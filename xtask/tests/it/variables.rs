//! Variables and permissions of the project's own, from the stack file to the function.

use crate::console::Console;
use crate::real::Real;

const STACK: &str = "name = \"account-guide\"\n\
    [stages.dev]\nregion = \"us-east-1\"\nenvironment = { BACKEND_URL = \"https://dev.example.com\" }\n\
    [lambda.environment]\nBACKEND_URL = \"https://api.example.com\"\nGREETING = \"Grüß Gott, 100 %\"\n\
    [[lambda.permissions]]\nactions = [\"sqs:SendMessage\"]\n\
    resources = [\"arn:aws:sqs:us-east-1:123456789012:orders\"]\n";

#[test]
fn a_function_has_the_variables_and_permissions_of_its_stage() {
    let real = Real::start();
    let write = |text: &str| std::fs::write(real.file("stack.toml"), text).unwrap();
    write(STACK);
    let said = real.deploy(&["--json"], &real.developer());
    assert!(said.success, "{}", said.stderr);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let function = runtime.block_on(real.function());
    let variables = &function["Environment"]["Variables"];
    assert_eq!(variables["BACKEND_URL"], "https://dev.example.com");
    assert_eq!(variables["GREETING"], "Grüß Gott, 100 %");
    assert!(variables["VOICELINK_SKILL_ID"].is_string(), "{variables}");
    let role = function["Role"].as_str().unwrap();
    let role = role.rsplit('/').next().unwrap();
    let policy = Console::of(&real.stage).role_policy(role, "own-permissions");
    assert!(policy.contains("sqs%3ASendMessage"), "{policy}");

    // Another value is another version of the function, and touches nothing else.
    write(&STACK.replace("https://dev.example.com", "https://new.example.com"));
    let bundle = real.file("bootstrap.zip");
    let arguments = ["plan", "dev", "--bundle", bundle.to_str().unwrap()];
    let plan = real.run(&arguments, &real.developer());
    let shown = plan.stdout + &plan.stderr;
    assert!(shown.contains("EnvironmentBackendUrl"), "{shown}");
    assert!(shown.contains("identity stack: unchanged"), "{shown}");
    let said = real.deploy(&["--json"], &real.developer());
    assert!(said.success, "{}", said.stderr);
    let variables = runtime.block_on(real.function())["Environment"]["Variables"].clone();
    assert_eq!(variables["BACKEND_URL"], "https://new.example.com");

    // Neither is left when the stack file has none.
    write("name = \"account-guide\"\nstages.dev.region = \"us-east-1\"\n");
    let said = real.deploy(&["--json"], &real.developer());
    assert!(said.success, "{}", said.stderr);
    let variables = runtime.block_on(real.function())["Environment"]["Variables"].clone();
    assert_eq!(variables.get("BACKEND_URL"), None, "{variables}");
    assert!(real.stage.end("-TERM"));
}
