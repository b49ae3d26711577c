"""RES_REQ of queues and application profiles: read where the files are, so that the report tells what is wrong."""

from jobcast.language import say
from jobcast.systems.lsf.bsub.fault import BsubError
from jobcast.systems.lsf.bsub.requirement import Rules, Wanted, read_requirement
from jobcast.systems.lsf.policy.form import Form
from jobcast.systems.lsf.resources import Per


def requirement_of(form: Form, rules: Rules) -> Wanted:
    """Return what RES_REQ asks for; nothing where it is refused."""
    text = form.text("RES_REQ")
    if text is None:
        return Wanted()
    try:
        wanted = read_requirement(text, rules)
    except BsubError as fault:
        form.refuse(say("lsf_policy.bad_requirement", column=fault.position + 1, cure=fault.hint), "RES_REQ")
        return Wanted()
    if wanted.passed_over:
        form.correct(say("lsf_policy.not_counted", words=" ".join(wanted.passed_over)), "RES_REQ")
    return wanted


def per_task(wanted: Wanted, rules: Rules) -> dict[str, int]:
    """Return what each task takes of its machine, which also jobs of a trace get that don't name it."""
    return {
        name: amount.value
        for name, amount in wanted.amounts.items()
        if amount.per is Per.TASK and name not in rules.floating
    }
