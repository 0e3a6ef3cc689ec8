"""The view of lessons: students predict first, then run; the teacher sees what the class has said."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from html import escape
from typing import Any

import panel as pn

from kingmaker.experiments.page.choices import measures
from kingmaker.experiments.page.class_sheet import LONGEST_NAME, LONGEST_REASON, ClassSheet, Prediction
from kingmaker.experiments.page.compare_view import describe
from kingmaker.experiments.page.lesson import ANSWERS, Lesson, lessons
from kingmaker.experiments.page.look import Look, button_sheet, input_sheet, options, sheet
from kingmaker.experiments.page.paired_runs import Difference, difference
from kingmaker.experiments.page.records import Band
from kingmaker.experiments.page.setting import Setting
from kingmaker.experiments.page.wording import Words


class Predict:
    """The view.

    Args:
        words: the page's language.
        look: its colours.
        lesson: the lesson to begin with; empty for the first.
        visitor: who predicts (the session), so that a first prediction counts.
        teacher: whether the teacher's key was in the link.
        sheet_of_class: where predictions are noted.
        run: computes the bands of two policies, off the event loop, and calls back.
        play: takes a policy to the levers and charts.
        moved: told which lesson is open.
    """

    def __init__(
        self, words: Words, look: Look, lesson: str, visitor: str, teacher: bool, sheet_of_class: ClassSheet,
        run: Callable[[Setting, Setting, Callable[[Band, Band], None]], Any], play: Callable[[Setting], None],
        moved: Callable[[str], None],
    ) -> None:  # fmt: skip
        """Open the lesson."""
        self.words, self.look, self.visitor, self.teacher = words, look, visitor, teacher
        self.sheet, self._run, self._play, self._moved = sheet_of_class, run, play, moved
        html = options(sheet(look))
        titles = {one.title[words.language]: one.id for one in lessons().values()}
        self.choice = pn.widgets.Select(
            name=words("lesson"), options=titles, value=lesson if lesson in lessons() else next(iter(lessons())),
            **options(input_sheet(look)),
        )  # fmt: skip
        self.group = pn.widgets.TextInput(
            name=words("group_name"),
            placeholder=words("group_hint"),
            max_length=LONGEST_NAME,
            **options(input_sheet(look)),
        )
        self.reason = pn.widgets.TextAreaInput(
            name=words("reason"), max_length=LONGEST_REASON, height=90, sizing_mode="stretch_width",
            **options(input_sheet(look)),
        )  # fmt: skip
        self.lock = pn.widgets.Button(
            name=words("lock"), button_type="primary", disabled=True, **options(button_sheet(look))
        )
        self.lock.on_click(lambda _e: self._locked())
        self.answers: dict[str, Any] = {}
        self.form = pn.Column(sizing_mode="stretch_width")
        self.outcome = pn.pane.HTML("", **html, sizing_mode="stretch_width")
        self.page = pn.pane.Markdown("", **html, sizing_mode="stretch_width")
        self.guide = pn.pane.Markdown("", **html, sizing_mode="stretch_width", visible=teacher)
        self.board = pn.pane.HTML("", **html, sizing_mode="stretch_width", visible=teacher)
        self.choice.param.watch(lambda _e: self._open(), "value")
        self._open()

    @property
    def lesson(self) -> Lesson:
        """The lesson that is open."""
        return lessons()[self.choice.value]

    def panel(self) -> Any:
        """The view."""
        words = self.words
        steps = [
            pn.widgets.Button(name=words("see_policy", policy=name.upper()), **options(button_sheet(self.look)))
            for name in ("a", "b")
        ]
        steps[0].on_click(lambda _e: self._play(self.lesson.a))
        steps[1].on_click(lambda _e: self._play(self.lesson.b))
        task = pn.Column(
            self.form, self.outcome, pn.FlexBox(*steps), sizing_mode="stretch_width",
            styles={"flex": "1 1 380px", "min-width": "min(100%, 300px)"},
        )  # fmt: skip
        text = pn.Column(
            self.page, sizing_mode="stretch_width", styles={"flex": "1 1 380px", "min-width": "min(100%, 300px)"}
        )
        parts: list[Any] = [self.choice, pn.FlexBox(text, task, flex_wrap="wrap", sizing_mode="stretch_width")]
        if self.teacher:
            refresh = pn.widgets.Button(name=words("refresh"), **options(button_sheet(self.look)))
            refresh.on_click(lambda _e: self.write_board())
            clear = pn.widgets.Button(name=words("clear_sheet"), **options(button_sheet(self.look)))
            clear.on_click(lambda _e: self._clear())
            parts += [pn.FlexBox(refresh, clear), self.board, self.guide]
        return pn.Column(*parts, sizing_mode="stretch_width")

    def write_board(self) -> None:
        """What the class has said, for the teacher."""
        words, tally = self.words, self.sheet.tally(self.lesson.id)
        rows = []
        for name in self.lesson.measures:
            counts = tally.get(name, Counter())
            cells = "".join(f"<td class='number'>{counts.get(answer, 0)}</td>" for answer in ANSWERS)
            rows.append(f"<tr><td>{escape(measures()[name].label[words.language])}</td>{cells}</tr>")
        heads = "".join(f"<th class='number'>{words('say_' + answer)}</th>" for answer in ANSWERS)
        groups = {row.group for row in self.sheet.rows(self.lesson.id)}
        link = f"download/predictions.csv?teacher={self.sheet.key}"
        self.board.object = (
            f"<h2>{words('class_said')}</h2><p>{words('groups_so_far', n=len(groups))}</p>"
            f"<table><tr><th>{words('measure')}</th>{heads}</tr>{''.join(rows)}</table>"
            f"<p><a href='{link}' download>{words('sheet_csv')}</a></p>"
        )

    def _clear(self) -> None:
        self.sheet.clear()
        self.write_board()

    def _open(self) -> None:
        lesson, words = self.lesson, self.words
        self.page.object = lesson.page("student", words.language)
        self.outcome.object = ""
        self.answers = {}
        rows: list[Any] = [pn.pane.HTML(
            f"<h2>{words('predict_first')}</h2><p>{escape(lesson.question[words.language])}</p>"
            f"<p><b>A</b> {describe(lesson.a, words)}<br><b>B</b> {describe(lesson.b, words)}</p>"
            f"<p>{words('predict_how')}</p>", **options(sheet(self.look)), sizing_mode="stretch_width",
        ), self.group]  # fmt: skip
        for name in lesson.measures:
            label = measures()[name].label[words.language]
            buttons = pn.widgets.RadioButtonGroup(
                options={"?": "", **{words("say_" + answer): answer for answer in ANSWERS}}, name=f"predict {name}",
                **options(button_sheet(self.look)),
            )  # fmt: skip
            buttons.param.watch(lambda _e: self._ready(), "value")
            self.answers[name] = buttons
            rows.append(pn.pane.HTML(f"<b>{escape(label)}</b>", **options(sheet(self.look)), margin=(8, 0, 0, 5)))
            rows.append(buttons)
        self.form[:] = [*rows, self.reason, self.lock]
        self.lock.disabled = True
        if self.teacher:
            self.guide.object = lesson.page("teacher", words.language)
            self.write_board()
        self._moved(lesson.id)

    def _ready(self) -> None:
        self.lock.disabled = not all(buttons.value for buttons in self.answers.values())

    def _locked(self) -> None:
        """Predictions stand; now run."""
        if not all(buttons.value for buttons in self.answers.values()):
            return
        for buttons in self.answers.values():
            buttons.disabled = True
        self.lock.disabled = True
        self.outcome.object = f"<p>{self.words('computing')}</p>"
        lesson, said = self.lesson, {name: str(buttons.value) for name, buttons in self.answers.items()}

        def came(a: Band, b: Band) -> None:
            if self.lesson.id == lesson.id:
                self._compare(lesson, said, [difference(a, b, name, lesson.window) for name in lesson.measures])

        self._run(lesson.a, lesson.b, came)

    def _compare(self, lesson: Lesson, said: dict[str, str], outcomes: list[Difference]) -> None:
        words, language = self.words, self.words.language
        group = (self.group.value or "").strip()[:LONGEST_NAME] or words("nameless")
        rows, first = [], True
        for d in outcomes:
            prediction = Prediction(
                lesson.id, group, d.name, said[d.name], d, lesson.a.seed, (self.reason.value or "")[:LONGEST_REASON]
            )
            first &= self.sheet.add(self.visitor, prediction)
            measure, f = measures()[d.name], measures()[d.name].factor
            mark = "✔" if prediction.right else "✘"
            rows.append(
                f"<tr><td>{escape(measure.label[language])}</td><td>{words('say_' + said[d.name])}</td>"
                f"<td><b>{words('say_' + d.verdict)}</b> {mark}</td><td class='number'>{words.number(d.mean * f)} "
                f"{escape(measure.unit[language].replace('%', words('points')))} "
                f"<small>[{words.number(d.low * f)}; {words.number(d.high * f)}]</small></td></tr>"
            )
        right = sum(said[d.name] == d.verdict for d in outcomes)
        again = "" if first else f"<p class='note'>{words('first_counts')}</p>"
        self.outcome.object = (
            f"<h2>{words('outcome')}</h2><p>{words('score', right=right, of=len(outcomes))}</p>{again}"
            "<div class='wide'>"
            f"<table><tr><th>{words('measure')}</th><th>{words('you_said')}</th><th>{words('model_says')}</th>"
            f"<th class='number'>{words('difference')}</th></tr>{''.join(rows)}</table></div>"
            f"<p class='faint'>{words('outcome_note', n=outcomes[0].n)}</p>"
        )
        if self.teacher:
            self.write_board()
