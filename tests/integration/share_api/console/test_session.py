"""Logging in and out of the console, and choosing the shop."""

import re

import pytest
from tests.integration.share_api.conftest import PASSWORD, Serve, Service, World
from tests.integration.share_api.console.conftest import Tab, a_tab, said


def ends(service: Service, cookie: str) -> bool:
    """Whether a session's cookie leads to the log-in."""
    with service.client() as client:
        return client.get("/admin", headers={"Cookie": cookie}).status_code == 303


PAGES = ("/admin", "/admin/links", "/admin/links/new", "/admin/data", "/admin/activity")


def test_without_a_session_every_page_leads_to_the_log_in_and_back(stranger: Tab) -> None:
    for path in PAGES:
        answer = stranger.open(path)
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/admin/login")
        login = stranger.open(answer.headers["location"])
        assert "Log in" in said(login)
        assert f'name="next" value="{path}"' in login.text


def test_who_logs_in_is_where_they_were_under_a_new_session(service: Service, world: World) -> None:
    with a_tab(service) as tab:
        tab.client.headers["Cookie"] = f"analytics_session={'a' * 43}"
        answer = tab.log_in("ben", next="/admin/links?state=ended")
        assert (answer.status_code, answer.headers["location"]) == (303, "/admin/links?state=ended")
        cookies = answer.headers.get_list("set-cookie")
        (session,) = [each for each in cookies if each.startswith("analytics_session=")]
        assert session.endswith("HttpOnly; Max-Age=43200; Path=/; SameSite=lax; Secure")
        assert "a" * 43 not in session
        (device,) = [each for each in cookies if each.startswith("analytics_device=")]
        assert "Path=/admin" in device
        first = tab.client.headers["Cookie"]
        tab.log_in("ben")
        assert tab.client.headers["Cookie"] != first
        assert ends(service, first)


@pytest.mark.parametrize(
    "back",
    [
        "https://evil.example.com/",
        "//evil.example.com",
        "/admin//evil.example.com/..",
        "/adminevil",
        "/admin\\@evil.example.com",
        "/admin/../api/admin/session",
        "/admin/login?next=/admin/login",
        "javascript:alert(1)",
        "/admin/links\r\nX-Evil: 1",
    ],
)
def test_a_log_in_leads_to_no_other_place(stranger: Tab, world: World, back: str) -> None:
    assert stranger.log_in("ben", next=back).headers["location"] == "/admin"
    assert "evil" not in stranger.open("/admin/login", params={"next": back}).text


def test_a_wrong_log_in_is_told_kindly_and_keeps_the_address(stranger: Tab, world: World) -> None:
    for name, password in (("ben", "wrong"), ("nobody", "wrong"), ("ben", ""), ("ben", "x" * 2000)):
        answer = stranger.log_in(name, password)
        assert answer.status_code == 403
        assert "The e-mail address or the password is wrong." in said(answer)
        assert f'value="{name}@example.com"' in answer.text
        assert "Set-Cookie" not in answer.headers


def test_too_many_log_ins_are_told_how_long_to_wait(serve: Serve, world: World) -> None:
    service = serve(SHARE_API_LOGINS_PER_ACCOUNT=1)
    with a_tab(service) as tab:
        tab.log_in("ben", "wrong")
        answer = tab.log_in("ben")
        assert answer.status_code == 429
        assert 0 < int(answer.headers["retry-after"]) <= 300
        assert "Too many attempts. Wait 5 minutes, then try again." in said(answer)


def test_who_runs_several_shops_chooses_one_and_may_change(service: Service, world: World) -> None:
    with a_tab(service) as tab:
        assert tab.log_in("anna").headers["location"] == "/admin/shops"
        assert tab.open("/admin/links").headers["location"] == "/admin/shops?next=/admin/links"
        assert "Berlin" in said(tab.open("/admin/shops"))
        assert tab.send("/admin/shops", tenant="berlin").headers["location"] == "/admin"
        assert "Berlin" in said(tab.open("/admin"))
        tab.send("/admin/shops", tenant="tokyo", next="/admin/links")
        page = tab.open("/admin")
        assert "<title>Home · Tokyo</title>" in page.text
        assert tab.send("/admin/shops", tenant="elsewhere").status_code == 403


def test_who_has_no_shop_is_told_what_to_do(service: Service, world: World) -> None:
    with a_tab(service) as tab:
        tab.log_in("carl")
        assert "Your account no longer belongs to a shop" in said(tab.open("/admin/shops"))


def test_a_log_out_ends_this_session_and_everywhere_all_of_them(
    service: Service, world: World
) -> None:
    with a_tab(service) as one, a_tab(service) as other:
        for tab in (one, other):
            tab.log_in("ben")
            tab.open("/admin")
        before = one.client.headers["Cookie"]
        assert one.send("/admin/logout").headers["location"] == "/admin/login"
        assert ends(service, before)
        assert other.open("/admin").status_code == 200
        one.log_in("ben")
        one.open("/admin")
        one.send("/admin/logout", everywhere="1")
        assert other.open("/admin").status_code == 303


def test_a_form_without_the_sessions_token_changes_nothing(tab: Tab, service: Service) -> None:
    with a_tab(service) as other:
        other.log_in("ben")
        other.open("/admin")
        for token in ("", "0" * 64, other.csrf, "ö"):
            answer = tab.client.post("/admin/logout", data={"csrf": token})
            assert answer.status_code == 403
            assert "Nothing was changed." in said(answer)
    assert tab.open("/admin").status_code == 200


def test_a_form_of_another_site_changes_nothing(tab: Tab) -> None:
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example.com"}):
        answer = tab.client.post("/admin/logout", data={"csrf": tab.csrf}, headers=headers)
        assert answer.status_code == 403
        assert "other sites" in said(answer)
        login = {"email": "ben@example.com", "password": "x"}
        assert tab.client.post("/admin/login", data=login, headers=headers).status_code == 403


@pytest.mark.parametrize("body", [b"\xff", b"csrf=%ff", b"a=1&" * 300, b"csrf=" + b"x" * 20_000])
def test_a_body_that_is_no_form_is_told_so(tab: Tab, body: bytes) -> None:
    answer = tab.client.post("/admin/logout", content=body)
    assert answer.status_code in {400, 403}
    said(answer)
    assert tab.open("/admin").status_code == 200


def test_pages_are_kept_nowhere_and_run_no_script_of_others(tab: Tab, stranger: Tab) -> None:
    answers = [tab.open(path) for path in ("/admin", "/admin/settings", "/admin/nothing")]
    answers += [stranger.open("/admin/login"), stranger.open("/admin"), stranger.log_in("x")]
    for answer in answers:
        assert answer.headers["cache-control"] == "no-store"
        policy = answer.headers["content-security-policy"]
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["x-frame-options"] == "DENY"
        assert " style=" not in answer.text
        assert "<style" not in answer.text
        assert "<script>" not in answer.text


def test_static_files_are_named_by_what_they_hold(stranger: Tab) -> None:
    page = stranger.open("/admin/login").text

    urls = re.findall(r'"(/admin/static/[^"]+)"', page)
    assert len(urls) >= 4
    for url in urls:
        answer = stranger.client.get(url)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]
    assert stranger.open("/admin/static/console.000000000000.css").status_code == 404
    assert stranger.open("/admin/static/..%2fpages.py").status_code == 404


def test_a_problem_is_a_page_for_the_console_and_json_for_the_api(tab: Tab) -> None:
    assert "There is nothing here." in said(tab.open("/admin/nothing"))
    assert tab.open("/api/admin/nothing").headers["content-type"] == "application/problem+json"
    assert tab.open("/administration").headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("de-CH", "Anmelden"),
        ("ja", "ログイン"),
        ("he", "כניסה"),
        ("zh-CN", "登录"),
        ("xx", "Log in"),
    ],
)
def test_pages_are_in_the_readers_language(stranger: Tab, language: str, words: str) -> None:
    page = stranger.open("/admin/login", headers={"Accept-Language": language})
    assert words in said(page)
    assert f'dir="{"rtl" if language == "he" else "ltr"}"' in page.text


def test_a_password_is_changed_and_every_other_session_ends(service: Service, world: World) -> None:
    new = "a teal lantern hums over the canal"
    with a_tab(service) as one, a_tab(service) as other:
        for tab in (one, other):
            tab.log_in("ben")
            tab.open("/admin/settings")
        for current, wanted, told in (
            ("wrong", new, "The current password is wrong."),
            (PASSWORD, "short", "12 characters or more"),
            (PASSWORD, PASSWORD, "must differ"),
            (PASSWORD, "passwordpassword", "easy to guess"),
        ):
            answer = one.send("/admin/settings/password", current=current, new=wanted)
            assert answer.status_code in {400, 403}
            assert told in said(answer)
        answer = one.send("/admin/settings/password", current=PASSWORD, new=new)
        assert answer.headers["location"] == "/admin/settings?done=password"
        assert "Password changed." in said(one.open("/admin/settings?done=password"))
        assert other.open("/admin").status_code == 303
        assert other.log_in("ben").status_code == 403
        assert other.log_in("ben", new).status_code == 303


def test_who_forgot_the_password_is_told_whom_to_ask(stranger: Tab) -> None:
    told = said(stranger.open("/admin/login"))
    assert "An owner of your shop can make you a link that sets a new one" in told
    german = stranger.open("/admin/login", headers={"Accept-Language": "de"})
    assert "Passwort vergessen?" in said(german)
