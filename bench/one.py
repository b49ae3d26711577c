"""Runs one part of one operation and prints what it cost, as JSON: the child process of the harness."""

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from harness import Cost, measure
from subjects import operations


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name")
    parser.add_argument("part", choices=("prepare", "work", "limit"))
    parser.add_argument("folder", type=Path)
    parser.add_argument("--quick", action="store_true")
    wish = parser.parse_args()
    (operation,) = (each for each in operations(quick=wish.quick) if each.name == wish.name)
    cost: Cost
    if wish.part == "prepare":
        cost = measure(lambda: operation.prepare(wish.folder, operation.size))
    else:
        cost = measure((operation.work if wish.part == "work" else operation.limit)(wish.folder))
    print(json.dumps(asdict(cost)))


if __name__ == "__main__":
    main()
