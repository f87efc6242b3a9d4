"""Flow multi. Made by Jupyter Pipeline."""

from prefect import flow, task
from prefect.artifacts import create_markdown_artifact

import steps


def check(function, **settings):
    """Return a task that stops what follows when `function` raises or returns False, and tells why."""

    @task(name=function.__name__, **settings)
    def run(*args):
        try:
            result = function(*args)
            if str(result) == "False":  # Python's or NumPy's
                raise AssertionError(f"{function.__name__} returned False")
        except Exception as error:
            reason = str(error) or type(error).__name__
            create_markdown_artifact(f"**{function.__name__}** did not pass: {reason}")
            raise
        return result

    return run


@flow(name="multi", log_prints=True)
def multi(rows: int = 4, bad: bool = False):
    """Run multi."""
    prepare = task(steps.prepare).submit(rows)
    clean = task(steps.clean).submit(prepare)
    positive = check(steps.positive).submit(clean, bad)
    by_key = task(steps.by_key).submit(clean, wait_for=[positive])
    for run in (prepare, clean, positive):
        run.result()  # what failed first says why
    biggest, sums = by_key.result()
    report = task(steps.report).submit(prepare, biggest, sums, wait_for=[positive])
    return report.result()


if __name__ == "__main__":
    multi()
