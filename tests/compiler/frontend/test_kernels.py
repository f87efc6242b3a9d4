from __future__ import annotations

from typing import Any

import pytest

from jupyter_pipeline.compiler.frontend.kernels import check_kernel
from jupyter_pipeline.exceptions import CompileError


@pytest.mark.parametrize(
    ("metadata", "name"),
    [
        ({"kernelspec": {"name": "ir", "display_name": "R"}}, "R"),
        ({"kernelspec": {"name": "julia-1.9", "display_name": "Julia 1.9.0", "language": "julia"}}, "Julia 1.9.0"),
        ({"kernelspec": {"name": "julia-1.9"}}, "Julia"),
        ({"kernelspec": {"name": "pysparkkernel", "display_name": "PySpark", "language": "python"}}, "Spark cluster"),
        ({"kernelspec": {"name": "lab"}, "language_info": {"name": "pyspark"}}, "Spark cluster"),
        ({"kernelspec": {"name": "synapse_pyspark", "language": "Python"}}, "Spark cluster"),
        ({"kernelspec": {"name": "glue_pyspark", "language": "python"}}, "Spark cluster"),
        ({"kernelspec": {"name": "sos", "language": "sos"}}, "sos"),
        ({"kernelspec": {"name": ".net-csharp", "display_name": ".NET (C#)"}}, "C#"),
        ({"language_info": {"name": "scala"}}, "scala"),
    ],
)
def test_a_kernel_without_local_python_is_refused_by_its_name(metadata: dict[str, Any], name: str) -> None:
    with pytest.raises(CompileError) as error:
        check_kernel(metadata)
    assert name in str(error.value)
    assert "Open the notebook with a Python kernel" in str(error.value)


@pytest.mark.parametrize(
    "metadata",
    [
        {},
        {"kernelspec": None},
        {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
        {"kernelspec": {"name": "lab", "display_name": "Python (lab)"}},
        {"kernelspec": {"name": "xpython", "language": "python"}},
        {"language_info": {"name": "ipython"}},
    ],
)
def test_python_kernels_are_accepted(metadata: dict[str, Any]) -> None:
    check_kernel(metadata)
