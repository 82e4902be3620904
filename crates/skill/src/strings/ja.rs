//! Japanese, in the polite form.

use models::response::{InterpretAs, Speech};
use skill_kit::Words;

use super::Strings;

pub(super) const JA: Strings = Strings {
    words: Words {
        anything_else: || Speech::text("ほかに知りたいことはありますか？"),
        done_already: || {
            Speech::text(
                "それはもう済んでいますので、もう一度は行いません。\
                 もう一度必要な場合は、改めてお申し付けください。",
            )
        },
        one_moment: || Speech::text("少々お待ちください。"),
        please_link: || {
            Speech::text(
                "アカウントの情報をお答えするには、先にアカウントをリンクする必要があります。\
                 アレクサアプリにカードを送りましたので、開いてサインインしてください。",
            )
        },
        link_your_own: || {
            Speech::text(
                "お客様ご自身のアカウントは、まだリンクされていません。\
                 アレクサアプリにカードを送りましたので、ご自分のプロフィールを選んでカードを開き、\
                 サインインしてください。",
            )
        },
        link_expired: || {
            Speech::text(
                "アカウントのリンクの有効期限が切れています。アレクサアプリでカードを開いて、\
                 もう一度サインインしてください。",
            )
        },
        wrong_account: || {
            Speech::text(
                "登録されているアカウントは、このスキルのものではありません。\
                 アレクサアプリでカードを開いて、サインインし直してください。",
            )
        },
        accounts_unavailable: || {
            Speech::text(
                "すみません、ただいまアカウントの情報を確認できません。\
                 しばらくしてからもう一度お試しください。",
            )
        },
        out_of_time: || {
            Speech::text("すみません、時間がかかっています。少ししてからもう一度お試しください。")
        },
        broken: || Speech::text("すみません、問題が発生しました。もう一度お試しください。"),
    },

    card_title: "お客様のアカウント",
    welcome: |name| match name {
        Some(name) => Speech::text(format!("{name}さん、おかえりなさい。")),
        None => Speech::text("おかえりなさい。"),
    },
    hello: |name| match name {
        Some(name) => Speech::text(format!("{name}さん、こんにちは！")),
        None => Speech::text("こんにちは！"),
    },
    what_to_ask: || {
        Speech::text(
            "メールアドレス、電話番号、ユーザー名、またはプロフィール全体をお答えできます。\
             何を知りたいですか？",
        )
    },
    help: || {
        Speech::text(
            "アカウントに登録されている情報をお答えします。例えば、「私のメールアドレスは何」\
             または「私のプロフィール全体を読んで」と言ってください。何を知りたいですか？",
        )
    },
    goodbye: || Speech::text("さようなら。"),
    not_understood: || {
        Speech::text(
            "すみません、わかりませんでした。例えば、「私のメールアドレスは何」と聞いてください。",
        )
    },
    nothing_to_repeat: || Speech::text("まだ何もお伝えしていません。"),
    is_linked: |name| match name {
        Some(name) => Speech::text(format!(
            "はい、{name}さん、アカウントはリンクされています。"
        )),
        None => Speech::text("はい、アカウントはリンクされています。"),
    },
    is_not_linked: || {
        Speech::text(
            "いいえ、アカウントはまだリンクされていません。アレクサアプリにカードを送りましたので、\
             開いてサインインしてください。",
        )
    },

    email_is: |email| Speech::text(format!("メールアドレスは、{email}です。")),
    email_missing: || Speech::text("メールアドレスは登録されていません。"),
    phone_is: |phone| {
        Speech::text("電話番号は、")
            .then_as(InterpretAs::Telephone, phone)
            .then("です。")
    },
    phone_missing: || Speech::text("電話番号は登録されていません。"),
    name_is: |name| Speech::text(format!("お名前は、{name}さんです。")),
    user_name_is: |name| {
        Speech::text("ユーザー名は、")
            .then_as(InterpretAs::SpellOut, name)
            .then("です。")
    },
    name_missing: || Speech::text("お名前は登録されていません。"),
    address_is: |address| {
        Speech::text("ご住所は、")
            .then_as(InterpretAs::Address, address)
            .then("です。")
    },
    not_sure_which: || {
        Speech::text("どの情報かはっきりわかりませんでしたので、プロフィール全体をお答えします。")
    },
};
