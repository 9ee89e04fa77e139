"""Languages in the value of an option, with commas between them."""


def listed_languages(text: str, *, place: str) -> list[str]:
    """The codes of the languages that an option's value lists, each once.

    Args:
        text: Codes, aliases or names; nothing between two commas, or behind the last, is no name.
        place: The option.

    Raises:
        InputError: There is none; or some are not known: with all of those.
    """
    from isoglot.core import InputError, Problem, UnknownLanguageError, get_language

    said = dict.fromkeys(part.strip() for part in text.split(",") if part.strip())
    problems: list[Problem] = []
    codes: dict[str, None] = {}
    for each in said:
        try:
            codes[get_language(each, place=place).code] = None
        except UnknownLanguageError as error:
            problems.extend(error.problems)
    if not said:
        problems.append(
            Problem(
                place=place,
                message=f"{text!r} names no language",
                remedy=f"write them as in {place} en,sw",
            )
        )
    if problems:
        raise InputError(problems)
    return list(codes)
