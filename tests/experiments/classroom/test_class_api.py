"""The API: shapes, caching, refusals in a sentence whatever is sent, cookies, hosts, what stays closed until a vote."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from kingmaker.experiments.classroom import answer_routes, openapi, regulator_game, visiting
from kingmaker.experiments.classroom import app as application
from kingmaker.experiments.classroom.choices import levers, listed, measures
from kingmaker.experiments.classroom.class_store import ClassStore
from kingmaker.experiments.classroom.engine import QUICK, REST, joined
from kingmaker.experiments.classroom.faults import FRENCH, STATUS
from kingmaker.experiments.classroom.lesson import lessons
from kingmaker.experiments.classroom.precomputed import Precomputed
from kingmaker.experiments.classroom.stacks_of_questions import QUICK as QUICK_MEMBERS
from kingmaker.experiments.classroom.visitor_question import MONTHS, Question, read
from tests.experiments.classroom.ready_engine import ReadyEngine
from tests.experiments.classroom.ready_engine import answer as ready_answer

HOST = "class.test:5006"
LEVER = "policy.egress_fee=0.5@2024-03"
ANSWERS = dict.fromkeys(lessons()["shortage"].measures, "down")
VOTE = {"lesson": "shortage", "answers": ANSWERS, "name": "Ada"}


@pytest.fixture
def client() -> Iterator[TestClient]:
    with _client(Precomputed()) as found:
        yield found


def _client(found: Precomputed, engine: ReadyEngine | None = None) -> TestClient:
    engine = engine or ReadyEngine()
    gate = application.build(ClassStore(":memory:"), [HOST], [f"http://{HOST}/"], engine, found, warm=False)
    return TestClient(gate, base_url=f"http://{HOST}")


def state(client: TestClient) -> Any:
    return client.app.app.state  # type: ignore[attr-defined]


def other(client: TestClient) -> TestClient:
    """Another browser in the same class."""
    found = TestClient(client.app, base_url=f"http://{HOST}")
    found.portal = client.portal
    return found


def teach(client: TestClient) -> TestClient:
    found = other(client)
    assert found.post("/api/class/teacher", json={"key": state(client).store.key}).status_code == 200
    return found


def test_curve_and_band_have_the_shapes_of_the_contract(client: TestClient) -> None:
    curve = client.get(f"/api/curve?{LEVER}&luck=3&lang=fr").json()
    assert curve["question"] == f"luck=3&{LEVER}"
    assert {name: len(values) for name, values in curve["measures"].items()} == dict.fromkeys(measures(), MONTHS)
    assert curve["measures"]["gap_china"][:4].count(None) == 3
    quick = client.get(f"/api/band?{LEVER}&quick=1")
    assert (quick.json()["n"], quick.json()["final"], quick.headers["cache-control"]) == (
        QUICK_MEMBERS,
        False,
        "no-store",
    )
    band = client.get(f"/api/band?{LEVER}&luck=9").json()
    assert (band["n"], band["final"], band["question"]) == (20, True, LEVER)
    assert set(band["measures"]["hhi_cloud"]) == {"low", "mid", "high"}
    assert len(band["top"]) == 3
    assert {row["verdict"] for row in band["changes"]} == {"up"}
    assert "higher" in band["changes"][0]["sentence"]["en"]
    assert sum(band["badges"].values()) == len(measures())
    assert client.get("/api/band").json()["changes"] == []  # the reference itself


def test_a_first_band_is_never_kept_however_long_its_question(client: TestClient) -> None:
    version = client.get("/api/catalogue").json()["version"]
    long = "&".join(f"{key}={','.join(f'{lever.stops[k % 2]:g}@2024-{k + 1:02d}' for k in range(9))}"
                    for key, lever in list(listed().items())[:12])  # fmt: skip
    for how, caching in (("&quick=1", "no-store"), ("", "public, max-age=31536000, immutable")):
        assert client.get(f"/api/band?{long}&v={version}{how}").headers["cache-control"] == caching


def test_a_band_is_computed_once_for_all_lucks(client: TestClient) -> None:
    for luck in (1, 2, 3):
        assert client.get(f"/api/band?{LEVER}&luck={luck}").status_code == 200
    asked = state(client).desk.engine.asked
    assert len([kind for kind, text in asked if text == LEVER]) == 2  # the first members, and the rest


def test_answers_under_their_version_are_kept_for_ever_and_all_have_a_digest(client: TestClient) -> None:
    version = client.get("/api/catalogue").json()["version"]
    for path in ("/api/catalogue?lang=fr", f"/api/curve?{LEVER}", f"/api/band?{LEVER}", "/api/network?lang=fr"):
        plain = client.get(path)
        assert plain.headers["cache-control"] == "no-cache"
        again = client.get(path, headers={"If-None-Match": plain.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        kept = client.get(f"{path}{'&' if '?' in path else '?'}v={version}")
        assert "immutable" in kept.headers["cache-control"]
        assert "immutable" not in client.get(f"{path}&v=0" if "?" in path else path).headers["cache-control"]
        for coding in ("br", "gzip"):
            assert client.get(path, headers={"Accept-Encoding": coding}).headers["content-encoding"] == coding
        assert "content-encoding" not in client.get(path, headers={"Accept-Encoding": "identity"}).headers


def test_the_catalogue_builds_the_page_in_both_languages(client: TestClient) -> None:
    english, french = (client.get(f"/api/catalogue?lang={language}").json() for language in ("en", "fr"))
    for found in (english, french):
        assert [lever["key"] for lever in found["levers"] if lever["listed"]] == list(listed())
        assert [lever["key"] for lever in found["levers"]] == list(levers())
        assert all(len(lever["stop_labels"]) == len(lever["stops"]) for lever in found["levers"])
        assert all(preset["label"] and preset["description"] for preset in found["presets"])
        assert all(lever["label"] and lever["meaning"] and len(lever["stops"]) >= 2 for lever in found["levers"])
        assert len(found["lessons"]) == 6
        assert all("question" in lesson and "b" in lesson["policies"] for lesson in found["lessons"])
        for theme in found["themes"]:
            assert sum(m["theme"] == theme["key"] for m in found["measures"]) >= 6
    assert json.dumps(english).count("outcome") == 0
    assert english["levers"][0]["label"] != french["levers"][0]["label"]
    told = [[preset["description"] for preset in found["presets"]] for found in (english, french)]
    assert not set(told[0]) & set(told[1])
    for scenario, marks in french["marks"].items():
        assert len(marks) <= 8
        assert [mark["month"] for mark in marks] == [mark["month"] for mark in english["marks"][scenario]]
        assert all(mark["short"] and mark["text"] and mark["source"] and mark["levers"] for mark in marks)
    assert len(french["marks"]["baseline"]) == 8
    assert "H20 licence" not in [mark["short"] for mark in english["marks"]["no_export_control"]]


def test_a_measure_is_defined_in_both_languages(client: TestClient) -> None:
    for name in measures():
        english, french = (client.get(f"/api/measures/{name}?lang={language}").json() for language in ("en", "fr"))
        assert english["definition"] != french["definition"]
        assert all(fact["source"] and "_" not in fact["source"].split()[0] for fact in english["facts"])


def test_network_money_firm_and_chronicle(client: TestClient) -> None:
    french = client.get("/api/network?lang=fr").json()
    assert [node["name"] for node in french["nodes"]][1] == "Fonds chinois"
    assert french["nodes"][3]["first"] == 10
    assert french["ties"][0]["clauses"][0].startswith("exclusif")
    assert french["events"][0]["text"] == "publie un modèle puissant"
    firm = client.get("/api/firm?firm=mistral ai").json()
    assert firm["firm"]["name"] == "Mistral AI"
    assert len(firm["ties"]) == len(firm["events"]) == 1
    money = client.get("/api/money").json()
    assert money["income"][0]["musd"] == [7.0] * MONTHS
    assert client.get("/api/firm?firm=Nobody").status_code == 404
    assert client.get("/api/story?lang=fr").json()["steps"][4]["lever"] == "chips.capacity_growth"


def test_the_comparison_is_of_the_questions_that_are_asked(client: TestClient) -> None:
    found = client.get("/api/compare", params={"a": "", "b": LEVER, "from": "2025-01", "to": "2025-12"}).json()
    assert (found["a"], found["b"], found["window"]) == ("", LEVER, [36, 47])
    assert {row["verdict"] for row in found["rows"]} == {"up"}
    assert client.get("/api/compare?a=&b=&from=2025-01&to=2024-01").status_code == 400
    assert client.get("/api/compare?a=nonsense=1").json()["error"]["where"] == "nonsense"


def test_an_outcome_is_closed_until_the_vote_is_locked(client: TestClient) -> None:
    path = "/api/lessons/shortage/outcome"
    closed = client.get(path)
    assert (closed.status_code, closed.json()["error"]["code"]) == (403, "locked")
    assert client.post("/api/class/predictions", json=VOTE).status_code == 201
    found = client.get(path).json()
    assert found["of"] == len(ANSWERS)
    assert [row["said"] for row in found["rows"]] == ["down"] * len(ANSWERS)
    assert all(row["class"] is None for row in found["rows"])  # the class's answers only once they are revealed
    again = client.post("/api/class/predictions", json=VOTE | {"answers": dict.fromkeys(ANSWERS, "up")})
    assert (again.status_code, again.json()["locked"]["shortage"]) == (409, ANSWERS)
    assert other(client).get(path).status_code == 403
    assert other(client).post("/api/class/predictions", json=VOTE).json()["error"]["code"] == "name_taken"


def test_while_the_class_predicts_the_levers_of_its_lesson_rest(client: TestClient) -> None:
    teacher, student = teach(client), other(client)
    lever = "chips.capacity_growth=0.2"
    assert student.get(f"/api/curve?{lever}").status_code == 200
    assert teacher.post("/api/class/open", json={"lesson": "shortage"}).json() == {"open": "shortage"}
    for path in ("curve", "band", "network", "money", "events", "download/measures.csv", "download/scenario.toml"):
        refused = student.get(f"/api/{path}?{lever}")
        assert (refused.status_code, refused.json()["error"]["code"]) == (403, "lesson_open"), path
    assert student.get("/api/compare", params={"b": lever}).status_code == 403
    refused = student.get("/api/regulator/score?chips.capacity_growth=0.2@2024-06")
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "lesson_open")
    scored = student.post("/api/class/scores", json={"question": "policy.interoperability=1@2024-06"})
    assert scored.status_code == 201  # other levers are open
    assert student.get(f"/api/curve?{LEVER}").status_code == 200  # other levers do not
    assert teacher.get(f"/api/curve?{lever}").status_code == 200
    assert student.post("/api/class/predictions", json=VOTE).status_code == 201
    assert student.get(f"/api/curve?{lever}").status_code == 200


def test_the_teachers_screen(client: TestClient) -> None:
    student, teacher = other(client), teach(client)
    student.post("/api/class/predictions", json=VOTE | {"reason": "more supply"})
    assert student.get("/api/class/board/shortage").status_code == 403
    board = teacher.get("/api/class/board/shortage").json()
    assert (board["locked"], board["hit_rate"], board["rows"][0]["reason"]) == (1, None, "more supply")
    assert board["measures"][0]["down"] == 1
    teacher.post("/api/class/reveal", json={"lesson": "shortage"})
    board = teacher.get("/api/class/board/shortage").json()
    assert board["hit_rate"] == 0.0  # the made-up numbers do not differ: unclear
    assert student.get("/api/class/board/shortage").json()["rows"] == []  # no names for the class
    assert other(client).get("/api/lessons/shortage/outcome").json()["rows"][0]["class"]["down"] == 1
    undo = teacher.post("/api/class/clear", json={"lesson": "shortage"}).json()
    assert undo["removed"] == 1
    assert teacher.post("/api/class/undo", json={"undo": undo["undo"]}).json() == {"restored": 1}
    assert "Ada" in teacher.get("/api/download/predictions.csv").text
    assert "<h1>" in teacher.get("/api/lessons/shortage/guide?lang=fr").json()["html"]
    assert "<svg" in teacher.get("/api/class/qr.svg").text
    teacher.post("/api/class/teacher/leave", json={})
    assert teacher.get("/api/class/me").json()["teacher"] is False


@pytest.mark.parametrize("path", ["open", "reveal", "clear", "undo"])
def test_only_the_teacher_leads_the_class(client: TestClient, path: str) -> None:
    assert client.post(f"/api/class/{path}", json={"lesson": "shortage", "undo": "x"}).status_code == 403
    for path in ("/api/lessons/shortage/guide", "/api/download/predictions.csv", "/api/class/board/shortage"):
        assert client.get(path).json()["error"]["code"] == "not_teacher"


def test_wrong_keys_are_few(client: TestClient) -> None:
    codes = [client.post("/api/class/teacher", json={"key": f"no {k}"}).status_code for k in range(12)]
    assert (codes[:10], codes[10:]) == ([403] * 10, [429] * 2)


def test_cookies_are_hidden_from_scripts_and_the_key_is_in_no_address(client: TestClient) -> None:
    cookies = [client.get("/").headers["set-cookie"]]
    answer = other(client).post("/api/class/teacher", json={"key": state(client).store.key})
    cookies.append(answer.headers["set-cookie"])
    for cookie in cookies:
        assert "HttpOnly" in cookie
        assert "SameSite=strict" in cookie
    assert state(client).store.key not in cookies[1]
    assert "set-cookie" not in client.get("/").headers  # it has its name now
    assert "set-cookie" not in other(client).get("/embed").headers


def test_the_regulator_plays_within_a_budget(client: TestClient) -> None:
    move = "policy.interoperability=1@2024-06"
    cost = client.get(f"/api/regulator/cost?{move}").json()
    assert (cost["spent"], cost["left"]) == (30.0, 70.0)
    found = client.get(f"/api/regulator/score?{move}&mandate=consumers").json()
    assert len(found["lucks"]) == 20
    assert found["low"] <= found["score"] <= found["high"]
    assert len({goal["key"] for goal in found["goals"]}) == 5
    assert set(found["by_mandate"]) >= {"even", "consumers"}
    assert found["debrief"]["en"] != found["debrief"]["fr"]
    put = client.post("/api/class/scores", json={"question": move, "mandate": "even", "name": "Ada"})
    assert (put.status_code, put.json()["rank"]) == (201, 1)
    assert client.get("/api/class/scores?mandate=even").json()["rows"][0]["group"] == "Ada"


class _Slow(ReadyEngine):
    """Takes longer than anybody's patience; its workers get on, or stand still."""

    gets_on = True

    async def _ask(self, kind: str, question: Question, visitor: str) -> Any:
        for _ in range(20):
            await asyncio.sleep(0.05)
            self.lanes[0].pulse.value += self.gets_on
        return await super()._ask(kind, question, visitor)


def test_a_place_in_the_queue_is_kept_as_long_as_workers_get_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(visiting, "LOOK", 0.02)
    monkeypatch.setattr(visiting, "PATIENCE", 0.4)
    with _client(Precomputed(), _Slow()) as client:
        assert client.get(f"/api/curve?{LEVER}").status_code == 200
        monkeypatch.setattr(_Slow, "gets_on", False)
        refused = client.get(f"/api/curve?{LEVER}&luck=2")
        assert (refused.status_code, refused.json()["error"]["code"]) == (503, "busy")


def test_scores_at_hand_ask_for_no_run_and_none_is_made_on_the_event_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    move = "policy.interoperability=1@2024-01"
    threads, usual = [], regulator_game.score

    def noting(*given: Any) -> dict[str, Any]:
        threads.append(threading.current_thread())
        return usual(*given)

    monkeypatch.setattr(regulator_game, "score", noting)
    bands = [
        joined(ready_answer(QUICK, question), ready_answer(REST, question)) for question in (Question(), read(move))
    ]
    kept = {text: regulator_game.judged(band, bands[0]) for text, band in zip(("", move), bands, strict=True)}
    with _client(Precomputed(scores=kept)) as at_hand, _client(Precomputed()) as live:
        loop = at_hand.portal.call(threading.current_thread)  # type: ignore[union-attr]
        for query in ("mandate=even", "mandate=growth", f"{move}&mandate=even"):
            found = [one.get(f"/api/regulator/score?{query}").json() for one in (at_hand, live)]
            assert found[0] == found[1]
        assert state(at_hand).desk.engine.asked == []
        assert state(live).desk.engine.asked
        assert loop not in threads
        assert len(threads) == 6
        put = at_hand.post("/api/class/scores", json={"question": move, "mandate": "even", "name": "Ada"})
        assert (put.status_code, put.json()["score"]) == (201, found[0]["score"])
        assert len(threads) == 6  # it is known


@pytest.mark.parametrize(
    ("asked", "code", "where"),
    [
        ("policy.interoperability=1@2023-12", "bad_question", "policy.interoperability"),
        ("chips.moat=1@2024-06", "bad_question", "chips.moat"), ("scenario=data_act", "bad_question", "scenario"),
        ("mandate=nobody", "bad_question", "mandate"),
        ("policy.sovereign_owner=1@2024-01,0@2024-02,1@2024-03", "over_budget", "budget"),
    ],
)  # fmt: skip
def test_what_no_regulator_may_do_is_told_before_anything_runs(
    client: TestClient, asked: str, code: str, where: str
) -> None:
    error = client.get(f"/api/regulator/score?{asked}").json()["error"]
    assert (error["code"], error["where"]) == (code, where)
    assert not [text for _, text in state(client).desk.engine.asked if text]


def test_progress_ends_when_all_is_there_and_when_nothing_was_asked(
    client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answer_routes, "IDLE", 0.0)
    assert client.get(f"/api/progress?{LEVER}").text.splitlines()[-2].startswith("data: {}")
    for path in ("curve", "band"):
        client.get(f"/api/{path}?{LEVER}")
    first = client.get(f"/api/progress?{LEVER}").text.splitlines()
    assert first[0] == "event: place"
    assert json.loads(first[1].removeprefix("data: "))["band"] == {"state": "ready", "ahead": 0}
    assert "event: done" in first


def test_downloads(client: TestClient) -> None:
    rows = client.get(f"/api/download/measures.csv?{LEVER}").text.splitlines()
    assert len(rows) == 1 + MONTHS
    assert len(client.get("/api/download/band.csv").text.splitlines()) == 1 + 20 * MONTHS
    events = client.get("/api/download/events.csv")
    assert "attachment" in events.headers["content-disposition"]
    assert events.text.splitlines()[1] == "2022-03,release,Mistral AI,releases a strong model"
    assert f"policy.egress_fee = {0.5}" in client.get(f"/api/download/scenario.toml?{LEVER}").text
    assert client.get("/api/download/passwd").status_code == 404


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1:1", f"{HOST}.evil.example", "class.test"])
@pytest.mark.parametrize("path", ["/", "/api/health", "/static/index.html"])
def test_only_its_own_names_are_answered(client: TestClient, host: str, path: str) -> None:
    assert client.get(path, headers={"Host": host}).status_code == 421
    assert client.get(path, headers={"Host": HOST.upper()}).status_code in (200, 404)


@pytest.mark.parametrize(
    "headers", [{"Origin": "http://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}]
)
def test_pages_of_others_cannot_vote(client: TestClient, headers: dict[str, str]) -> None:
    refused = client.post("/api/class/predictions", json=VOTE, headers=headers)
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "stranger")
    form = client.post("/api/class/predictions", content="x=1", headers={"Content-Type": "text/plain"})
    assert form.status_code == 415


ODD = (
    "/static/..%2fapp.py",
    "/static/%2e%2e/app.py",
    "/static/%00",
    "/a/..%5cb",
    "/static/.hidden",
    "/a%5Cb",
    "/nope",
    "/static/" + "x" * 4000,
)


@pytest.mark.parametrize("path", ["/", "/teacher", "/api", "/api/health", "/api/curve?x=1", *ODD])
def test_every_answer_forbids_frames_and_inline_code(client: TestClient, path: str) -> None:
    answer = client.get(path)
    policy = answer.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-inline" not in policy
    assert "script-src 'self'" in policy
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["x-content-type-options"] == "nosniff"
    if path in ODD:
        assert answer.status_code == 404


def test_the_embedded_chart_may_be_framed(client: TestClient) -> None:
    answer = client.get("/embed?measure=hhi_cloud")
    assert "frame-ancestors *" in answer.headers["content-security-policy"]
    assert "x-frame-options" not in answer.headers


def test_a_long_address_and_a_long_body_are_refused(client: TestClient) -> None:
    assert client.get("/?x=" + "a" * 9000).status_code == 414
    assert client.post("/api/class/group", json={"name": "x" * 20_000}).status_code == 413


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3), max_leaves=6,
)  # fmt: skip
GETS = (
    "curve",
    "band",
    "compare",
    "network",
    "events",
    "money",
    "firm",
    "story",
    "regulator/score",
    "regulator/cost",
    "class/scores",
    "class/me",
    "catalogue",
    "download/measures.csv",
)
POSTS = ("group", "predictions", "teacher", "open", "reveal", "clear", "undo", "scores")


@given(st.sampled_from(GETS), st.dictionaries(st.sampled_from((*listed(), "luck", "scenario", "lang", "from", "to", "a",
       "b", "mandate", "firm", "quick", "?")) | st.text(max_size=8), st.text(max_size=20), max_size=3))  # fmt: skip
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_question_whatsoever_breaks_the_server(client: TestClient, path: str, asked: dict[str, str]) -> None:
    answer = client.get(f"/api/{path}", params=asked)
    assert answer.status_code in {200, *STATUS.values()} - {503}
    if answer.status_code >= 400:
        error = answer.json()["error"]
        assert error["message"]["en"]
        assert error["message"]["fr"] == FRENCH[error["code"]]


@given(
    st.sampled_from(POSTS),
    st.sampled_from((True, False)),
    json_values
    | st.dictionaries(
        st.sampled_from(("name", "lesson", "answers", "reason", "key", "revealed", "undo", "question", "mandate")),
        json_values,
    ),
)
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_body_whatsoever_breaks_the_server(client: TestClient, path: str, teacher: bool, body: Any) -> None:
    if teacher:
        client.cookies.set("km_teacher", state(client).store.token)
    answer = client.post(f"/api/class/{path}", json=body)
    assert answer.status_code in {200, 201, *STATUS.values()} - {503}


@pytest.mark.parametrize("body", [b"", b"{", b"[" * 15_000, b'"\\ud800"', b'{"name": "\\ud800"}', b"\xff\xfe", b"nul"])
def test_broken_bodies_are_told(client: TestClient, body: bytes) -> None:
    answer = client.post("/api/class/group", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400


def test_the_description_is_of_the_routes(client: TestClient) -> None:
    routes = {
        (route.path, method.lower())
        for route in client.app.app.routes for method in route.methods or ()  # type: ignore[attr-defined]
        if route.path.startswith("/api/") and method != "HEAD"
    }  # fmt: skip
    told = {(path, method) for path, methods in openapi.specification()["paths"].items() for method in methods}
    assert told == routes - {("/api/openapi.json", "get")}
    assert client.get("/api").text.count("<tr>") == len(openapi.paths()) + 1


def test_a_fault_that_nobody_foresaw_is_told_in_a_sentence(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_question: object, _visitor: str) -> None:
        raise ZeroDivisionError("inside")

    monkeypatch.setattr(state(client).desk, "curve", broken)
    found = client.get(f"/api/curve?{LEVER}")
    assert found.status_code == 503
    assert found.json()["error"]["code"] == "failed"
    assert "inside" not in found.text
    assert client.get("/api/health").status_code == 200
