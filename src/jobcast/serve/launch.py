"""Starts the service: the folder and the certificate that its workers share, and the workers."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from jobcast.serve.certificate import see_certificate
from jobcast.serve.settings import Listening, Settings
from jobcast.serve.workers import Birth, Workers


def serve(settings: Settings, listening: Listening, count: int) -> int:
    """Answer with so many workers until a signal asks to stop; return the exit code of the program."""
    with _shared_folder(listening) as shared:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(shared)  # looked at when the metrics are imported
        from jobcast.serve import metrics, worker  # noqa: PLC0415 - see above

        told = replace(settings, metrics=shared)

        def work(birth: Birth) -> None:
            metrics.take_place(birth.place)
            worker.run(told, listening, birth.parent, birth.ready)

        def see() -> None:
            if listening.certificate:
                see_certificate(listening.certificate, listening.key)

        return Workers(count, work=work, died=lambda place: metrics.forget(shared, place), see=see).run()


@contextmanager
def _shared_folder(listening: Listening) -> Iterator[Path]:
    """Make a folder in which workers add up what they count; it goes when the service ends.

    It lies beside the socket, of which there is one service: hosts clear their folders for temporary files of
    what nobody has changed for days. What a killed service left there goes.
    """
    path = Path(listening.plain[0].getsockname())
    folder = path.with_name(f"{path.name}.metrics")
    shutil.rmtree(folder, ignore_errors=True)
    try:
        folder.mkdir(0o700)
    except OSError:  # somebody else has that name, where everybody may write
        folder = Path(tempfile.mkdtemp(prefix="jobcast-metrics-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
