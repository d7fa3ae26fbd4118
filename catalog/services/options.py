"""Options and their values, found by name or made; two spellings in another case or with another accent are one."""

from collections.abc import Iterable

from catalog.codes import options_fault
from catalog.locks import lock_codes
from catalog.models import Option, OptionValue
from erp.core.refusals import Refused
from erp.core.sorting import sort_name
from erp.core.transactions import atomic


@atomic
def ensure_values(pairs: Iterable[tuple[str, str]]) -> list[OptionValue]:
    """The rows of (option, value) names, in the same order; what is new is made, at the end of its list."""
    wanted = [(option.strip(), value.strip()) for option, value in pairs]
    if sentence := options_fault(wanted):
        raise Refused(sentence, code="option")
    return list(ensure_all(wanted).values())


@atomic
def ensure_all(pairs: Iterable[tuple[str, str]]) -> dict[tuple[str, str], OptionValue]:
    """The same for any number of pairs, keyed by (option, value) as sort names."""
    wanted = {(sort_name(option), sort_name(value)): (option, value) for option, value in pairs}
    if not wanted:
        return {}
    lock_codes()
    options = {each.sort_name: each for each in Option.objects.filter(sort_name__in={option for option, _value in wanted})}
    names = {option: name for (option, _value), (name, _text) in wanted.items() if option not in options}
    rows = [Option(name=name, sort_name=option, position=len(options) + place) for place, (option, name) in enumerate(names.items())]
    options |= {row.sort_name: row for row in Option.objects.bulk_create(rows)}
    values = {(each.option_id, each.sort_value): each for each in OptionValue.objects.filter(option__in=options.values())}
    missing = [
        OptionValue(option=options[option], value=text, sort_value=value, position=len(values) + place)
        for place, ((option, value), (_name, text)) in enumerate(wanted.items())
        if (options[option].pk, value) not in values
    ]
    values |= {(row.option_id, row.sort_value): row for row in OptionValue.objects.bulk_create(missing)}
    return {(option, value): values[options[option].pk, value] for option, value in wanted}
