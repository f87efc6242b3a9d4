"""Turn headings and comments into names of functions: the first words, and a verb in place of its ``-ing`` form."""

from __future__ import annotations

import re

__all__ = ["is_generic", "is_remark", "to_function_name", "to_sentence"]

_LONGEST_NAME = 40
_FILLERS = frozenset([
    "a", "an", "and", "as", "at", "by", "for", "from", "in", "into", "of", "on", "or", "our", "per", "s", "that", "the",
    "to", "using", "via", "vs", "with", "without",
])  # fmt: skip
_LEADING = frozenset(["a", "an", "and", "finally", "first", "let", "lets", "next", "now", "our", "please", "s", "so"])
_LEADING |= frozenset(["the", "then", "us", "we", "here", "also", "optional", "will", "ll", "can"])
_VERBS = frozenset([
    "add", "adjust", "aggregate", "align", "analyse", "analyze", "animate", "annotate", "append", "apply", "assert",
    "assess", "assign", "balance", "bin", "build", "calculate", "calibrate", "call", "categorize", "change", "check",
    "choose", "clean", "clear", "cluster", "collect", "combine", "compare", "compile", "complete", "compute",
    "configure", "connect", "convert", "copy", "count", "create", "crop", "customize", "cut", "deal", "debug", "decide",
    "decode", "decompose", "define", "delete", "demonstrate", "denoise", "deploy", "derive", "describe", "detect",
    "determine", "discretize", "display", "divide", "do", "download", "draw", "drop", "embed", "enable", "encode",
    "enrich", "estimate", "evaluate", "examine", "execute", "expand", "explore", "export", "extract", "fetch", "fill",
    "filter", "find", "fit", "fix", "flatten", "fold", "forecast", "format", "freeze", "gather", "generate", "get",
    "give", "group", "handle", "identify", "impute", "include", "increase", "index", "infer", "initialize", "insert",
    "inspect", "install", "integrate", "interpolate", "investigate", "iterate", "join", "keep", "label", "launch",
    "learn", "limit", "list", "load", "log", "look", "loop", "make", "map", "mask", "match", "measure", "merge",
    "minimize", "model", "modify", "move", "normalize", "obtain", "open", "optimize", "order", "organize", "overlay",
    "parse", "perform", "pick", "pivot", "plot", "predict", "prepare", "preprocess", "print", "process", "produce",
    "prune", "publish", "pull", "push", "put", "query", "rank", "read", "rebuild", "recode", "recompute", "reconstruct",
    "reduce", "refine", "reindex", "remove", "rename", "reorder", "repeat", "replace", "report", "request", "resample",
    "reset", "reshape", "resize", "restore", "retrieve", "return", "run", "sample", "save", "scale", "score", "search",
    "segment", "select", "send", "separate", "set", "setup", "shift", "show", "shuffle", "simplify", "simulate",
    "smooth", "solve", "sort", "specify", "split", "stack", "standardize", "start", "stop", "store", "submit",
    "subtract", "summarise", "summarize", "take", "test", "tidy", "tokenize", "train", "transform", "translate",
    "transpose", "trim", "try", "tune", "unpack", "update", "upload", "use", "validate", "verify", "view", "visualise",
    "visualize", "wait", "weight", "wrap", "write",
])  # fmt: skip
_IRREGULAR = {
    "analysing": "analyse",
    "annotating": "annotate",
    "computing": "compute",
    "defining": "define",
    "denoising": "denoise",
    "dividing": "divide",
    "excluding": "exclude",
    "getting": "get",
    "having": "have",
    "making": "make",
    "running": "run",
    "setting": "set",
    "using": "use",
    "writing": "write",
}
_NOUNS = frozenset(["is", "are", "was", "set", "data", "curve", "curves", "rate", "loop", "error", "options", "time"])
"""Words after which a word with ``-ing`` is a noun."""
_GENERIC = re.compile(
    r"(the |a |an |our |some |more |basic |simple |quick |first |second |next |example |code )*"
    r"(solution|exercise|answer|question|example|implementation|introduction|overview|background|motivation|setup"
    r"|set ?up|summary|conclusion|result|step|part|section|chapter|cell|test|testing|code|demo|usage|method|methodology"
    r"|approach|note|outline|content|table of contents|getting started|start|main|appendix|discussion|detail|other|misc"
    r"|todo|data|analysis|import|preliminarie|requirement|preamble|header|environment)s?"
    r"(( |_)?[\d.ivx]+)?[.:]?",
    re.IGNORECASE,
)


_REMARK = re.compile(
    r"(?-i:NOTE|NB|WARNING|CAUTION|IMPORTANT|ATTENTION|HINT|TIP|HACK|BUG|XXX|TODO|FIXME)\b"
    r"|(note|n\.?b\.?|warning|caution|important|attention|hint|tip|hack|bug|xxx|todo|fixme|reminder|remark) ?:"
    r"|note that\b|(please )?(remember|be careful)\b"
    r"|(please )?(do not |don['\u2019]?t |never |always |only )?"
    r"((skip|run|re-?run|execute|uncomment) this\b"
    r"|(skip|run|re-?run|execute|uncomment|ignore|edit|change) (this|these|the( (following|next|previous|first|last))?)"
    r" (cell|line|block|section|code|notebook)s?\b)"
    r"|(this|the (following|next)) (cell|line|block|notebook)\b",
    re.IGNORECASE,
)
_INTRODUCTION = re.compile(
    r"^((and|now|here|first|next|then|so|finally|also|again),? )*((in (this|the next) (cell|section|step|part)),? )?"
    r"(we|you|i)(['\u2019](ll|re|d))?( (also|now|first|then|will|would|shall|should|must|can|could|are|am|just|only"
    r"|next|again|need|needs|want|have|like|going|try|to))*(?= )",
    re.IGNORECASE,
)


def is_generic(text: str) -> bool:
    """Return True if a heading says nothing of one cell, as ``Solution``, ``Part 3`` and remarks do."""
    return _GENERIC.fullmatch(text.strip()) is not None or is_remark(text)


def is_remark(text: str) -> bool:
    """Return True if a comment or heading addresses the reader and does not describe the code.

    Examples
    --------
    >>> [is_remark(text) for text in ("NOTE the units", "Skip this cell", "Run the model", "Important features")]
    [True, True, False, False]
    """
    return _REMARK.match(text.strip()) is not None


def to_sentence(text: str) -> str:
    """Return a heading or comment as a sentence."""
    text = text[:1].upper() + text[1:].rstrip(" :,;-")
    return text if text.endswith((".", "?", "!")) else f"{text}."


def to_function_name(text: str) -> str:
    """Return the first words of a heading or comment as the name of a function.

    Examples
    --------
    >>> to_function_name("Loading the data"), to_function_name("Monthly sales report (2026)")
    ('load_the_data', 'monthly_sales_report')
    """
    parts = re.split(r"[.:;?!]\s+|[.:;?!]$| - | \u2013 | \u2014 ", text.partition(" (")[0])
    first = next((p for p in parts if len(re.findall(r"[^\W_]+", p)) > 1 and not is_generic(p)), parts[0])
    first = _INTRODUCTION.sub("", first.strip())
    words = re.findall(r"\w+", re.sub(r"(?<=\w)['\u2019](s|t|ll|re)\b", "", first.lower()))
    while len(words) > 1 and words[0] in _LEADING:
        words.pop(0)
    if not words:
        return ""
    if (
        len(words) > 1
        and (words[1] not in _FILLERS or words[1] in ("a", "an", "the", "our"))
        and words[1] not in _NOUNS
    ):
        words[0] = _base_form(words[0])
    return _fit(words)


def _base_form(word: str) -> str:
    """Return the base form of a known verb that ends with ``-ing``; other words stay."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if not word.endswith("ing"):
        return word
    stem = word[:-3]
    forms = [stem, f"{stem}e", stem[:-1] if stem[-1:] == stem[-2:-1] else ""]
    return next((form for form in forms if form in _VERBS), word)


def _fit(words: list[str]) -> str:
    """Return words joined by underscores; too many end before a preposition or conjunction."""
    if len("_".join(words)) > _LONGEST_NAME:
        while len("_".join(words)) > _LONGEST_NAME and len(words) > 1:
            words.pop()
        ends = [i for i, word in enumerate(words) if i > 1 and word in _FILLERS]
        if ends and ends[-1] >= 2:
            words = words[: ends[-1]]
    while len(words) > 1 and words[-1] in _FILLERS:
        words.pop()
    return "_".join(words)[: _LONGEST_NAME + 20]
