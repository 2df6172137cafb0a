"""Addresses of signing in and of a person's own sign-in."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from guanxi.crm.web.signin import passkeys, security, tokens, views

urlpatterns: list[URLPattern | URLResolver] = [
    path("sign-in/", views.SignIn.as_view(), name="sign-in"),
    path("sign-in/", include("allauth.socialaccount.providers.openid_connect.urls")),
    path("sign-in/second/", views.second, name="sign-in-second"),
    path("sign-in/passkey/", passkeys.sign_in, name="sign-in-passkey"),
    path("passkey/options/", passkeys.proof_options, name="passkey-options"),
    path("sign-out/", views.sign_out, name="sign-out"),
    path("confirm/", views.confirm, name="confirm"),
    path("confirm/passkey/", passkeys.confirm_with, name="confirm-passkey"),
    path("language/", views.language, name="language"),
    path("preferences/", views.preferences, name="preferences"),
    path("security/", security.security, name="security"),
    path("security/app/", security.app, name="second-factor"),
    path("security/app/remove/", security.app_remove, name="second-factor-remove"),
    path("security/codes/", security.codes, name="recovery-codes"),
    path("security/codes/file/", security.codes_file, name="recovery-codes-file"),
    path("security/passkeys/options/", passkeys.add_options, name="passkey-add-options"),
    path("security/passkeys/add/", passkeys.add, name="passkey-add"),
    path("security/passkeys/<int:passkey>/remove/", passkeys.remove, name="passkey-remove"),
    path("security/tokens/", tokens.tokens_page, name="tokens"),
    path("security/tokens/new/", tokens.token_new, name="token-new"),
    path("security/tokens/<uuid:token_id>/end/", tokens.token_end, name="token-end"),
    path("security/password/", security.password, name="password"),
    path("security/sessions/end/", security.sessions_end, name="sessions-end"),
    path("security/sessions/<uuid:session_id>/end/", security.session_end, name="session-end"),
]
