"""Run `little_jobs.Job` on Ray in a process of its own, whose warnings are Ray's: `run_with_ray.py DIARY TASK...`.

Prints the outcomes as JSON. Ends with 3 when Ray does not come up.
"""

from __future__ import annotations

import json
import sys

from little_jobs import Job

from stenciltorch.curation.engines import Engine
from stenciltorch.errors import ConfigError


def main(diary: str, tasks: list[str]) -> int:
    try:
        outcomes = list(Engine("ray", 2).of(Job(diary)).run(tasks))
    except ConfigError as error:
        sys.stderr.write(f"{error}\n")
        return 3
    sys.stdout.write(json.dumps([outcome._asdict() for outcome in outcomes]) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
