"""Facts about calls of library functions, found by running them on sample objects.

`python -m library_facts SAMPLE [NAME…]` tries every public function of a sample and prints what each one changes. Run
it in the folder `tests/support` to write or check a library model.
"""

from library_facts.observation import Facts, observe
from library_facts.sample import Sample, discover, load_samples

__all__ = ["Facts", "Sample", "discover", "load_samples", "observe"]
