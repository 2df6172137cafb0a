"""Every environment variable that Guanxi reads: name, default, meaning. The settings page is made of it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Variable:
    """One environment variable; ``example`` is what a bank would write, ``default`` what holds without it."""

    name: str
    default: str
    example: str
    meaning: str


VARIABLES = (
    Variable(
        "DATABASE_URL",
        "an embedded PostgreSQL under var/postgres",
        "postgresql://guanxi:secret@db.bank.internal:5432/guanxi",
        "The operational database: PostgreSQL 18, encoding UTF8. Its user owns the database. "
        "Without it, an embedded server is started; good for a demo or one branch, not for a bank.",
    ),
    Variable(
        "GUANXI_WEB_DATABASE_URL",
        "on the embedded server: its role guanxi_web",
        "postgresql://guanxi_web:secret@db.bank.internal:5432/guanxi",
        "The same database for the site and its worker, as a role that owns nothing: row-level security then stands "
        "behind every page. `guanxi migrate` makes the role `guanxi_web` and its rights; give it a password.",
    ),
    Variable(
        "GUANXI_SECRET_KEY",
        "",
        "",
        "The key that signs sessions: at least 50 random characters. Better given as a file, below.",
    ),
    Variable(
        "GUANXI_SECRET_KEY_FILE",
        "var/secret-key, made at the first start",
        "/etc/guanxi/secret-key",
        "A file, readable by the service alone, that holds the key.",
    ),
    Variable(
        "GUANXI_AUDIT_KEY",
        "",
        "",
        "The key that proves the audit log. Better given as a file, below.",
    ),
    Variable(
        "GUANXI_AUDIT_KEY_FILE",
        "var/audit-key, made at the first start",
        "/etc/guanxi/audit-key",
        "A file with the key that proves the audit log; the same on all machines of the site, kept as long as the log.",
    ),
    Variable(
        "GUANXI_AUDIT_HEADS",
        "<var>/audit",
        "/mnt/worm/guanxi-audit",
        "Where the signed heads of the audit log's chain are kept: best where no database administrator can write.",
    ),
    Variable(
        "GUANXI_DATA_KEYS_FILE",
        "var/data-keys, made at the first start",
        "/etc/guanxi/data-keys",
        "A file, readable by the service alone, with the keys that encrypt personal data at rest; the same on all "
        "machines. Whoever loses it loses the data: keep a copy in another place than the database's backups. "
        "`guanxi keys` looks after it.",
    ),
    Variable(
        "GUANXI_CIPHER",
        "aes-256-gcm",
        "sm4-gcm",
        "What encrypts personal data from now on: aes-256-gcm or sm4-gcm (GB/T 32907). What is encrypted already stays "
        "readable; `guanxi keys rotate` brings it over.",
    ),
    Variable(
        "GUANXI_ENCRYPT_FILES",
        "1",
        "0",
        "Whether new files are encrypted under the data keys: the warehouse's Parquet, what DuckDB spills, exports, "
        "copies of personal data. 0 where the bank encrypts the disks, and with Spark as the engine. What lies there "
        "stays readable; `guanxi keys rotate` brings it over.",
    ),
    Variable(
        "GUANXI_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]", "crm.bank.internal", "Host names the site answers to."
    ),
    Variable(
        "GUANXI_TRUSTED_ORIGINS",
        "",
        "https://crm.bank.internal",
        "Origins from which forms are accepted, when a proxy stands in front.",
    ),
    Variable("GUANXI_HTTPS", "0", "1", "1 where people reach the site by https: secure cookies, HSTS, redirect."),
    Variable(
        "GUANXI_PROXIES",
        "1 with GUANXI_HTTPS, else 0",
        "1",
        "How many proxies stand in front: the person's address is taken from what the outermost of them was told.",
    ),
    Variable(
        "GUANXI_MFA_ROLES",
        "administrator,auditor,officer,steward,head_office,analyst,service_agent,linkage",
        "administrator,auditor,officer,steward,head_office,analyst,service_agent,linkage,branch_manager,rm",
        "Roles that must sign in with a second factor; whoever has none sets one up before anything else opens. Empty: "
        "nobody must, as in the demo. Anybody may.",
    ),
    Variable(
        "GUANXI_BREACHED_PASSWORDS",
        "",
        "/etc/guanxi/breached-passwords-sha1.txt",
        "A file of SHA-1 sums of stolen passwords in ascending order, one a line, as leaks' collections are published "
        "(`HASH` or `HASH:COUNT`); new passwords are looked up in it on this machine. Without it, only the 20,000 most "
        "common ones are refused.",
    ),
    Variable(
        "GUANXI_SESSION_IDLE_MINUTES", "30", "30", "After so many minutes without use a session ends, on every device."
    ),
    Variable("GUANXI_SESSION_HOURS", "12", "12", "After so many hours a session ends, however much it is used."),
    Variable(
        "GUANXI_CONFIRM_MINUTES",
        "15",
        "15",
        "How long after signing in or confirming a reveal or an export asks for no password or code.",
    ),
    Variable(
        "GUANXI_REVEALS_A_DAY",
        "rm:30,branch_manager:50,service_agent:100,steward:50,*:20",
        "rm:40,branch_manager:50,service_agent:150,steward:50,*:0",
        "How many masked values (identity and account numbers, phones, addresses, incomes) somebody may have shown in "
        "full a day, by role; `*` is any other. Whoever has several roles may as many as the widest of them.",
    ),
    Variable(
        "GUANXI_WORKING_HOURS",
        "07:30-19:30",
        "08:00-18:00",
        "Outside of these hours, and on weekends, work with customers' data counts as done at an odd hour on the "
        "data-protection officer's screen.",
    ),
    Variable("GUANXI_REVEAL_SECONDS", "60", "30", "After so many seconds a value that was shown masks itself again."),
    Variable(
        "GUANXI_LDAP_URL",
        "",
        "ldaps://directory.bank.internal",
        "The bank's directory (LDAP, Active Directory): staff sign in with its passwords. ldap:// is turned into TLS "
        "before any password is sent. Nobody is created by it: the staff file says who works here.",
    ),
    Variable("GUANXI_LDAP_BASE", "", "ou=people,dc=bank,dc=internal", "Where in the directory staff are searched for."),
    Variable(
        "GUANXI_LDAP_FILTER",
        "(uid={number})",
        "(&(objectClass=user)(sAMAccountName={number}))",
        "How an entry is found by the staff number; exactly one must be.",
    ),
    Variable(
        "GUANXI_LDAP_BIND_DN",
        "",
        "cn=guanxi,ou=services,dc=bank,dc=internal",
        "The account that searches; without it the search is anonymous.",
    ),
    Variable("GUANXI_LDAP_BIND_PASSWORD_FILE", "", "/etc/guanxi/ldap-password", "A file with that account's password."),
    Variable(
        "GUANXI_LDAP_CA_FILE",
        "the system's authorities",
        "/etc/guanxi/bank-ca.pem",
        "The authority that signed the directory's certificate.",
    ),
    Variable(
        "GUANXI_LDAP_STARTTLS",
        "1",
        "1",
        "0 sends passwords unencrypted to an ldap:// directory: only where it is on the same machine.",
    ),
    Variable(
        "GUANXI_OIDC_URL",
        "",
        "https://sso.bank.internal/realms/staff",
        "The bank's own provider of sign-ins (OpenID Connect): its issuer. Its application is told the address "
        "`<site>/sign-in/oidc/bank/login/callback/`. Nobody is created by it.",
    ),
    Variable("GUANXI_OIDC_NAME", "", "统一身份认证", "What the button on the sign-in page calls the provider."),
    Variable("GUANXI_OIDC_CLIENT_ID", "", "guanxi", "What the provider calls this application."),
    Variable("GUANXI_OIDC_CLIENT_SECRET_FILE", "", "/etc/guanxi/oidc-secret", "A file with the application's secret."),
    Variable("GUANXI_OIDC_CLAIM", "preferred_username", "employee_number", "The claim that holds the staff number."),
    Variable(
        "GUANXI_OIDC_SECOND_FACTOR",
        "0",
        "1",
        "1 where the provider itself asks for a second factor: none is asked for here then.",
    ),
    Variable("GUANXI_DEBUG", "0", "0", "1 shows errors' inner details in the browser; never on a bank's machine."),
    Variable("GUANXI_BANK_NAME", "", "某某农村商业银行", "The bank's name on the sign-in page."),
    Variable("GUANXI_TIME_ZONE", "Asia/Shanghai", "Asia/Shanghai", "The bank's time zone; the files' times are in it."),
    Variable("GUANXI_ROOT", "the checkout", "/opt/guanxi", "Where the front-end packages and var/ lie."),
    Variable("GUANXI_VAR", "<root>/var", "/var/lib/guanxi", "Where Guanxi keeps what it writes."),
    Variable(
        "GUANXI_FRONTEND", "<root>/frontend/node_modules", "/opt/guanxi/frontend/node_modules", "The npm packages."
    ),
    Variable("GUANXI_INBOX", "<var>/inbox", "/data/core/outbox", "Where the core banking system puts a folder a day."),
    Variable("GUANXI_WAREHOUSE", "<var>/warehouse", "/data/guanxi/warehouse", "The warehouse's files (Parquet)."),
    Variable(
        "GUANXI_ASSUMPTIONS",
        "",
        "/etc/guanxi/assumptions",
        "A folder whose CSV files replace those of the same name that ship: loss rates, unit costs, tier thresholds.",
    ),
    Variable(
        "GUANXI_CALENDAR",
        "every_day",
        "every_day",
        "Which days a folder is expected for: every_day or weekdays. A missing one stops the night.",
    ),
    Variable("GUANXI_THREADS", "the machine's processors", "8", "Threads of the night's job."),
    Variable("GUANXI_MEMORY_LIMIT", "4GB", "16GB", "Memory of the night's job before it spills to disk."),
    Variable(
        "GUANXI_EVENTS_KEPT_DAYS", "400", "400", "How long events stay on screens; the warehouse keeps them for ever."
    ),
    Variable(
        "GUANXI_NIGHTS_KEPT",
        "35",
        "35",
        "How many nights' states the warehouse keeps: as far back as a day can be run again.",
    ),
    Variable(
        "GUANXI_LINK",
        "1",
        "1",
        "1: the night finds out which records are one customer, merges those it is sure of and puts the rest before "
        "the data stewards. 0: customers stay as they are but for what stewards decide.",
    ),
    Variable(
        "GUANXI_DIVISIONS",
        "",
        "/etc/guanxi/divisions.csv",
        "A CSV file of administrative divisions (columns code and name) newer than those that ship: "
        "addresses are read by them.",
    ),
    Variable(
        "GUANXI_RIGHTS_WORKING_DAYS",
        "15",
        "15",
        "Working days for an answer to a person who asks about personal data, from the day after the request.",
    ),
    Variable(
        "GUANXI_SITE_URL",
        "",
        "https://crm.bank.internal",
        "The address at which people reach the site, for links in e-mails. Without it they say only: sign in.",
    ),
    Variable(
        "GUANXI_SMTP_HOST",
        "",
        "mail.bank.internal",
        "The bank's server for outgoing e-mail: notifications go out at once or as a digest each morning, as each "
        "person chooses, without names, numbers or amounts. Without it, none is sent.",
    ),
    Variable("GUANXI_SMTP_PORT", "587, with tls 465", "587", "Its port."),
    Variable(
        "GUANXI_SMTP_TLS",
        "starttls",
        "starttls",
        "starttls, tls, or none: the last only where the server is on the same machine.",
    ),
    Variable("GUANXI_SMTP_USER", "", "guanxi", "The account that sends; without it, nobody signs in there."),
    Variable("GUANXI_SMTP_PASSWORD_FILE", "", "/etc/guanxi/smtp-password", "A file with that account's password."),
    Variable("GUANXI_MAIL_FROM", "guanxi@localhost", "crm@bank.example", "From whom the e-mails come."),
    Variable(
        "GUANXI_PUSH_CONTACT",
        "",
        "mailto:crm@bank.example",
        "Turns web push on: whom a push service may write to about this site, as mailto: or https:. The worker must "
        "reach the services over the internet; without it the pages say that push is off, and all else works.",
    ),
    Variable(
        "GUANXI_PUSH_KEY", "", "", "The secret of the site's key for push services. Better given as a file, below."
    ),
    Variable(
        "GUANXI_PUSH_KEY_FILE",
        "var/push-key, made at the first start",
        "/etc/guanxi/push-key",
        "A file with that secret, the same on all machines; with another one, everybody must turn push on again.",
    ),
    Variable(
        "GUANXI_PUSH_HOSTS",
        "fcm.googleapis.com,*.push.services.mozilla.com,*.notify.windows.com,web.push.apple.com",
        "*.push.services.mozilla.com,*.notify.windows.com",
        "The push services that may be asked: browsers say the address, and no other host is ever connected to.",
    ),
    Variable(
        "GUANXI_SCAN_CLAMD",
        "",
        "/run/clamav/clamd.ctl",
        "The socket of a running clamd, or its host and port: attachments are scanned before they are kept, and "
        "refused while it does not answer. With neither this nor a command, nothing is scanned.",
    ),
    Variable(
        "GUANXI_SCAN_COMMAND",
        "",
        "/opt/scanner/bin/scan --stdin",
        "A command that scans what it reads from its standard input: it ends with 0 for clean, 1 for infected; "
        "anything else is a failure and the file is refused.",
    ),
    Variable(
        "GUANXI_EXPORT_APPROVAL_ROWS",
        "500",
        "500",
        "Exports of more rows than this wait for another person's approval.",
    ),
    Variable(
        "GUANXI_EXPORT_APPROVAL_ROWS_A_DAY",
        "2000",
        "2000",
        "So many rows may one person export within 24 hours without approval, in however many files.",
    ),
    Variable("GUANXI_HANDOVER_UNDO_HOURS", "72", "72", "For how long after it took effect a hand-over can be undone."),
    Variable("GUANXI_EXPORT_KEPT_HOURS", "72", "72", "How long an exported file can be fetched."),
    Variable("GUANXI_EXPORT_FETCHES", "5", "5", "How often an exported file can be fetched."),
    Variable("GUANXI_API_TOKEN_DAYS", "90", "30", "For how many days a token of the API may be made at most."),
    Variable("GUANXI_WATERMARK", "1", "1", "0 leaves out the faint mark of who looks at a page."),
    Variable(
        "GUANXI_RATE_LIMITS", "1", "1", "0 lifts the limits of how often one person or address may ask; for benchmarks."
    ),
    Variable("GUANXI_LOG_LEVEL", "WARNING", "INFO", "DEBUG, INFO, WARNING or ERROR."),
)
