//! The texts of the pages in German, Spanish and Japanese. `{}` is a gap, and of two keys that fit the first
//! one counts.

/// The English text, and its words in the other languages.
pub(super) const WORDS: &[(&str, [&str; 3])] = &[
    ("Sign in", ["Anmelden", "Iniciar sesión", "サインイン"]),
    (
        "Sign in with a code by e-mail",
        [
            "Mit einem Code per E-Mail anmelden",
            "Iniciar sesión con un código por correo electrónico",
            "メールのコードでサインイン",
        ],
    ),
    (
        "Sign in with a code by text message",
        [
            "Mit einem Code per SMS anmelden",
            "Iniciar sesión con un código por SMS",
            "SMS のコードでサインイン",
        ],
    ),
    (
        "Back to sign in",
        [
            "Zurück zur Anmeldung",
            "Volver al inicio de sesión",
            "サインインに戻る",
        ],
    ),
    (
        "New user?",
        ["Neu hier?", "¿Es un usuario nuevo?", "初めてご利用ですか?"],
    ),
    (
        "Create an account",
        ["Konto erstellen", "Crear una cuenta", "アカウントを作成"],
    ),
    (
        "Have an account already?",
        [
            "Haben Sie schon ein Konto?",
            "¿Ya tiene una cuenta?",
            "すでにアカウントをお持ちですか?",
        ],
    ),
    ("Sign up", ["Registrieren", "Registrarse", "サインアップ"]),
    ("Password", ["Passwort", "Contraseña", "パスワード"]),
    (
        "New password",
        ["Neues Passwort", "Contraseña nueva", "新しいパスワード"],
    ),
    (
        "Forgot your password?",
        [
            "Passwort vergessen?",
            "¿Ha olvidado su contraseña?",
            "パスワードをお忘れですか?",
        ],
    ),
    (
        "Reset your password",
        [
            "Passwort zurücksetzen",
            "Restablecer la contraseña",
            "パスワードの再設定",
        ],
    ),
    (
        "Reset my password",
        [
            "Mein Passwort zurücksetzen",
            "Restablecer mi contraseña",
            "パスワードを再設定する",
        ],
    ),
    (
        "Change password",
        [
            "Passwort ändern",
            "Cambiar la contraseña",
            "パスワードを変更する",
        ],
    ),
    (
        "Change your password",
        [
            "Passwort ändern",
            "Cambiar la contraseña",
            "パスワードの変更",
        ],
    ),
    (
        "Tell us who you are, and we send a code with which you can choose a new password.",
        [
            "Sagen Sie uns, wer Sie sind. Wir senden einen Code, mit dem Sie ein neues Passwort wählen können.",
            "Díganos quién es y le enviaremos un código para elegir una contraseña nueva.",
            "お客様の情報を入力してください。新しいパスワードを設定するためのコードを送信します。",
        ],
    ),
    (
        "A password has {}.",
        [
            "Ein Passwort hat {}.",
            "Una contraseña tiene {}.",
            "パスワードの条件: {}。",
        ],
    ),
    (
        "at least {} characters",
        [
            "mindestens {} Zeichen",
            "al menos {} caracteres",
            "{} 文字以上",
        ],
    ),
    (
        "a lowercase letter",
        ["einen Kleinbuchstaben", "una letra minúscula", "小文字"],
    ),
    (
        "an uppercase letter",
        ["einen Großbuchstaben", "una letra mayúscula", "大文字"],
    ),
    ("a number", ["eine Ziffer", "un número", "数字"]),
    (
        "a special character or a space",
        [
            "ein Sonderzeichen oder ein Leerzeichen",
            "un carácter especial o un espacio",
            "記号またはスペース",
        ],
    ),
    ("Code", ["Code", "Código", "コード"]),
    (
        "Verification code",
        ["Bestätigungscode", "Código de verificación", "確認コード"],
    ),
    (
        "Enter your code",
        ["Code eingeben", "Introduzca su código", "コードの入力"],
    ),
    (
        "Send a new code",
        [
            "Neuen Code senden",
            "Enviar un código nuevo",
            "新しいコードを送信",
        ],
    ),
    (
        "Confirm account",
        [
            "Konto bestätigen",
            "Confirmar la cuenta",
            "アカウントを確認する",
        ],
    ),
    (
        "Confirm your account",
        [
            "Konto bestätigen",
            "Confirmar la cuenta",
            "アカウントの確認",
        ],
    ),
    (
        "by e-mail to {}",
        [
            "per E-Mail an {}",
            "por correo electrónico a {}",
            "メールで {}",
        ],
    ),
    (
        "by text message to {}",
        ["per SMS an {}", "por SMS a {}", "SMS で {}"],
    ),
    (
        "We have sent a code {}. Enter it here within 24 hours.",
        [
            "Wir haben einen Code {} gesendet. Geben Sie ihn innerhalb von 24 Stunden hier ein.",
            "Hemos enviado un código {}. Introdúzcalo aquí en un plazo de 24 horas.",
            "{} にコードを送信しました。24 時間以内に入力してください。",
        ],
    ),
    (
        "We have sent a code {}.",
        [
            "Wir haben einen Code {} gesendet.",
            "Hemos enviado un código {}.",
            "{} にコードを送信しました。",
        ],
    ),
    (
        "A new code is on its way {}.",
        [
            "Ein neuer Code ist {} unterwegs.",
            "Un código nuevo va en camino {}.",
            "{} に新しいコードを送信しました。",
        ],
    ),
    (
        "A new code is on its way.",
        [
            "Ein neuer Code ist unterwegs.",
            "Un código nuevo va en camino.",
            "新しいコードを送信しました。",
        ],
    ),
    (
        "If there is an account, a code is on its way to it.",
        [
            "Wenn es ein Konto gibt, ist ein Code dorthin unterwegs.",
            "Si la cuenta existe, un código va en camino.",
            "アカウントが存在する場合は、コードが送信されます。",
        ],
    ),
    (
        "If there is an account, a new code is on its way to it.",
        [
            "Wenn es ein Konto gibt, ist ein neuer Code dorthin unterwegs.",
            "Si la cuenta existe, un código nuevo va en camino.",
            "アカウントが存在する場合は、新しいコードが送信されます。",
        ],
    ),
    (
        "If the account waits for its confirmation, a new code is on its way.",
        [
            "Wenn das Konto auf seine Bestätigung wartet, ist ein neuer Code unterwegs.",
            "Si la cuenta está pendiente de confirmación, un código nuevo va en camino.",
            "アカウントが確認待ちの場合は、新しいコードが送信されます。",
        ],
    ),
    (
        "If the account waits for its confirmation, a code was sent to its address. Enter it here.",
        [
            "Wenn das Konto auf seine Bestätigung wartet, wurde ein Code an seine Adresse gesendet. Geben Sie ihn hier ein.",
            "Si la cuenta está pendiente de confirmación, se ha enviado un código a su dirección. Introdúzcalo aquí.",
            "アカウントが確認待ちの場合は、コードが送信されています。ここに入力してください。",
        ],
    ),
    (
        "Enter the code that you were sent to confirm your account.",
        [
            "Geben Sie den Code ein, der Ihnen zur Bestätigung Ihres Kontos gesendet wurde.",
            "Introduzca el código que se le envió para confirmar su cuenta.",
            "アカウントの確認のために送信されたコードを入力してください。",
        ],
    ),
    (
        "There is no valid code for this account. Send a new one, and enter it here.",
        [
            "Für dieses Konto gibt es keinen gültigen Code. Senden Sie einen neuen, und geben Sie ihn hier ein.",
            "No hay ningún código válido para esta cuenta. Envíe uno nuevo e introdúzcalo aquí.",
            "このアカウントに有効なコードはありません。新しいコードを送信して、ここに入力してください。",
        ],
    ),
    (
        "No code was sent: the account is confirmed already, or has no address for one.",
        [
            "Es wurde kein Code gesendet: Das Konto ist schon bestätigt oder hat keine Adresse dafür.",
            "No se ha enviado ningún código: la cuenta ya está confirmada o no tiene una dirección.",
            "コードは送信されませんでした。アカウントはすでに確認済みか、送信先がありません。",
        ],
    ),
    (
        "An administrator has to confirm this account.",
        [
            "Ein Administrator muss dieses Konto bestätigen.",
            "Un administrador debe confirmar esta cuenta.",
            "管理者がこのアカウントを確認する必要があります。",
        ],
    ),
    (
        "Your account has been created. An administrator has to confirm it.",
        [
            "Ihr Konto wurde erstellt. Ein Administrator muss es bestätigen.",
            "Su cuenta se ha creado. Un administrador debe confirmarla.",
            "アカウントが作成されました。管理者による確認が必要です。",
        ],
    ),
    (
        "Your account has been confirmed. You can sign in now.",
        [
            "Ihr Konto wurde bestätigt. Sie können sich jetzt anmelden.",
            "Su cuenta se ha confirmado. Ya puede iniciar sesión.",
            "アカウントが確認されました。サインインできます。",
        ],
    ),
    (
        "Your password has been changed. You can sign in now.",
        [
            "Ihr Passwort wurde geändert. Sie können sich jetzt anmelden.",
            "Su contraseña se ha cambiado. Ya puede iniciar sesión.",
            "パスワードが変更されました。サインインできます。",
        ],
    ),
    (
        "Set up an authenticator app",
        [
            "Authenticator-App einrichten",
            "Configurar una aplicación de autenticación",
            "認証アプリの設定",
        ],
    ),
    (
        "Add this account to your authenticator app, then enter the code that the app shows.",
        [
            "Fügen Sie dieses Konto Ihrer Authenticator-App hinzu, und geben Sie dann den Code ein, den die App zeigt.",
            "Añada esta cuenta a su aplicación de autenticación e introduzca el código que muestra.",
            "このアカウントを認証アプリに追加し、アプリに表示されるコードを入力してください。",
        ],
    ),
    (
        "QR code for your authenticator app",
        [
            "QR-Code für Ihre Authenticator-App",
            "Código QR para su aplicación de autenticación",
            "認証アプリ用の QR コード",
        ],
    ),
    (
        "Open in an authenticator app on this device",
        [
            "In einer Authenticator-App auf diesem Gerät öffnen",
            "Abrir en una aplicación de autenticación de este dispositivo",
            "このデバイスの認証アプリで開く",
        ],
    ),
    (
        "Or enter this key:",
        [
            "Oder geben Sie diesen Schlüssel ein:",
            "O introduzca esta clave:",
            "または、次のキーを入力してください:",
        ],
    ),
    (
        "Enter the code that your authenticator app shows.",
        [
            "Geben Sie den Code ein, den Ihre Authenticator-App zeigt.",
            "Introduzca el código que muestra su aplicación de autenticación.",
            "認証アプリに表示されるコードを入力してください。",
        ],
    ),
    (
        "Choose how to go on",
        [
            "Wählen Sie, wie es weitergeht",
            "Elija cómo continuar",
            "確認方法の選択",
        ],
    ),
    (
        "You have set up more than one way to prove that it is you.",
        [
            "Sie haben mehrere Wege eingerichtet, sich auszuweisen.",
            "Ha configurado más de una forma de demostrar que es usted.",
            "本人確認の方法が複数設定されています。",
        ],
    ),
    (
        "Set up a second step",
        [
            "Zweiten Schritt einrichten",
            "Configurar un segundo paso",
            "2 段階認証の設定",
        ],
    ),
    (
        "From now on signing in takes a second step. Choose which one it is to be.",
        [
            "Von jetzt an braucht die Anmeldung einen zweiten Schritt. Wählen Sie, welcher es sein soll.",
            "A partir de ahora, el inicio de sesión requiere un segundo paso. Elija cuál.",
            "今後のサインインには 2 段階目の確認が必要です。方法を選択してください。",
        ],
    ),
    (
        "Authenticator app",
        [
            "Authenticator-App",
            "Aplicación de autenticación",
            "認証アプリ",
        ],
    ),
    (
        "Code by text message",
        ["Code per SMS", "Código por SMS", "SMS のコード"],
    ),
    (
        "Code by e-mail",
        [
            "Code per E-Mail",
            "Código por correo electrónico",
            "メールのコード",
        ],
    ),
    ("Email", ["E-Mail", "Correo electrónico", "メールアドレス"]),
    (
        "Phone number",
        ["Telefonnummer", "Número de teléfono", "電話番号"],
    ),
    (
        "Email or phone number",
        [
            "E-Mail oder Telefonnummer",
            "Correo electrónico o número de teléfono",
            "メールアドレスまたは電話番号",
        ],
    ),
    (
        "Username",
        ["Benutzername", "Nombre de usuario", "ユーザー名"],
    ),
    (
        "Username or email",
        [
            "Benutzername oder E-Mail",
            "Nombre de usuario o correo electrónico",
            "ユーザー名またはメールアドレス",
        ],
    ),
    ("Name", ["Name", "Nombre", "名前"]),
    ("Given name", ["Vorname", "Nombre de pila", "名"]),
    ("Family name", ["Nachname", "Apellidos", "姓"]),
    (
        "Middle name",
        ["Zweiter Vorname", "Segundo nombre", "ミドルネーム"],
    ),
    ("Nickname", ["Spitzname", "Apodo", "ニックネーム"]),
    (
        "Preferred user name",
        [
            "Bevorzugter Benutzername",
            "Nombre de usuario preferido",
            "希望するユーザー名",
        ],
    ),
    (
        "Birth date",
        ["Geburtsdatum", "Fecha de nacimiento", "生年月日"],
    ),
    ("Gender", ["Geschlecht", "Género", "性別"]),
    ("Address", ["Adresse", "Dirección", "住所"]),
    ("Website", ["Website", "Sitio web", "ウェブサイト"]),
    ("Picture", ["Bild", "Imagen", "画像"]),
    (
        "Locale",
        ["Sprache und Region", "Idioma y región", "言語と地域"],
    ),
    (
        "A phone number begins with + and the country code: {}.",
        [
            "Eine Telefonnummer beginnt mit + und der Landesvorwahl: {}.",
            "Un número de teléfono empieza por + y el prefijo del país: {}.",
            "電話番号は + と国番号から入力してください: {}",
        ],
    ),
    (
        "Incorrect username or password.",
        [
            "Benutzername oder Passwort ist falsch.",
            "El nombre de usuario o la contraseña no son correctos.",
            "ユーザー名またはパスワードが正しくありません。",
        ],
    ),
    (
        "Password attempts exceeded",
        [
            "Zu viele Versuche",
            "Se han superado los intentos",
            "試行回数の上限を超えました",
        ],
    ),
    (
        "Attempt limit exceeded, please try after some time.",
        [
            "Zu viele Versuche. Versuchen Sie es später noch einmal.",
            "Se ha superado el límite de intentos. Inténtelo más tarde.",
            "試行回数の上限を超えました。しばらくしてからお試しください。",
        ],
    ),
    (
        "Invalid verification code provided, please try again.",
        [
            "Der Bestätigungscode ist falsch. Versuchen Sie es noch einmal.",
            "El código de verificación no es válido. Inténtelo de nuevo.",
            "確認コードが正しくありません。もう一度お試しください。",
        ],
    ),
    (
        "Invalid code or auth state for the user.",
        [
            "Der Code ist falsch.",
            "El código no es válido.",
            "コードが正しくありません。",
        ],
    ),
    (
        "Invalid code received for user",
        [
            "Der Code ist falsch",
            "El código no es válido",
            "コードが正しくありません",
        ],
    ),
    (
        "Invalid code provided, please request a code again.",
        [
            "Der Code gilt nicht mehr. Fordern Sie einen neuen an.",
            "El código ya no es válido. Solicite uno nuevo.",
            "コードは無効です。新しいコードを送信してください。",
        ],
    ),
    (
        "Your software token has already been used once.",
        [
            "Dieser Code der App wurde schon verwendet.",
            "Este código de la aplicación ya se ha utilizado.",
            "このコードはすでに使用されています。",
        ],
    ),
    (
        "Code mismatch and fail enable Software Token MFA",
        [
            "Der Code passt nicht zu diesem Schlüssel",
            "El código no corresponde a esta clave",
            "コードがこのキーと一致しません",
        ],
    ),
    (
        "Invalid session for the user, session is expired.",
        [
            "Die Sitzung ist abgelaufen.",
            "La sesión ha caducado.",
            "セッションの有効期限が切れました。",
        ],
    ),
    (
        "Password is required.",
        [
            "Ein Passwort ist nötig.",
            "La contraseña es obligatoria.",
            "パスワードは必須です。",
        ],
    ),
    (
        "Password did not conform with policy: {}",
        [
            "Das Passwort genügt den Regeln nicht: {}",
            "La contraseña no cumple la política: {}",
            "パスワードが条件を満たしていません: {}",
        ],
    ),
    (
        "Password not long enough",
        ["Es ist zu kurz", "es demasiado corta", "短すぎます"],
    ),
    (
        "Password must not be longer than 256 characters",
        [
            "Es ist länger als 256 Zeichen",
            "tiene más de 256 caracteres",
            "256 文字を超えています",
        ],
    ),
    (
        "Password must have uppercase characters",
        [
            "Es braucht Großbuchstaben",
            "necesita letras mayúsculas",
            "大文字が必要です",
        ],
    ),
    (
        "Password must have lowercase characters",
        [
            "Es braucht Kleinbuchstaben",
            "necesita letras minúsculas",
            "小文字が必要です",
        ],
    ),
    (
        "Password must have numeric characters",
        ["Es braucht Ziffern", "necesita números", "数字が必要です"],
    ),
    (
        "Password must have symbol characters",
        [
            "Es braucht Sonderzeichen",
            "necesita símbolos",
            "記号が必要です",
        ],
    ),
    (
        "Username should be an email.",
        [
            "Der Benutzername muss eine E-Mail-Adresse sein.",
            "El nombre de usuario debe ser un correo electrónico.",
            "ユーザー名はメールアドレスでなければなりません。",
        ],
    ),
    (
        "Username should be a phone number.",
        [
            "Der Benutzername muss eine Telefonnummer sein.",
            "El nombre de usuario debe ser un número de teléfono.",
            "ユーザー名は電話番号でなければなりません。",
        ],
    ),
    (
        "Username should be either an email or a phone number.",
        [
            "Der Benutzername muss eine E-Mail-Adresse oder eine Telefonnummer sein.",
            "El nombre de usuario debe ser un correo electrónico o un número de teléfono.",
            "ユーザー名はメールアドレスまたは電話番号でなければなりません。",
        ],
    ),
    (
        "Invalid email address format.",
        [
            "Die E-Mail-Adresse ist ungültig.",
            "El correo electrónico no es válido.",
            "メールアドレスの形式が正しくありません。",
        ],
    ),
    (
        "Invalid phone number format.",
        [
            "Die Telefonnummer ist ungültig.",
            "El número de teléfono no es válido.",
            "電話番号の形式が正しくありません。",
        ],
    ),
    (
        "User already exists",
        [
            "Das Konto gibt es schon",
            "El usuario ya existe",
            "ユーザーはすでに存在します",
        ],
    ),
    (
        "User does not exist.",
        [
            "Das Konto gibt es nicht.",
            "El usuario no existe.",
            "ユーザーが存在しません。",
        ],
    ),
    (
        "An account with the given email already exists.",
        [
            "Mit dieser E-Mail-Adresse gibt es schon ein Konto.",
            "Ya existe una cuenta con este correo electrónico.",
            "このメールアドレスのアカウントはすでに存在します。",
        ],
    ),
    (
        "An account with the given phone_number already exists.",
        [
            "Mit dieser Telefonnummer gibt es schon ein Konto.",
            "Ya existe una cuenta con este número de teléfono.",
            "この電話番号のアカウントはすでに存在します。",
        ],
    ),
    (
        "Contact administrator to reset password.",
        [
            "Ein Administrator kann das Passwort zurücksetzen.",
            "Un administrador puede restablecer la contraseña.",
            "パスワードの再設定は管理者にお問い合わせください。",
        ],
    ),
    (
        "The form has expired. Please go back and try again.",
        [
            "Das Formular ist abgelaufen. Gehen Sie zurück, und versuchen Sie es noch einmal.",
            "El formulario ha caducado. Vuelva atrás e inténtelo de nuevo.",
            "フォームの有効期限が切れました。戻ってもう一度お試しください。",
        ],
    ),
];
