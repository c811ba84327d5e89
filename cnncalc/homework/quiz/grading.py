"""Each student graded by the numbers that were drawn for them."""

from __future__ import annotations

from dataclasses import replace

from cnncalc.diagnostics import ArchitectureError
from cnncalc.homework.assignment import Assignment, Question
from cnncalc.homework.grading import Grade, Grader
from cnncalc.homework.quiz.asking import Asking
from cnncalc.homework.quiz.variants import Quiz
from cnncalc.homework.submissions import Submission
from cnncalc.language import t
from cnncalc.text import quote


class VariantGrader(Grader):
    """A grader for an assignment with templates. Its own ``assignment`` stands for all: the same ids and points."""

    def __init__(self, quiz: Quiz, secret: bytes) -> None:
        """Raises ArchitectureError where a template finds no question."""
        super().__init__(_for_all(quiz, secret))
        self._quiz = quiz
        self._secret = secret

    def grade(self, submission: Submission) -> Grade:
        """Grade one file by its student's variant, which the grade names."""
        grader, reason = self._of(submission.student)
        grade = grader.grade(submission) if grader else self._none(submission.student, submission.source.name, reason)
        claimed = submission.variant
        if grader and claimed and claimed != grade.variant:
            note = t(
                "the answers are to the variant {claimed}, and {student} has {variant}: are the name, the secret and "
                "the version of cnncalc those of the sheet?",
                claimed=quote(claimed),
                student=quote(submission.student),
                variant=quote(grade.variant),
            )
            grade.notes.insert(0, note)
        return grade

    def absent(self, student: str, file: str, reason: str) -> Grade:
        """The grade of a file that can't be read, and so names no student for whom there is a variant."""
        return self._none(student, file, reason)

    def _none(self, student: str, file: str, reason: str) -> Grade:
        grade = super().absent(student, file, reason)
        grade.items = [replace(item, truth="") for item in grade.items]  # of numbers that are nobody's
        return grade

    def _of(self, student: str) -> tuple[Grader | None, str]:
        try:
            return Grader(self._quiz.draw(self._secret, student).assignment), ""
        except ArchitectureError as error:
            return None, error.diagnostics[0].message


def _for_all(quiz: Quiz, secret: bytes) -> Assignment:
    """Nobody's variant, in which the drawn questions do not tell their numbers."""
    assignment = quiz.draw(secret, "").assignment
    questions: list[Question] = []
    for question, part in zip(assignment.questions, quiz.parts):
        if isinstance(part, Asking):
            text = t(
                "Drawn for each student: {template}, difficulty {difficulty}.",
                template=part.template.name,
                difficulty=part.difficulty,
            )
            question = replace(question, text=text)
        questions.append(question)
    return replace(assignment, questions=questions, variant="")
